"""The pages of the handbook, for staff who are signed in."""

from django.contrib import admin
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from core.bilingual import reading_language
from legalsite.handbook_pages import pages


@require_safe
def contents(request: HttpRequest) -> TemplateResponse:
    """Show the contents of the handbook."""
    context = {
        **admin.site.each_context(request),
        "title": gettext("Handbook"),
        "pages": pages(reading_language()),
    }
    return TemplateResponse(request, "admin/handbook/contents.html", context)


@require_safe
def page(request: HttpRequest, slug: str) -> TemplateResponse:
    """Show one page, with the one before and the one after. Raises Http404 for a page there is not."""
    found = pages(reading_language())
    slugs = [each.slug for each in found]
    if slug not in slugs:
        raise Http404(slug)
    place = slugs.index(slug)
    context = {
        **admin.site.each_context(request),
        "title": found[place].title,
        "page": found[place],
        "pages": found,
        "before": found[place - 1] if place else None,
        "after": found[place + 1] if place + 1 < len(found) else None,
    }
    return TemplateResponse(request, "admin/handbook/page.html", context)
