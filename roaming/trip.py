"""The places of one journey: each with its answer, the one to be careful with first."""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass

from roaming.lookup import MOST_QUERIES, Answer, Kind, Match, Reader

PARTS = re.compile(r"[;\n]")
"""What parts places in one text for certain; a comma may belong to a name."""


@dataclass(frozen=True)
class Trip:
    """The answers to all places asked for."""

    answers: tuple[Answer, ...]
    """The strictest first: excluded, in no zone, unclear, unknown, included, home; else as typed."""
    left_out: bool
    """Whether places beyond MOST_QUERIES were left out."""

    @property
    def excluded(self) -> list[Match]:
        """The destinations that are certainly meant and that the subscriptions do not include."""
        return [answer.matches[0] for answer in self.answers if _strictness(answer) == EXCLUDED]

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
    for part in (part.strip() for text in texts for part in PARTS.split(text)):
        for piece in _pieces(reader, part):
            if len(answers) > MOST_QUERIES:
                break
            answers.append(reader.answer(piece))
    kept = sorted(answers[:MOST_QUERIES], key=_strictness)
    return Trip(tuple(kept), len(answers) > MOST_QUERIES)


def _pieces(reader: Reader, text: str) -> list[str]:
    if not text:
        return []
    if reader.names_one_place(text):
        return [text]
    pieces = [piece.strip() for piece in text.split(",") if piece.strip()]
    return [name for piece in pieces for name in (reader.names_in(piece) or [piece])]


EXCLUDED, UNLISTED, UNCLEAR, UNKNOWN, INCLUDED, AT_HOME = range(6)


def _strictness(answer: Answer) -> int:
    if answer.kind is Kind.NONE:
        return UNKNOWN
    if answer.kind in (Kind.LISTED, Kind.SEVERAL) and all(match.is_excluded for match in answer.matches):
        return EXCLUDED
    by_kind = {Kind.LISTED: INCLUDED, Kind.HOME: AT_HOME, Kind.UNLISTED: UNLISTED}
    return by_kind.get(answer.kind, UNCLEAR)
