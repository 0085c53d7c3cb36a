"""An edition's text in passages: the articles of page text, the pages of a PDF. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from documents import rendering
from documents.paragraphs import is_heading

MOST_WORDS = 1_500
"""Words of a passage; a longer article or page is several. PostgreSQL keeps 256 places of a word."""

LONGEST_ANCHOR = 200
PARTED = re.compile(r"\b([^\W\d_]+)([-\u2010\u00ad])\s*\n([^\W\d_]+)")
"""A word parted by a hyphen, perhaps its own, or by a sign of automatic parting."""


@dataclass(frozen=True)
class Part:
    """A passage before it is stored."""

    text: str
    heading: str = ""
    anchor: str = ""
    page: int | None = None


def parts(text: str, file_text: str) -> list[Part]:
    """Return the passages of an edition: of its page text (Markdown), then of its PDF's text.

    The pages of `file_text` are parted by form feeds. An empty article or page gives none.
    """
    return [piece for part in (*_articles(text), *_pages(file_text)) for piece in _pieces(part)]


def _articles(text: str) -> Iterator[Part]:
    for heading, words in rendering.articles(text):
        if heading is None:
            yield Part(words)
        else:
            yield Part(words, heading.words, heading.anchor[:LONGEST_ANCHOR])


def _pages(file_text: str) -> Iterator[Part]:
    for number, page in enumerate(file_text.split("\f"), start=1):
        whole = join_parted(page, file_text)
        headings = [line for line in whole.splitlines() if is_heading(" ".join(line.split()))]
        yield Part(whole, "\n".join(headings), page=number)


def join_parted(page: str, whole: str) -> str:
    """Return `page` with the words that its lines part at a hyphen in one piece.

    A hyphen that the word has elsewhere in the `whole` text too ("ci-après") is its own and stays.
    """

    def joined(found: re.Match[str]) -> str:
        first, sign, last = found.groups()
        return f"{first}-{last}" if sign == "-" and f"{first}-{last}" in whole else f"{first}{last}"

    return PARTED.sub(joined, page)


def _pieces(part: Part) -> Iterator[Part]:
    if not part.text.strip() and not part.heading:
        return
    words = part.text.split()
    for start in range(0, max(1, len(words)), MOST_WORDS):
        text = " ".join(words[start : start + MOST_WORDS])
        yield Part(text, part.heading if start == 0 else "", part.anchor, part.page)
