"""Search over titles and texts in force, and over the roaming destinations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from core.bilingual import reading_language
from core.folding import fold
from core.throttle import limit
from documents import rendering
from documents.models import Edition, Version
from roaming.lookup import Answer, Kind, look_up

LONGEST_QUERY = 200
"""Characters looked at; the rest of a longer query is ignored."""

MOST_WORDS = 12
PASSAGE_WORDS = 40


@dataclass(frozen=True)
class Hit:
    """A text in force that holds every word of the query."""

    version: Version
    in_title: bool
    passage: SafeString
    language: str
    """Language of the passage."""


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Find the words of `?q=` in the texts in force and, if they name a place, its roaming zone."""
    query = " ".join(request.GET.get("q", "")[:LONGEST_QUERY].split())
    words = fold(query).split()[:MOST_WORDS]
    hits: list[Hit] = []
    place: Answer | None = None
    if words:
        limit(request, name="search", times=300, seconds=60)
        hits = find(words)
        answer = look_up([query])[0]
        place = answer if answer.kind is not Kind.NONE else None
    return render(request, "search.html", {"query": query, "hits": hits, "place": place})


def find(words: Sequence[str]) -> list[Hit]:
    """Return the texts in force today that hold every one of the folded `words`, titles first."""
    condition = Q()
    for word in words:
        condition &= Q(document__search_text__contains=word) | Q(editions__search_text__contains=word)
    versions = (
        Version.objects.in_force(timezone.localdate())
        .filter(condition)
        .select_related("document")
        .prefetch_related(Prefetch("editions", Edition.objects.order_by("language")))
        .distinct()
    )
    hits = [_hit(version, words) for version in versions]
    return sorted(hits, key=lambda hit: not hit.in_title)


def _hit(version: Version, words: Sequence[str]) -> Hit:
    in_title = all(word in version.document.search_text for word in words)
    for edition in _readers_first(version.editions.all()):
        text = rendering.plain(edition.text) if edition.text else edition.file_text
        if passage := mark_passage(text, words):
            return Hit(version, in_title, passage, edition.language)
    return Hit(version, in_title, SafeString(""), reading_language())


def _readers_first(editions: Iterable[Edition]) -> list[Edition]:
    return sorted(editions, key=lambda edition: edition.language != reading_language())


def mark_passage(text: str, words: Sequence[str]) -> SafeString:
    """Return the part of `text` around the first of the folded `words`, each of them in `<mark>`.

    Empty when none occurs.
    """
    tokens = text.split()
    found = [any(word in fold(token) for word in words) for token in tokens]
    if not any(found):
        return SafeString("")
    start = max(0, found.index(True) - PASSAGE_WORDS // 4)
    end = start + PASSAGE_WORDS
    parts = (
        (format_html("<mark>{}</mark>", token) if hit else token,)
        for token, hit in zip(tokens[start:end], found[start:end], strict=True)
    )
    before = "… " if start else ""
    after = " …" if end < len(tokens) else ""
    return format_html("{}{}{}", before, format_html_join(" ", "{}", parts), after)
