"""The paragraphs of a PDF's text, which knows lines and no paragraphs. Pure; touches no database."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from core.folding import fold

LONGEST_HEADING = 120
"""Characters; a longer line is no heading of an article."""

LONGEST_TITLE = 10
"""Words; what has more after "3.1" is no title, but the first line of a paragraph."""

ARTICLE = re.compile(
    r"(?=[A-Z])(?i:article|art\.?|section|sous-section|paragraphe|chapitre|chapter|titre|title|livre|partie|part|"
    r"annexe?|appendix)\s+"
    r"(?:(?:[A-Z]\.?\s?\*?\s?)?\d+(?:[-.]\d+)*(?:er|re)?|[IVXLC]+(?:er|re)?|(?i:premi(?:er|ère)|unique|préliminaire))"
    r"(?![\w’'])"
)
"""Also "Article 1er", "Livre Ier" and the numbers of French codes: L112-3, L. 112-3, R*132-6."""

NUMBERED = re.compile(r"\d{1,3}(?:\.\d{1,3})*(?:\.\s*[-–—]?\s*|\s*[-–—]\s*|\s+)(?=[«“‘\"(]?\s?[^\W\d_])")
LETTER = re.compile(r"[^\W\d_]")
LONG_WORD = re.compile(r"[^\W\d_]{4,}")

BULLET = re.compile(r"[•●▪◦*]\s")
ITEM = re.compile(
    r"(?:[-–—]|\(?\d{1,3}[.)]|\d{1,3}°|\(?[a-z]{1,2}\)|[a-z]\.|\([ivx]{1,4}\)|[IVX]{1,4}\s?\.\s?[-–—])\s?(?=\S)"
)
SENTENCE_END = re.compile(r"[.:;!?»”]$")

PARTED = re.compile(r"([^\W\d_]+)([-\u2010\u00ad])$")
"""A word parted at the end of a line: by a hyphen, perhaps its own, or by a sign of automatic parting."""

LONGEST_WORD = 60
"""Characters."""

COMPOUND = re.compile(r"\b[^\W\d_]+-[^\W\d_]+")

PARTS_WORDS = 0.03
"""Share of the lines that end with a hyphen from which the document parts words."""

FULL, HALF_EMPTY = 0.9, 0.7
"""Share of the usual width: a line that fills it, and one so short that it is a title or a table's cell."""

LONG_PARAGRAPH, LONGEST_PARAGRAPH = 1_500, 4_000
"""Characters from which a paragraph of a PDF's text ends with the next sentence, and with the line."""

REPEATED = 0.5
"""Share of the pages from which a line at their edge is their header or footer and no text."""

EDGE = 6
"""Lines at the top and at the bottom of a page among which headers and footers are looked for."""

PAGE_NUMBER = re.compile(r"\W*(?:p\.?\s?)?\d+(?:\W+\d+)?\W*", re.IGNORECASE)
FEWEST_LETTERS = 4
"""Letters of a line that may be a head although its figures differ, unless it is the number of the page."""

HEAD_WORDS = 4
"""Words that all running heads begin or end with, while the others say the chapter."""

HEADED_PAGES = 4
"""Pages on which a head must be that is the same only in part."""

FIRST_WORDS = 5
"""Words by which the beginning of a paragraph is recognised in another text."""


def is_heading(text: str) -> bool:
    """Whether a paragraph is the heading of an article: short, numbered, and no sentence."""
    if len(text) > LONGEST_HEADING or text.endswith((";", ",")):
        return False
    number, title = heading_parts(text)
    if not number:
        return False
    if number[0].isdigit() and (
        not title.lstrip('«“‘"( ')[:1].isupper() or len(title.split()) > LONGEST_TITLE
    ):
        return False
    # With a full stop, it is one when it reads "2. BASIC PERMISSIONS." or "2. Basic Permissions."
    return not text.endswith(".") or all(word[0].isupper() for word in LONG_WORD.findall(title))


def heading_parts(text: str) -> tuple[str, str]:
    """Return the number of a heading and its title: "Article L. 3 – Prix." gives "Article L3" and "Prix"."""
    number = ARTICLE.match(text) or NUMBERED.match(text)
    place = number.end() if number else 0
    bare = re.sub(r"(?<=[A-Z])[.\s]+(?=[\d*])", "", text[:place])
    return bare.strip(" .-–—"), text[place:].strip(" .:-–—")


