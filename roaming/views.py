"""The lookup page, the zone lists, and the JSON interface."""

from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from core.bilingual import LANGUAGES, reading_language
from core.folding import fold
from roaming.lookup import MOST_QUERIES, Answer, look_up, look_up_trip
from roaming.models import Destination, Listing, Zone


@require_safe
def lookup(request: HttpRequest) -> HttpResponse:
    """Answer each place in each `?q=`: which zone, included or not."""
    texts = [text for text in request.GET.getlist("q") if text.strip()]
    answers, left_out = look_up_trip(texts) if texts else ([], False)
    context = {
        "query": "; ".join(texts),
        "answers": answers,
        "left_out": left_out,
        "most": MOST_QUERIES,
        "zones": Zone.objects.all(),
    }
    return render(request, "roaming/lookup.html", context)


@require_safe
def zones(request: HttpRequest) -> HttpResponse:
    """The lists of all zones, each from A to Z in the reader's language."""
    listings = Listing.objects.on(timezone.localdate()).select_related("destination")
    found = list(Zone.objects.prefetch_related(Prefetch("listings", listings)))
    zones_of: dict[int, list[Zone]] = {}
    for zone in found:
        for destination in _destinations(zone):
            zones_of.setdefault(destination.pk, []).append(zone)
    lists = [
        (
            zone,
            [
                (destination, [other for other in zones_of[destination.pk] if other != zone])
                for destination in _destinations(zone)
            ],
        )
        for zone in found
    ]
    return render(request, "roaming/zones.html", {"lists": lists})


@require_safe
def destinations(request: HttpRequest) -> JsonResponse:
    """The lookup as JSON: `?q=` (one place each, the first ten count) and `?lang=fr|en`."""
    language = request.GET.get("lang", "fr")
    with translation.override(language if language in LANGUAGES else "fr"):
        results = [_as_json(answer) for answer in look_up(request.GET.getlist("q"))]
        response = JsonResponse({"results": results})
        response.headers["Content-Language"] = reading_language()
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _destinations(zone: Zone) -> list[Destination]:
    """Return the destinations of a zone once each, in the reader's alphabet."""
    unique = {listing.destination_id: listing.destination for listing in zone.listings.all()}
    return sorted(unique.values(), key=lambda destination: fold(destination.name))


def _as_json(answer: Answer) -> dict[str, Any]:
    return {
        "query": answer.query,
        "answer": answer.kind.value,
        "matches": [
            {
                "iso": match.iso,
                "name": match.name,
                "matched": match.matched,
                "zones": [{"code": zone.code, "included": not zone.is_excluded} for zone in match.zones],
            }
            for match in answer.matches
        ],
    }
