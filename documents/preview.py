"""A page of a version before it is published, for whoever has its link: signed, and for some days only."""

from django.core import signing
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.stored_files import stored_file
from documents.models import Edition, Version
from documents.views import reading

DAYS = 7
"""Days for which a link opens the page."""

SALT = "documents.preview"


def preview_url(version: Version) -> str:
    """Return the address of the preview, in the language at hand; it opens for DAYS days from now."""
    return reverse("documents:preview", args=[signing.dumps(version.pk, salt=SALT)])


@never_cache
@require_safe
def preview(request: HttpRequest, token: str) -> HttpResponse:
    """Show the page that readers would see; once the version is published, lead there."""
    version = _version(token)
    if version.is_published:
        return redirect(version)
    context = {
        "document": version.document,
        "version": version,
        "days": DAYS,
        "token": token,
        **reading(version),
    }
    response = render(request, "documents/preview.html", context)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@never_cache
@require_safe
def preview_file(request: HttpRequest, token: str, language: str) -> HttpResponseBase:
    """Give the file of a version that is not published yet."""
    edition = get_object_or_404(_version(token).editions.exclude(file=""), language=language)
    response = stored_file(edition.file, content_type="application/pdf", filename=edition.file_name)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _version(token: str) -> Version:
    """Return the version of a link. Raises Http404 for one that is forged or too old."""
    try:
        pk = signing.loads(token, salt=SALT, max_age=DAYS * 24 * 3600)
    except signing.BadSignature as error:
        raise Http404("no such preview") from error
    editions = Prefetch("editions", Edition.objects.for_reading())
    version = get_object_or_404(Version.objects.select_related("document").prefetch_related(editions), pk=pk)
    for edition in version.editions.all():
        edition.version = version
    return version
