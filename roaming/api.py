"""The lookup for programs: `/api/destinations/`."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from core.bilingual import LANGUAGES
from core.dates import today
from core.on_date import OnDateForm
from core.throttle import TooManyRequests, limit
from roaming.lookup import LOOKUPS_A_MINUTE, Answer, Match, look_up


@require_safe
def destinations(request: HttpRequest) -> HttpResponse:
    """Answer `?q=` (one place each, the first ten count) in `?lang=fr|en`, for today or `?on=YYYY-MM-DD`.

    A day that is none is refused with status 400, too many questions with 429, each with a sentence under
    "error".
    """
    language = request.GET.get("lang", "fr")
    language = language if language in LANGUAGES else "fr"
    with translation.override(language):
        try:
            limit(request, name="lookup", times=LOOKUPS_A_MINUTE, seconds=60)
        except TooManyRequests as refused:
            return _too_many(refused, language)
        # Most ask for today: a form would cost as much as the answer.
        form = OnDateForm(request.GET) if "on" in request.GET else None
        if form is None or form.is_valid():
            on = form.chosen(today()) if form else today()
            results = [_as_json(answer) for answer in look_up(request.GET.getlist("q"), on)]
            return _for_everybody({"on": on.isoformat(), "results": results}, language)
        return _for_everybody({"error": form.errors["on"][0]}, language, status=400)


def _too_many(refused: TooManyRequests, language: str) -> HttpResponse:
    sentence = ngettext(
        "Many requests came from your network in a short time. Wait a minute, then try again.",
        "Many requests came from your network in a short time. Wait %(minutes)s minutes, then try again.",
        refused.minutes,
    )
    response = _for_everybody({"error": sentence % {"minutes": refused.minutes}}, language, status=429)
    response.headers["Retry-After"] = str(refused.retry_after)
    return response


def _for_everybody(answer: dict[str, Any], language: str, *, status: int = 200) -> HttpResponse:
    """Return the answer as JSON, with the headers by which programs on other sites may read it."""
    # JsonResponse would make an encoder for each answer, which costs as much as to encode it.
    return HttpResponse(
        json.dumps(answer),
        content_type="application/json",
        status=status,
        headers={
            "Content-Language": language,
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
        },
    )


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
