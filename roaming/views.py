"""The lookup page with its map, the zone lists, and what changed in them."""

import datetime
from dataclasses import replace
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.text import Truncator
from django.views.decorators.http import require_safe

from core.bilingual import reading_language
from core.dates import today
from core.made_today import MadeToday
from core.on_date import ON_DATE, OnDateForm
from core.page_cache import reading_page
from core.shell import Shell, made, mark
from core.throttle import limit
from roaming import lists, world_map
from roaming.index import current
from roaming.lookup import LOOKUPS_A_MINUTE, MOST_QUERIES, Answer, Kind, Match, Reader
from roaming.models import Listing, Zone
from roaming.trip import Trip, plan
from roaming.wording import spoken

LONGEST_TYPED = 400
"""Characters that the page gives back in its field."""

HOLES = ("asked", "typed", "spoken", "answers", "chosen")
"""What in the page of the lookup depends on the places asked for."""


@reading_page()
@require_safe
def lookup(request: HttpRequest) -> HttpResponse:
    """Answer each place in each `?q=`, for today or `?on=`: which zone, included or not."""
    texts = [text for text in request.GET.getlist("q") if text.strip()]
    if texts:
        limit(request, name="lookup", times=LOOKUPS_A_MINUTE, seconds=60)
    if "on" not in request.GET:
        on = today()
        shell = _shells().get(reading_language(), lambda: _shell(request, OnDateForm({}), on))
    else:
        form = OnDateForm(request.GET)
        on = form.chosen(today())
        shell = _shell(request, form, on)
    query = "; ".join(texts)
    holes = {
        "asked": f"{escape(Truncator(query).chars(60))} – " if query else "",
        "typed": escape(query[:LONGEST_TYPED]),
    }
    return HttpResponse(shell.fill({**holes, **_found(request, texts, on)}, request.META["QUERY_STRING"]))


def _found(request: HttpRequest, texts: list[str], on: datetime.date) -> dict[str, str]:
    """Return what the page says of the places in `texts`."""
    if not texts:
        return dict.fromkeys(("spoken", "answers", "chosen"), "")
    trip = plan(texts, on)
    return {
        "spoken": escape(spoken(trip.answers)),
        "answers": _one_place(request, trip, on) or _answers(request, trip, on),
        "chosen": world_map.chosen(trip.isos),
    }


def _one_place(request: HttpRequest, trip: Trip, on: datetime.date) -> str:
    """Return what the page says of one place asked for today, made once a place; "" for anything else.

    It does not show what was typed, only the name by which the place was recognised.
    """
    matches = [match for answer in trip.answers for match in answer.matches]
    is_sure = all(answer.kind is not Kind.SUGGESTIONS for answer in trip.answers)
    if len(matches) != 1 or len(trip.answers) != 1 or not is_sure or on != today():
        return ""
    match, answer = matches[0], trip.answers[0]
    is_usual = match.matched == match.name

    def make() -> Shell:
        shown = match if is_usual else replace(match, matched=mark("matched"))
        one = Trip((replace(answer, matches=(shown,)),), left_out=False)
        return Shell(_answers(request, one, on))

    key = (reading_language(), match.iso, match.is_part, is_usual)
    return _shells().get(key, make).fill({"matched": escape(match.matched)})


def _answers(request: HttpRequest, trip: Trip, on: datetime.date) -> str:
    context = {
        "on": on,
        "is_today": on == today(),
        "trip": trip,
        "answers": _with_suggestions(Reader.now(on), trip, request),
        "most": MOST_QUERIES,
    }
    return render_to_string("roaming/_answers.html", context, request)


def _shell(request: HttpRequest, form: OnDateForm, on: datetime.date) -> Shell:
    """Make the page for a day, all but what depends on the places asked for."""
    index = current()
    context = {
        "form": form,
        "on": on,
        "is_today": on == today(),
        "zones": index.zones,
        "territories": world_map.territories(index, on),
        "holes": {name: mark(name) for name in HOLES},
    }
    return made(request, "roaming/lookup.html", context)


@cache
def _shells() -> MadeToday[Shell]:
    return MadeToday()


def _with_suggestions(
    reader: Reader, trip: Trip, request: HttpRequest
) -> list[tuple[Answer, list[tuple[Match, str]]]]:
    """Return each answer with the addresses that put one of its suggestions in the question's place."""
    return [
        (
            answer,
            [(match, _address(trip, answer, reader.question(match), request)) for match in answer.matches]
            if answer.kind is Kind.SUGGESTIONS
            else [],
        )
        for answer in trip.answers
    ]


def _address(trip: Trip, replaced: Answer, question: str, request: HttpRequest) -> str:
    queries = [question if other is replaced else other.query for other in trip.answers]
    day = [("on", request.GET["on"])] if request.GET.get("on") else []
    return "?" + urlencode([*(("q", query) for query in queries), *day])


@reading_page(ON_DATE)
@require_safe
def zones(request: HttpRequest) -> HttpResponse:
    """The lists of all zones, each from A to Z in the reader's language."""
    context = _on_date(request)
    found = lists.entries(context["on"])
    context["lists"] = lists.by_zone(found, Zone.objects.all())
    return render(request, "roaming/zones.html", context)


@reading_page(ON_DATE)
@require_safe
def a_to_z(request: HttpRequest) -> HttpResponse:
    """All destinations from A to Z, each with its zones."""
    context = _on_date(request)
    found = lists.entries(context["on"])
    return render(
        request, "roaming/a_to_z.html", context | {"letters": lists.by_letter(found), "count": len(found)}
    )


@reading_page()
@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """What moved from zone to zone, by day, announced changes first."""
    context = {"changes": lists.changes(), "today": today()}
    return render(request, "roaming/changes.html", context)


@require_safe
def zones_csv(request: HttpRequest) -> HttpResponse:
    """The lists as a CSV file, for today or `?on=`."""
    on = _on_date(request)["on"]
    listings = Listing.objects.on(on).select_related("zone", "destination")
    response = HttpResponse(lists.as_csv(lists.as_rows(listings)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="roaming-zones-{on.isoformat()}.csv"'
    return response


@require_safe
def zones_json(request: HttpRequest) -> JsonResponse:
    """The lists as JSON, for today or `?on=`."""
    on = _on_date(request)["on"]
    listings = Listing.objects.on(on).select_related("zone", "destination")
    named = [
        {
            "code": zone.code,
            "included": not zone.is_excluded,
            "name_fr": zone.name_fr,
            "name_en": zone.name_en,
        }
        for zone in Zone.objects.all()
    ]
    return JsonResponse({"on": on, "zones": named, "listings": lists.as_rows(listings)})


def _on_date(request: HttpRequest) -> dict[str, Any]:
    form = OnDateForm(request.GET)
    on = form.chosen(today())
    return {"form": form, "on": on, "is_today": on == today()}
