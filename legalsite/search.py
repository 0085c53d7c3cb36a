"""Search over everything: the legal texts, the roaming destinations, the pages."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.throttle import limit
from documents import searching
from documents.forms import SearchForm
from documents.hits import hits
from legalsite.pages import PAGES, find_pages
from roaming.lookup import Answer, Kind, look_up

PAGE_SIZE = 10


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Find `?q=` in the texts; before them its roaming zone, if it names a place, and the pages for it."""
    form = SearchForm(request.GET if "q" in request.GET else None)
    context: dict[str, Any] = {"form": form, "often": PAGES}
    if form.is_valid() and (query := searching.parse(form.cleaned_data["q"])):
        limit(request, name="search", times=300, seconds=60)
        today = timezone.localdate()
        on = form.cleaned_data["on"] or today
        section = form.cleaned_data["section"]
        superseded = form.cleaned_data["superseded"]
        found = searching.find(
            query,
            on=on,
            language=form.cleaned_data["language"],
            section=section.pk if section else None,
            superseded=superseded,
        )
        page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
        context |= {
            "query": form.cleaned_data["q"],
            "page": page,
            "hits": hits(list(page.object_list), query, permanent=on != today and not superseded),
            "on": None if superseded or on == today else on,
        }
        if page.number == 1:
            context |= {"place": place(form.cleaned_data["q"]), "pages": find_pages(form.cleaned_data["q"])}
    return render(request, "search.html", context)


def place(query: str) -> Answer | None:
    """Return the roaming answer to a query that names a place for sure.

    Words of a text often begin like the name of a country; what is not sure is not worth a place here.
    """
    answer = look_up([query])[0]
    return answer if answer.kind not in (Kind.NONE, Kind.SUGGESTIONS) else None
