"""Search inside the texts: which documents hold the words, in what order, and in which passages."""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.db import connection
from django.utils import timezone

from core.bilingual import reading_language
from core.stamps import recent_stamps
from documents import fulltext
from documents.fulltext import Ask, Term
from documents.models import STAMP, Document, Edition, Version
from documents.timeline import Standing, timeline

MOST_TERMS = 12
SHORTEST_BEGINNING = 3
"""Letters; a shorter word is looked for as it is, and left out when there are others."""

QUOTED = re.compile(r"[\"“”«»„]")


@dataclass(frozen=True)
class Query:
    """What a reader looks for."""

    terms: tuple[Term, ...]
    words: tuple[str, ...]
    """Every word in its order, also those that are too short to be looked for alone."""

    @property
    def in_one_passage(self) -> list[Ask]:
        """What one passage may answer, the best first: in a heading, in this order, anyhow."""
        sequence = Ask((Term(self.words, is_beginning=True),))
        together = Ask(self.terms)
        asks = [Ask(self.terms, in_heading=True)]
        return asks + ([sequence, together] if len(self.terms) > 1 else [together])


@dataclass(frozen=True)
class Place:
    """An edition in the scope of a search."""

    edition: int
    language: str
    version: int
    document: int
    section: int
    standing: Standing
    order: int
    """Its place in the library, the latest version of a document first."""


@dataclass(frozen=True)
class Found:
    """A document that answers a query; `version` and `edition` are None when only its titles do."""

    document: int
    version: int | None
    edition: int | None
    standing: Standing | None
    counts: tuple[int, ...] = ()
    """How many of its passages answer each ask of `Query.in_one_passage`; all 0 when no single one does."""

    @property
    def passages(self) -> int:
        """Passages that hold all that is looked for."""
        return self.counts[-1] if self.counts else 0


def parse(text: str) -> Query | None:
    """Return what `text` asks for, None when it holds no word.

    What stands in quotation marks is a sequence of whole words. Other words count where one begins with
    them; numbers and words of one or two letters only as a whole.
    """
    phrases = QUOTED.split(text)
    # Between the marks: every second part; a mark without its other half begins a phrase that ends the text.
    quoted = [tuple(fulltext.words_of(phrase)) for phrase in phrases[1::2]]
    loose = [word for phrase in phrases[::2] for word in fulltext.words_of(phrase)]
    words = tuple(word for phrase in phrases for word in fulltext.words_of(phrase))
    long = [word for word in loose if len(word) >= SHORTEST_BEGINNING or word.isdigit()]
    terms = [Term(words) for words in quoted if words]
    terms += [Term((word,), _may_go_on(word)) for word in (long or ([] if terms else loose))]
    if not terms:
        return None
    return Query(tuple(dict.fromkeys(terms[:MOST_TERMS])), words[: 2 * MOST_TERMS])


def _may_go_on(word: str) -> bool:
    return len(word) >= SHORTEST_BEGINNING and not word.isdigit()


