"""What changed between two wordings, by article, paragraph and word. Pure; touches no database."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from rapidfuzz.distance import Indel

from core.folding import fold
from documents.paragraphs import heading_parts, is_heading

SIMILAR = 0.45
"""Share of its letters that a paragraph must have in common with another to be the same one reworded."""

WORD = re.compile(r"\s+|[^\s\w]|\w+")

MOST_PAIRS = 250_000
"""Pairs of paragraphs among which those that resemble each other are looked for at a time."""

MOST_WORDS = 1_200
"""Words and signs of a paragraph that is compared word by word; a longer one is shown whole."""


class Mark(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Piece:
    """Some words of one side and what became of them."""

    mark: Mark
    words: str


@dataclass(frozen=True)
class Row:
    """A paragraph before and after; one side is empty where it was added or removed."""

    before: tuple[Piece, ...]
    after: tuple[Piece, ...]

    @property
    def is_changed(self) -> bool:
        """Whether a word differs."""
        return any(piece.mark is not Mark.SAME for piece in (*self.before, *self.after))


@dataclass(frozen=True)
class Part:
    """An article: its heading and its paragraphs side by side."""

    heading: str
    rows: tuple[Row, ...]

    @property
    def is_changed(self) -> bool:
        """Whether anything in it differs."""
        return any(row.is_changed for row in self.rows)


@dataclass(frozen=True)
class Redline:
    """The whole comparison."""

    parts: tuple[Part, ...]
    added: int
    """Words that are new."""
    removed: int
    """Words that are gone."""

    @property
    def changes(self) -> int:
        """Number of paragraphs that differ."""
        return sum(row.is_changed for part in self.parts for row in part.rows)


def compare(before: Sequence[str], after: Sequence[str]) -> Redline:
    """Compare two texts given as paragraphs (`paragraphs_of_pages`, or one a block of page text).

    Paragraphs are paired by their order and their likeness, and compared word by word; an article begins at a
    paragraph that looks like a heading.
    """
    rows = list(_rows(before, after))
    parts: list[Part] = []
    heading, collected = "", list[Row]()
    for row in rows:
        text = _text(row.after) or _text(row.before)
        if is_heading(text):
            if collected:
                parts.append(Part(heading, tuple(collected)))
            heading, collected = text, []
        collected.append(row)
    if collected:
        parts.append(Part(heading, tuple(collected)))
    return Redline(
        tuple(parts),
        _count(rows, Mark.ADDED),
        _count(rows, Mark.REMOVED),
    )


def _rows(before: Sequence[str], after: Sequence[str]) -> Iterator[Row]:
    keys = [fold(text) for text in before], [fold(text) for text in after]
    matcher = SequenceMatcher(None, *keys, autojunk=False)
    for kind, start, end, to_start, to_end in matcher.get_opcodes():
        if kind == "equal":
            for old, new in zip(before[start:end], after[to_start:to_end], strict=True):
                yield _row(old, new)
        else:
            yield from _replaced(before[start:end], after[to_start:to_end])


def _replaced(before: Sequence[str], after: Sequence[str]) -> Iterator[Row]:
    """Pair the paragraphs that resemble each other, in their order; the others are removed or added."""
    if len(before) * len(after) > MOST_PAIRS and min(len(before), len(after)) > 1:
        half, other_half = len(before) // 2, len(after) // 2
        yield from _replaced(before[:half], after[:other_half])
        yield from _replaced(before[half:], after[other_half:])
        return
    place = to_place = 0
    for old, new in [*_pairs(before, after), (len(before), len(after))]:
        for text in before[place:old]:
            yield Row((Piece(Mark.REMOVED, text),), ())
        for text in after[to_place:new]:
            yield Row((), (Piece(Mark.ADDED, text),))
        if old < len(before):
            yield _row(before[old], after[new])
        place, to_place = old + 1, new + 1


@dataclass(frozen=True)
class _Compared:
    """A paragraph, and what its number and title are when it is a heading."""

    text: str
    heading: tuple[str, str] | None

    @classmethod
    def of(cls, text: str) -> "_Compared":
        return cls(text, heading_parts(text) if is_heading(text) else None)

    def likeness(self, new: "_Compared") -> float:
        """Return how much the two have in common, from SIMILAR to 1; 0 when they are not the same one."""
        alike: float
        if self.heading is None and new.heading is None:
            alike = Indel.normalized_similarity(self.text, new.text, score_cutoff=SIMILAR)
            return alike
        if self.heading is None or new.heading is None:
            return 0.0
        # "Article 3" and "Article 4" are alike to the letter, and are not the same article.
        (number, title), (other, other_title) = self.heading, new.heading
        alike = Indel.normalized_similarity(title, other_title, score_cutoff=SIMILAR) if title else 0.0
        return max(alike, SIMILAR) if number == other else alike


def _pairs(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places of the paragraphs to pair, so that the pairs have the most letters in common."""
    olds, news = [_Compared.of(text) for text in before], [_Compared.of(text) for text in after]
    best = [[0.0] * (len(news) + 1) for _line in range(len(olds) + 1)]
    for row, old in enumerate(olds):
        for column, new in enumerate(news):
            gain = old.likeness(new) * (len(old.text) + len(new.text))
            with_pair = best[row][column] + gain if gain else 0.0
            best[row + 1][column + 1] = max(best[row][column + 1], best[row + 1][column], with_pair)
    pairs = []
    row, column = len(olds), len(news)
    while row and column:
        here = best[row][column]
        if here == best[row - 1][column]:
            row -= 1
        elif here == best[row][column - 1]:
            column -= 1
        else:
            row, column = row - 1, column - 1
            pairs.append((row, column))
    return pairs[::-1]


def _row(old: str, new: str) -> Row:
    if old == new:
        return Row((Piece(Mark.SAME, old),), (Piece(Mark.SAME, new),))
    words, others = WORD.findall(old), WORD.findall(new)
    if max(len(words), len(others)) > MOST_WORDS:
        return Row((Piece(Mark.REMOVED, old),), (Piece(Mark.ADDED, new),))
    before: list[Piece] = []
    after: list[Piece] = []
    for is_same, gone, come in _runs(words, others):
        if is_same:
            before.append(Piece(Mark.SAME, gone))
            after.append(Piece(Mark.SAME, come))
            continue
        if gone:
            before.append(Piece(Mark.REMOVED, gone))
        if come:
            after.append(Piece(Mark.ADDED, come))
    return Row(tuple(before), tuple(after))


def _runs(words: Sequence[str], others: Sequence[str]) -> Iterator[tuple[bool, str, str]]:
    """Yield what is the same and what differs by turns; a lone space between two changes is part of them."""
    gone = come = ""
    codes = SequenceMatcher(None, words, others, autojunk=False).get_opcodes()
    for place, (kind, start, end, to_start, to_end) in enumerate(codes):
        old, new = "".join(words[start:end]), "".join(others[to_start:to_end])
        is_between = 0 < place < len(codes) - 1 and old.isspace()
        if kind == "equal" and not is_between:
            if gone or come:
                yield False, gone, come
            yield True, old, new
            gone = come = ""
        else:
            gone, come = gone + old, come + new
    if gone or come:
        yield False, gone, come


def _text(pieces: Iterable[Piece]) -> str:
    return "".join(piece.words for piece in pieces)


def _count(rows: Iterable[Row], mark: Mark) -> int:
    pieces = (piece for row in rows for piece in (*row.before, *row.after) if piece.mark is mark)
    return sum(len(re.findall(r"\w+", piece.words)) for piece in pieces)
