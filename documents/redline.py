"""What changed between two wordings, by article, paragraph and word. Pure; touches no database."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from rapidfuzz.distance import Indel

from core.folding import fold

SIMILAR = 0.45
"""Share of its letters that a paragraph must have in common with another to be the same one reworded."""

LONGEST_HEADING = 120
"""Characters; a longer line is no heading of an article."""

ARTICLE = re.compile(
    r"^(?:article|art\.?|section|chapitre|chapter|annexe?)\s+[\dIVXLC]+\b|^\d+(?:\.\d+)*\.?\s+\S",
    re.IGNORECASE,
)
NEW_PARAGRAPH = re.compile(r"^(?:[-–•*]|\(?[a-z0-9]{1,3}[.)])\s", re.I)
SENTENCE_END = re.compile(r"[.:;!?»”]$")
WORD = re.compile(r"\s+|[^\s\w]|\w+")

MOST_WORDS = 1_200
"""Words and signs of a paragraph that is compared word by word; a longer one is shown whole."""

LONG_PARAGRAPH, LONGEST_PARAGRAPH = 1_500, 4_000
"""Characters from which a paragraph of a PDF's text ends with the next sentence, and with the line."""

REPEATED = 0.5
"""Share of the pages from which a line at their edge is their header or footer and no text."""

EDGE = 3
"""Lines at the top and at the bottom of a page among which headers and footers are looked for."""


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


def is_heading(text: str) -> bool:
    """Whether a paragraph is the heading of an article: short, numbered, and no sentence."""
    return len(text) <= LONGEST_HEADING and bool(ARTICLE.match(text)) and not text.endswith((".", ";", ","))


def paragraphs_of_pages(text: str) -> list[str]:
    """Return the paragraphs of a PDF's text (pages parted by form feeds), without headers and footers.

    A PDF knows lines and no paragraphs: a line begins one when it is a heading or an item of a list, or when
    the line before ends a sentence and is short.
    """
    lines = list(_lines(text.split("\f")))
    width = sorted(map(len, lines))[len(lines) * 3 // 4] if lines else 0
    paragraphs: list[str] = []
    begins = True
    for line in lines:
        if begins or is_heading(line) or NEW_PARAGRAPH.match(line):
            paragraphs.append(line)
        else:
            last = paragraphs[-1]
            # A word parted at the end of a line.
            paragraphs[-1] = last[:-1] + line if re.search(r"[a-zà-ÿ]-$", last) else f"{last} {line}"
        is_short = len(line) < width * 0.9 or len(paragraphs[-1]) > LONG_PARAGRAPH
        is_full = len(paragraphs[-1]) > LONGEST_PARAGRAPH
        begins = is_heading(line) or is_full or bool(SENTENCE_END.search(line) and is_short)
    return paragraphs


def _lines(pages: Sequence[str]) -> Iterator[str]:
    split = [[" ".join(line.split()) for line in page.splitlines() if line.strip()] for page in pages]
    edges = Counter(
        mark for lines in split for mark in {_edge_mark(line) for line in (*lines[:EDGE], *lines[-EDGE:])}
    )
    most = max(2, len(split) * REPEATED)
    for lines in split:
        for place, line in enumerate(lines):
            at_edge = place < EDGE or place >= len(lines) - EDGE
            if not (at_edge and edges[_edge_mark(line)] >= most):
                yield line


def _edge_mark(line: str) -> str:
    """Return a line without its figures, so that page numbers make no difference."""
    return re.sub(r"\d+", "", line)


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
    place = 0
    for old in before:
        likeness = [
            (Indel.normalized_similarity(old, new, score_cutoff=SIMILAR), -offset)
            for offset, new in enumerate(after[place:])
        ]
        best, offset = max(likeness, default=(0.0, 0))
        if best < SIMILAR:
            yield Row((Piece(Mark.REMOVED, old),), ())
            continue
        for new in after[place : place - offset]:
            yield Row((), (Piece(Mark.ADDED, new),))
        place -= offset
        yield _row(old, after[place])
        place += 1
    for new in after[place:]:
        yield Row((), (Piece(Mark.ADDED, new),))


def _row(old: str, new: str) -> Row:
    if old == new:
        return Row((Piece(Mark.SAME, old),), (Piece(Mark.SAME, new),))
    words, others = WORD.findall(old), WORD.findall(new)
    if max(len(words), len(others)) > MOST_WORDS:
        return Row((Piece(Mark.REMOVED, old),), (Piece(Mark.ADDED, new),))
    before: list[Piece] = []
    after: list[Piece] = []
    for kind, start, end, to_start, to_end in SequenceMatcher(
        None, words, others, autojunk=False
    ).get_opcodes():
        gone, come = "".join(words[start:end]), "".join(others[to_start:to_end])
        if kind == "equal":
            before.append(Piece(Mark.SAME, gone))
            after.append(Piece(Mark.SAME, come))
            continue
        if gone:
            before.append(Piece(Mark.REMOVED, gone))
        if come:
            after.append(Piece(Mark.ADDED, come))
    return Row(tuple(before), tuple(after))


def _text(pieces: Iterable[Piece]) -> str:
    return "".join(piece.words for piece in pieces)


def _count(rows: Iterable[Row], mark: Mark) -> int:
    pieces = (piece for row in rows for piece in (*row.before, *row.after) if piece.mark is mark)
    return sum(len(re.findall(r"\w+", piece.words)) for piece in pieces)
