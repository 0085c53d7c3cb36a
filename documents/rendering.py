"""From the Markdown that editors write to HTML that is safe to show, with a table of contents."""

from dataclasses import dataclass
from functools import lru_cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {
    "a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "hr", "li", "ol", "p", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href"}, "h2": {"id"}, "h3": {"id"}, "h4": {"id"}, "ol": {"start"}}

MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


WORDS_A_MINUTE = 200
"""Words that people read in a minute, slowly, as one reads terms."""


@dataclass(frozen=True)
class Heading:
    """A heading of a rendered text: its anchor, its words, its level (2 to 4)."""

    anchor: str
    words: str
    level: int


@dataclass(frozen=True)
class RenderedText:
    """A text ready to show."""

    html: SafeString
    headings: tuple[Heading, ...]


@lru_cache(maxsize=256)
def render(text: str) -> RenderedText:
    """Return `text`, written in Markdown, as sanitised HTML and its headings.

    Headings are anchored by their words, so an address such as #vos-droits stays valid as long as the
    heading does; a repeated heading gets a number. The page has the first level to itself: headings come out
    as levels 2 to 4.
    """
    tokens = MARKDOWN.parse(text)
    headings = _anchor_headings(tokens)
    html = nh3.clean(
        MARKDOWN.renderer.render(tokens, MARKDOWN.options, {}),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
    )
    # Sanitised by nh3 in the line above: this is the one place where text from the database becomes markup.
    return RenderedText(mark_safe(html), tuple(headings))  # noqa: S308  # sanitised above


def minutes(text: str) -> int:
    """Return about how many minutes it takes to read `text`, at WORDS_A_MINUTE, at least one."""
    return max(1, round(len(plain(text).split()) / WORDS_A_MINUTE))


def plain(text: str) -> str:
    """Return the words of `text` without its markup, a block a line."""
    blocks = [
        "".join(_words(child) for child in token.children) for token in MARKDOWN.parse(text) if token.children
    ]
    return "\n".join(blocks)


def _anchor_headings(tokens: list[Token]) -> list[Heading]:
    headings: list[Heading] = []
    taken: set[str] = set()
    for opening, inline, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if opening.type != "heading_open":
            continue
        words = "".join(_words(child) for child in inline.children or [])
        anchor = stem = slugify(words) or "section"
        number = 1
        while anchor in taken:
            number += 1
            anchor = f"{stem}-{number}"
        taken.add(anchor)
        opening.attrSet("id", anchor)
        opening.tag = closing.tag = f"h{min(max(int(opening.tag[1]), 2), 4)}"
        headings.append(Heading(anchor, words, int(opening.tag[1])))
    return headings


def _words(token: Token) -> str:
    return token.content if token.type in ("text", "code_inline") else " " if "break" in token.type else ""
