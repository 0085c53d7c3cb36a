"""What a reader sees of a search: the titles, the passages with the words marked, and where they lead."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from django.utils import translation
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from documents import fulltext
from documents.fulltext import Term
from documents.models import Document, Edition, Passage, Version
from documents.searching import Found, Query, passages
from documents.timeline import Standing

PASSAGES = 3
"""Passages shown of one text."""

PASSAGE_WORDS = 40


@dataclass(frozen=True)
class Excerpt:
    """A passage around the words, and its address."""

    passage: Passage
    words: SafeString
    heading: SafeString
    address: str


@dataclass(frozen=True)
class Hit:
    """A document that was found, its version and edition if the text was, and the excerpts."""

    document: Document
    version: Version | None
    edition: Edition | None
    standing: Standing | None
    address: str
    excerpts: tuple[Excerpt, ...]
    further: int
    """Passages with all that is looked for beyond those shown."""


def hits(found: Sequence[Found], query: Query, *, permanent: bool) -> list[Hit]:
    """Return what to show of `found`. Four queries at most, whatever their number.

    `permanent` makes every address that of the version; otherwise what is in force is at the document's.
    """
    by_title = [each.document for each in found if each.edition is None]
    documents = Document.objects.in_bulk(by_title) if by_title else {}
    editions = (
        Edition.objects.select_related("version__document")
        .defer("text", "file_text")
        .in_bulk([each.edition for each in found if each.edition])
    )
    keys = passages(query, found, PASSAGES)
    texts = Passage.objects.in_bulk([key for of_edition in keys.values() for key in of_edition])
    shown = []
    for each in found:
        if each.edition is None:
            document = documents[each.document]
            shown.append(Hit(document, None, None, None, document.get_absolute_url(), (), 0))
            continue
        edition = editions[each.edition]
        version, document = edition.version, edition.version.document
        is_current = each.standing is Standing.IN_FORCE and not permanent
        with translation.override(edition.language):
            page = (document if is_current else version).get_absolute_url()
        found_here = [texts[key] for key in keys.get(each.edition, ())]
        excerpts = tuple(_excerpt(passage, edition, page, query) for passage in found_here)
        further = max(0, each.passages - len(excerpts))
        shown.append(Hit(document, version, edition, each.standing, page, excerpts, further))
    return shown


def _excerpt(passage: Passage, edition: Edition, page: str, query: Query) -> Excerpt:
    if passage.page:
        address = f"{edition.file_url}#page={passage.page}"
    else:
        address = f"{page}#{passage.anchor}" if passage.anchor else page
    heading = mark(passage.heading, query.terms, len(passage.heading)) if not passage.page else SafeString("")
    return Excerpt(passage, mark(passage.text, query.terms, PASSAGE_WORDS), heading, address)


def mark(text: str, terms: Sequence[Term], most: int) -> SafeString:
    """Return up to `most` words of `text`, where the most of `terms` are, each of them in `<mark>`."""
    tokens = text.split()
    marked = _marked(tokens, terms)
    start = _best_start(marked, most)
    end = start + most
    # Words between two marks are escaped together: one by one was a quarter of the work of a search.
    parts = list[str]()
    for is_marked, places in groupby(range(start, min(end, len(tokens))), key=marked.__contains__):
        words = [tokens[place] for place in places]
        if is_marked:
            parts += [f"<mark>{escape(word)}</mark>" for word in words]
        else:
            parts.append(escape(" ".join(words)))
    before = "… " if start else ""
    after = " …" if end < len(tokens) else ""
    return mark_safe(f"{before}{' '.join(parts)}{after}")  # noqa: S308  # escaped above


def _marked(tokens: Sequence[str], terms: Sequence[Term]) -> dict[int, set[Term]]:
    """Return the places of `tokens` that belong to a term, and to which. A token may be several words."""
    words: list[tuple[str, int]] = [
        (word, place) for place, token in enumerate(tokens) for word in _words_of(token)
    ]
    marked: dict[int, set[Term]] = {}
    firsts = tuple(term.words[0] for term in terms)
    for start, (first, _place) in enumerate(words):
        # Most words are none of them: asked once for all terms.
        for term in terms if first.startswith(firsts) else ():
            if not first.startswith(term.words[0]):
                continue
            here = words[start : start + len(term.words)]
            if _answers([word for word, _place in here], term):
                for _word, place in here:
                    marked.setdefault(place, set()).add(term)
    return marked


@lru_cache(maxsize=10_000)
def _words_of(token: str) -> list[str]:
    """Return the words of a token; a text uses the same few again and again."""
    return fulltext.words_of(token)


def _answers(words: Sequence[str], term: Term) -> bool:
    if len(words) < len(term.words) or tuple(words[:-1]) != term.words[:-1]:
        return False
    return words[-1].startswith(term.words[-1]) if term.is_beginning else words[-1] == term.words[-1]


def _best_start(marked: dict[int, set[Term]], most: int) -> int:
    """Return the place from which `most` words hold the most different terms, a little before the first."""
    lead = most // 4

    def different(place: int) -> int:
        here = [terms for other, terms in marked.items() if place <= other < place + most - lead]
        return len(set().union(*here))

    best, most_different = 0, 0
    all_terms = len(set().union(*marked.values()))
    for place in sorted(marked):
        if (number := different(place)) > most_different:
            best, most_different = place, number
        if number == all_terms:
            # No later place has more.
            break
    return max(0, best - lead)
