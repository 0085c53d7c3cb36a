"""Search over titles and texts in force, and over the roaming destinations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q
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
from documents.models import Document, Edition, Version
from roaming.lookup import Answer, Kind, look_up

LONGEST_QUERY = 200
"""Characters looked at; the rest of a longer query is ignored."""

MOST_WORDS = 12
SHORTEST_WORD = 2
PASSAGE_WORDS = 40


@dataclass(frozen=True)
class Hit:
    """A document that holds every word of the query, in its titles or its text in force."""

    document: Document
    in_title: bool
    passage: SafeString
    language: str
    """Language of the passage."""


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Find the words of `?q=` in the texts in force and, if they name a place, its roaming zone."""
    query = " ".join(request.GET.get("q", "")[:LONGEST_QUERY].split())
    words = telling_words(query)
    hits: list[Hit] = []
    place: Answer | None = None
    if words:
        limit(request, name="search", times=300, seconds=60)
        hits = find(words)
        answer = look_up([query])[0]
        # Words of a text often begin like the name of a country; only what is sure is worth a place here.
        place = answer if answer.kind not in (Kind.NONE, Kind.SUGGESTIONS) else None
    return render(request, "search.html", {"query": query, "hits": hits, "place": place})


def telling_words(query: str) -> list[str]:
    """Return the folded words to look for, without what elisions leave ("l", "d") if others remain."""
    words = fold(query).split()[:MOST_WORDS]
    return [word for word in words if len(word) > SHORTEST_WORD] or words


def find(words: Sequence[str]) -> list[Hit]:
    """Return the documents whose titles or text in force today hold every one of the folded `words`.

    A word counts where one begins with it. Titles come first; a document without a text in force is found by
    its title.
    """
    in_force = Version.objects.in_force(timezone.localdate())
    condition = Q()
    for word in words:
        in_text = Q(versions__in=in_force, versions__editions__search_text__contains=f" {word}")
        condition &= Q(search_text__contains=f" {word}") | in_text
    documents = list(Document.objects.filter(condition).distinct())
    versions = {
        version.document_id: version
        for version in in_force.filter(document__in=documents).prefetch_related("editions")
    }
    hits = [_hit(document, versions.get(document.pk), words) for document in documents]
    return sorted(hits, key=lambda hit: not hit.in_title)


def _hit(document: Document, version: Version | None, words: Sequence[str]) -> Hit:
    in_title = all(f" {word}" in document.search_text for word in words)
    for edition in _readers_first(version.editions.all()) if version else []:
        text = rendering.plain(edition.text) if edition.text else edition.file_text
        if passage := mark_passage(text, words):
            return Hit(document, in_title, passage, edition.language)
    return Hit(document, in_title, SafeString(""), reading_language())


def _readers_first(editions: Iterable[Edition]) -> list[Edition]:
    return sorted(editions, key=lambda edition: edition.language != reading_language())


def mark_passage(text: str, words: Sequence[str]) -> SafeString:
    """Return the part of `text` around the first of the folded `words`, each of them in `<mark>`.

    Empty when none occurs.
    """
    tokens = text.split()
    found = [any(part.startswith(word) for part in fold(token).split() for word in words) for token in tokens]
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