def paragraphs_of_pages(text: str) -> list[str]:
    """Return the paragraphs of a PDF's text (pages parted by form feeds), without headers and footers.

    A line begins one when it is a heading or an item of a list, when the line before ends a sentence and is
    short, or when that is very short. Words parted at the end of a line are put together.
    """
    lines = list(_lines(text.split("\f")))
    width = sorted(map(len, lines))[len(lines) * 3 // 4] if lines else 0
    compounds = {word.lower() for line in lines for word in COMPOUND.findall(line)}
    parts_words = sum(line.endswith("-") for line in lines) > len(lines) * PARTS_WORDS
    paragraphs: list[str] = []
    before = ""
    for line in lines:
        if not paragraphs or _begins(line, before, paragraphs[-1], width):
            paragraphs.append(line)
        else:
            paragraphs[-1] = _joined(paragraphs[-1], line, compounds, parts_words)
        before = line
    return paragraphs


def _begins(line: str, before: str, paragraph: str, width: int) -> bool:
    """Whether a line begins a paragraph, by the line before it and the paragraph that this one is in."""
    if _parted_end(before):
        return False
    is_short = len(before) < width * FULL
    ended = bool(SENTENCE_END.search(before))
    if is_short and is_heading(paragraph):
        _number, title = heading_parts(paragraph)
        goes_on = line[0].islower() or (line.isupper() and title.isupper())
        return is_heading(line) or not goes_on
    # A line in the middle of a sentence may begin with "Article 5" or "3." too.
    if BULLET.match(line) or ((is_short or ended) and (is_heading(line) or ITEM.match(line))):
        return True
    if ended:
        return is_short or len(paragraph) > LONG_PARAGRAPH
    breaks_off = len(before) < width * HALF_EMPTY and not before.endswith((",", "–", "—"))
    return len(paragraph) > LONGEST_PARAGRAPH or (breaks_off and not line[0].islower())


def _joined(paragraph: str, line: str, compounds: set[str], parts_words: bool) -> str:
    """Return a paragraph and its next line, with the word that the line's end parts whole again."""
    parted = _parted_end(paragraph)
    if parted is None:
        return f"{paragraph}{line}" if re.search(r"\d-$", paragraph) else f"{paragraph} {line}"
    start, sign = parted.groups()
    rest = re.match(r"[^\W\d_]*", line)
    word = rest.group() if rest else ""
    is_own = sign == "-" and (
        f"{start}-{word}".lower() in compounds or not parts_words or not (start[-1] + word[:1]).islower()
    )
    return paragraph + line if is_own else paragraph[:-1] + line


def _parted_end(text: str) -> re.Match[str] | None:
    """Return the parted word at the end of a text; its last characters are enough, however long a line is."""
    return PARTED.search(text[-LONGEST_WORD:])


def _lines(pages: Sequence[str]) -> Iterator[str]:
    split = [[" ".join(line.split()) for line in page.splitlines() if line.strip()] for page in pages]
    edges = Counter(
        mark
        for lines in split
        for mark in {mark for line in (*lines[:EDGE], *lines[-EDGE:]) for mark in _edge_marks(line)}
    )
    half = len(split) * REPEATED
    heads = {
        mark
        for mark, times in edges.items()
        if times >= max(HEADED_PAGES if mark.strip("…") != mark else 2, half)
    }
    for lines in split:
        # What stands between a head and the edge is part of it: the name of the chapter, say.
        is_head = [not heads.isdisjoint(_edge_marks(line)) for line in lines]
        edge = min(EDGE, len(lines) // 2)
        top = [place + 1 for place, found in enumerate(is_head[:edge]) if found]
        bottom = [place + 1 for place, found in enumerate(is_head[::-1][:edge]) if found]
        yield from lines[max(top, default=0) : len(lines) - max(bottom, default=0)]


def _edge_marks(line: str) -> list[str]:
    """Return a line without its figures (page numbers make no difference), and how it begins and ends."""
    bare = re.sub(r"\d+", "", line)
    # Pages often begin with "Article 5" and "Article 9", and price lists with "5 EUR" and "9 EUR".
    if is_heading(line) or (len(LETTER.findall(bare)) < FEWEST_LETTERS and not PAGE_NUMBER.fullmatch(line)):
        return [line]
    words = bare.split()
    parts = [" ".join(words[:HEAD_WORDS]) + "…", "…" + " ".join(words[-HEAD_WORDS:])]
    return [" ".join(words), *(parts if len(words) > HEAD_WORDS else [])]


def part_alike(before: Sequence[str], after: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the paragraphs of two texts, parted where the other one parts them too.

    Where the last line of a paragraph is as long as all others, nothing shows that it is the last; the other
    text, whose lines are broken elsewhere, often does.
    """
    return list(_parted(before, after)), list(_parted(after, before))


def _parted(paragraphs: Iterable[str], others: Iterable[str]) -> Iterator[str]:
    beginnings = {_beginning(text) for text in others} - {""}
    for text in paragraphs:
        start = 0
        for found in re.finditer(r"[.:;!?»”]\s", text):
            if _beginning(text[found.end() : found.end() + FIRST_WORDS * LONGEST_WORD]) in beginnings:
                yield text[start : found.end()].rstrip()
                start = found.end()
        yield text[start:]


def _beginning(text: str) -> str:
    """Return the first words of a text, folded; nothing when they are too few to tell."""
    words = text[: FIRST_WORDS * LONGEST_WORD].split()[:FIRST_WORDS]
    return fold(" ".join(words)) if len(words) == FIRST_WORDS else ""
