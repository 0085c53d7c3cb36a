"""The lookup for programs: `/api/destinations/`."""

from json import JSONEncoder
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import timezone, translation
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from core.bilingual import LANGUAGES, reading_language
from core.on_date import OnDateForm
from core.throttle import TooManyRequests, limit
from roaming.lookup import LOOKUPS_A_MINUTE, Answer, Match, look_up


@require_safe
def destinations(request: HttpRequest) -> JsonResponse:
    """Answer `?q=` (one place each, the first ten count) in `?lang=fr|en`, for today or `?on=YYYY-MM-DD`.

    A day that is none is refused with status 400, too many questions with 429, each with a sentence under
    "error".
    """
    language = request.GET.get("lang", "fr")
    with translation.override(language if language in LANGUAGES else "fr"):
        try:
            limit(request, name="lookup", times=LOOKUPS_A_MINUTE, seconds=60)
        except TooManyRequests as refused:
            return _too_many(refused)
        # Most ask for today: a form would cost as much as the answer.
        form = OnDateForm(request.GET) if "on" in request.GET else None
        if form is None or form.is_valid():
            on = form.chosen(timezone.localdate()) if form else timezone.localdate()
            results = [_as_json(answer) for answer in look_up(request.GET.getlist("q"), on)]
            response = JsonResponse({"on": on.isoformat(), "results": results}, encoder=JSONEncoder)
        else:
            response = JsonResponse({"error": form.errors["on"][0]}, status=400)
        return _for_everybody(response)


def _too_many(refused: TooManyRequests) -> JsonResponse:
    sentence = ngettext(
        "Many requests came from your network in a short time. Wait a minute, then try again.",
        "Many requests came from your network in a short time. Wait %(minutes)s minutes, then try again.",
        refused.minutes,
    )
    response = JsonResponse({"error": sentence % {"minutes": refused.minutes}}, status=429)
    response.headers["Retry-After"] = str(refused.retry_after)
    return _for_everybody(response)


def _for_everybody(response: JsonResponse) -> JsonResponse:
    """Return a response, with the headers by which programs on other sites may read it."""
    response.headers["Content-Language"] = reading_language()
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _as_json(answer: Answer) -> dict[str, Any]:
    return {
        "query": answer.query,
        "answer": answer.kind.value,
        "matches": [_match_as_json(match) for match in answer.matches],
    }


def _match_as_json(match: Match) -> dict[str, Any]:
    return {
        "iso": match.iso,
        "name": match.name,
        "matched": match.matched,
        "matched_is_part": match.is_part,
        "zones": [{"code": zone.code, "included": not zone.is_excluded} for zone in match.zones],
    }