def find(
    query: Query,
    *,
    on: datetime.date,
    language: str = "",
    section: int | None = None,
    superseded: bool = False,
) -> list[Found]:
    """Return what answers `query` among the texts in force on a day, or with `superseded` among all.

    Titles come first, then articles whose heading answers, then the words in their order, then in one
    passage, then somewhere in the text; and within these the texts with the most such passages. Each version
    is found once, in the reader's language if that has the words. A document without any text in the scope is
    found by its titles, when no `language` is asked for. Three statements at most.
    """
    reader = reading_language()
    places: Sequence[Place] = _scope(
        recent_stamps().get(STAMP, ""), on, timezone.localdate(), superseded, reader
    )
    if language or section is not None:
        places = [
            place for place in places if language in ("", place.language) and section in (None, place.section)
        ]
    editions = None if superseded else [place.edition for place in places]
    best = query.in_one_passage
    alone = [Ask((term,)) for term in query.terms]
    counts = fulltext.count_passages(connection, best, editions)
    # Where a passage has all terms, none has to be looked for alone.
    together = counts[-1]
    others = [place.edition for place in places if place.edition not in together]
    count_alone = (
        fulltext.count_passages(connection, alone, others)
        if others and len(alone) > 1
        else [together] * len(alone)
    )
    titled = fulltext.titled(connection, alone)
    ranked: list[tuple[tuple[int, ...], Found]] = []
    seen: dict[int, int] = {}
    # A word of no text and no title: nothing has them all.
    is_somewhere = together or all(map(any, zip(count_alone, titled, strict=True)))
    for place in places if is_somewhere else ():
        if place.version in seen or not (
            place.edition in together
            or all(
                place.edition in count or place.document in titles
                for count, titles in zip(count_alone, titled, strict=True)
            )
        ):
            continue
        seen[place.version] = place.document
        here = tuple(count.get(place.edition, 0) for count in counts)
        tier = next((tier for tier, count in enumerate(here) if count), 3)
        in_title = all(place.document in titles for titles in titled)
        found = Found(place.document, place.version, place.edition, place.standing, here)
        ranked.append(((not in_title, tier, -found.passages, place.order), found))
    hits = [found for _rank, found in sorted(ranked, key=lambda item: item[0])]
    by_title = set.intersection(*titled) - {found.document for found in hits} if not language else set()
    return _without_text(by_title - {place.document for place in places}, section) + hits


def _without_text(documents: set[int], section: int | None) -> list[Found]:
    """Return the documents that are found by their titles alone."""
    if not documents:
        return []
    known = Document.objects.filter(pk__in=documents)
    if section is not None:
        known = known.filter(section=section)
    return [Found(pk, None, None, None) for pk in known.values_list("pk", flat=True)]


@lru_cache(maxsize=32)
def _scope(
    _stamp: str, on: datetime.date, today: datetime.date, superseded: bool, reader: str
) -> tuple[Place, ...]:
    """Return the editions that a search covers, those in the reader's language first.

    So that the other edition of a version counts only where that one has nothing. Kept for a stamp and a
    day: it changes when something is published, withdrawn or moved, or a day begins.
    """
    day = today if superseded else on
    standings = {
        period.version.pk: period.standing
        for versions in _by_document().values()
        for period in timeline(versions, day)
        if superseded or period.standing is Standing.IN_FORCE
    }
    editions = Edition.objects.filter(version__in=Version.objects.published()).order_by(
        "version__document__section__position",
        "version__document__position",
        "version__document__slug",
        "-version__effective_on",
        "-version__revision",
        "language",
    )
    rows = editions.values_list(
        "pk", "language", "version_id", "version__document_id", "version__document__section_id"
    )
    places = [Place(*row, standings[row[2]], order) for order, row in enumerate(rows) if row[2] in standings]
    return tuple(sorted(places, key=lambda place: place.language != reader))


def _by_document() -> dict[int, list[Version]]:
    versions: dict[int, list[Version]] = {}
    for version in Version.objects.published().only(
        "document", "effective_on", "revision", "withdrawn_on", "contracts_from_on", "contracts_until_on"
    ):
        versions.setdefault(version.document_id, []).append(version)
    return versions


def passages(query: Query, found: Sequence[Found], most: int) -> dict[int, list[int]]:
    """Return for each edition of `found` the keys of up to `most` passages, the best first. One statement."""
    asks = {each.edition: _asks(query, each, most) for each in found if each.edition}
    keys = fulltext.first_passages(connection, asks, most)
    return {edition: of_edition[:most] for edition, of_edition in keys.items()}


def _asks(query: Query, found: Found, most: int) -> list[Ask]:
    """Return the asks by which `most` passages are found, or all there are: none that finds nothing."""
    if not found.passages:
        return [Ask((term,)) for term in query.terms]
    asks = []
    for ask, count in zip(query.in_one_passage, found.counts, strict=True):
        if count:
            asks.append(ask)
        if count >= most:
            break
    return asks
