"""From the Markdown that editors write to HTML that is safe to show, with a table of contents."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import nh3
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {
    "a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "hr", "li", "ol", "p", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href"}, "h2": {"id"}, "h3": {"id"}, "h4": {"id"}, "ol": {"start"}, "p": {"id"}}

NUMBERED_HEADING = re.compile(
    r"(?:(?:article|art\.)\s+(?=\d)|(?=\d+(?:\.\d|[.)]\s|\s[–—-]\s)))(\d+(?:\.\d+)*(?:er|bis|ter|quater)?)\b[.)]?",
    re.IGNORECASE,
)
NUMBERED_PARAGRAPH = re.compile(r"(\d+(?:\.\d+)+)[.)]?(?=\s)")
"""How an article (a heading) and a paragraph of one ("3.2 …") begin that bear a number."""

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
    heading does; a repeated heading gets a number. What bears a number itself is anchored by that, whatever
    its words become: "Article 3 – …" is #article-3, a paragraph "3.2 …" #article-3-2, and the number is a
    link to it. The page has the first level to itself: headings come out as levels 2 to 4.
    """
    return render_afresh(text)


def render_afresh(text: str) -> RenderedText:
    """Return what `render` does without keeping it, for a text that is still being written."""
    tokens = MARKDOWN.parse(text)
    headings = _anchor(tokens)
    return RenderedText(_sanitised(MARKDOWN.renderer.render(tokens, MARKDOWN.options, {})), tuple(headings))


@lru_cache(maxsize=256)
def points(text: str) -> tuple[SafeString, ...]:
    """Return each point of `text`, which has one a line with "- " before it or not, as sanitised HTML.

    A point is words with emphasis and links. Blocks stay as they were typed, so that no heading or number of
    a point takes an anchor of the text that it is shown above.
    """
    lines = (line.strip().removeprefix("- ").strip() for line in text.splitlines())
    return tuple(_sanitised(MARKDOWN.renderInline(line)) for line in lines if line)


def anchors(text: str) -> frozenset[str]:
    """Return the anchors of `text`: of its headings and its numbered paragraphs."""
    tokens = MARKDOWN.parse(text)
    _anchor(tokens)
    return frozenset(str(token.attrGet("id")) for token in tokens if token.attrGet("id"))


def _sanitised(html: str) -> SafeString:
    """Return `html` with nothing in it but TAGS and ATTRIBUTES.

    This is the one place where text from the database becomes markup.
    """
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
    )
    return mark_safe(clean)  # noqa: S308  # sanitised by nh3 in the line above


def minutes(text: str) -> int:
    """Return about how many minutes it takes to read `text`, at WORDS_A_MINUTE, at least one."""
    return max(1, round(len(plain(text).split()) / WORDS_A_MINUTE))


def plain(text: str) -> str:
    """Return the words of `text` without its markup, a block a line."""
    return "\n".join(words for _opening, words in _blocks(MARKDOWN.parse(text)))


def articles(text: str) -> list[tuple[Heading | None, str]]:
    """Return the articles of `text`: each heading with the words below it, a block a line.

    What stands before the first heading comes with None.
    """
    tokens = MARKDOWN.parse(text)
    headings = iter(_anchor(tokens))
    found: list[tuple[Heading | None, list[str]]] = [(None, [])]
    for opening, words in _blocks(tokens):
        if opening.type == "heading_open":
            found.append((next(headings), []))
        else:
            found[-1][1].append(words)
    return [(heading, "\n".join(blocks)) for heading, blocks in found]


def _blocks(tokens: list[Token]) -> list[tuple[Token, str]]:
    """Return what holds words: the token that opens it, and the words."""
    return [
        (opening, "".join(_words(child) for child in inline.children))
        for opening, inline in pairwise(tokens)
        if inline.children
    ]


def _anchor(tokens: list[Token]) -> list[Heading]:
    """Give anchors to headings and numbered paragraphs, and return the headings."""
    headings: list[Heading] = []
    taken: set[str] = set()
    for opening, inline, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        is_heading = opening.type == "heading_open"
        if not is_heading and not (opening.type == "paragraph_open" and opening.level == 0):
            continue
        words = "".join(_words(child) for child in inline.children or [])
        number = (NUMBERED_HEADING if is_heading else NUMBERED_PARAGRAPH).match(words)
        if not is_heading and not number:
            continue
        stem = f"article-{number[1].replace('.', '-')}" if number else slugify(words) or "section"
        anchor = _free(stem, taken)
        taken.add(anchor)
        opening.attrSet("id", anchor)
        if number:
            _link_number(inline, number[0], anchor)
        if is_heading:
            opening.tag = closing.tag = f"h{min(max(int(opening.tag[1]), 2), 4)}"
            headings.append(Heading(anchor, words, int(opening.tag[1])))
    return headings


def _free(stem: str, taken: set[str]) -> str:
    anchor, count = stem, 1
    while anchor in taken:
        count += 1
        anchor = f"{stem}-{count}"
    return anchor


def _link_number(inline: Token, number: str, anchor: str) -> None:
    """Make the number that begins a block a link to the block, unless it stands in other markup."""
    children = inline.children or []
    first = children[0]
    if first.type != "text" or not first.content.startswith(number):
        return
    rest = Token("text", "", 0, content=first.content[len(number) :])
    link = Token("link_open", "a", 1, attrs={"href": f"#{anchor}"})
    inline.children = [
        link,
        Token("text", "", 0, content=number),
        Token("link_close", "a", -1),
        rest,
        *children[1:],
    ]


def _words(token: Token) -> str:
    return token.content if token.type in ("text", "code_inline") else " " if "break" in token.type else ""
