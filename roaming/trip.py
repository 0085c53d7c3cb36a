"""The places of one journey: each with its answer, the one to be careful with first."""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from roaming.gazetteer import Name, Sense
from roaming.lookup import MOST_QUERIES, Answer, Kind, Match, Reader, kind_of
from roaming.naming import core_key, key

PARTS = re.compile(r"[;\n]")
"""What parts places in one text for certain; a comma may belong to a name."""

LONGEST_TEXT = 2_000
"""Characters of one text that are looked at."""


@dataclass(frozen=True)
class Trip:
    """The answers to all places asked for."""

    answers: tuple[Answer, ...]
    """The strictest first: excluded, in no zone, unclear, unknown, included, home; else as typed."""
    left_out: bool
    """Whether places beyond MOST_QUERIES were left out."""

    @property
    def excluded(self) -> list[Match]:
        """The destinations that the subscriptions do not include, also those of a name that means several."""
        named = (answer for answer in self.answers if answer.kind in (Kind.LISTED, Kind.SEVERAL))
        return [match for answer in named for match in answer.matches if match.is_excluded]

    @property
    def is_about_several(self) -> bool:
        """Whether the answers name more than one territory."""
        return sum(len(answer.matches) for answer in self.answers) > 1

    @property
    def isos(self) -> set[str]:
        """The ISO codes of all places in the answers, suggestions included."""
        return {match.iso for answer in self.answers for match in answer.matches}


def plan(texts: Sequence[str], on: datetime.date | None = None) -> Trip:
    """Answer texts that may each name several places, for the day `on` (today).

    Semicolons and lines part places. A comma parts only what is no place as a whole, "Tanzania, United
    Republic of" is one; and so does a word like "and", "Trinidad and Tobago" is one.
    """
    reader = Reader.now(on)
    answers: list[Answer] = []
    parts = (part.strip() for text in texts for part in PARTS.split(text[:LONGEST_TEXT]))
    for part in islice(filter(None, parts), MOST_QUERIES + 1):
        answers += [_answer(reader, piece, iso) for piece, iso in _pieces(reader, part)[: MOST_QUERIES + 1]]
        if len(answers) > MOST_QUERIES:
            break
    kept = sorted(answers[:MOST_QUERIES], key=_strictness)
    return Trip(tuple(kept), len(answers) > MOST_QUERIES)


def _answer(reader: Reader, text: str, iso: str) -> Answer:
    """Answer a text; one that names a place and its country, for that country `iso`."""
    if not iso:
        return reader.answer(text)
    match = reader.match(iso, Name(text, (iso,), Sense.PART))
    return Answer(text, kind_of([match]), (match,))


def _pieces(reader: Reader, text: str) -> list[tuple[str, str]]:
    """Return the questions in a text, each with the code of its country where the text says that too."""
    if not text:
        return []
    pieces = [piece.strip() for piece in text.split(",") if key(piece)]
    # "Korea, Rep." and "Tanzania, United Republic of" are one name each.
    if reader.finder.names_one(text) or not all(core_key(piece) for piece in pieces[1:]):
        return [(text, "")]
    if len(pieces) == CITY_AND_COUNTRY:
        place, country = pieces
        isos = list(reader.finder.known(country))
        if len(isos) == 1 and isos[0] in reader.finder.places_named(place):
            return [(text, isos[0])]
    return [(name, "") for piece in pieces for name in (_names_in(reader, piece) or [piece])]


def _names_in(reader: Reader, text: str) -> list[str]:
    names = reader.finder.names_in(text) if not reader.finder.names_one(text) else []
    return names if len(names) > 1 else []


CITY_AND_COUNTRY = 2
"""Pieces of "Tripoli, Liban"."""

EXCLUDED, UNLISTED, UNCLEAR, UNKNOWN, INCLUDED, AT_HOME = range(6)


def _strictness(answer: Answer) -> int:
    if answer.kind is Kind.NONE:
        return UNKNOWN
    if answer.kind in (Kind.LISTED, Kind.SEVERAL) and all(match.is_excluded for match in answer.matches):
        return EXCLUDED
    by_kind = {Kind.LISTED: INCLUDED, Kind.HOME: AT_HOME, Kind.UNLISTED: UNLISTED}
    return by_kind.get(answer.kind, UNCLEAR)
