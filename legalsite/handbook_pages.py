"""The handbook for staff: pages in Markdown, a folder for each language, read by the portal's own renderer.

A page begins with its title ("# …"). Two signs are the handbook's own: {{Save}} is what a button, field or
heading of the admin says, given by its English and shown in the reader's language; a line ![words](name)
is a picture of the screen, static/handbook/<language>/<name>.png.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext, override, pgettext

from documents.rendering import render

FOLDER = Path(__file__).resolve().parent / "handbook"
PICTURES = Path(settings.BASE_DIR) / "static" / "handbook"

LABEL = re.compile(r"\{\{(?:([^{}|]+)\|)?([^{}|]+)\}\}")
PICTURE = re.compile(r"^!\[([^\]]+)\]\(([a-z-]+)\)$", re.MULTILINE)
TITLE = re.compile(r"# (.+)\n")
NAME = re.compile(r"\d\d-([a-z-]+)")


@dataclass(frozen=True)
class Picture:
    """A picture of a screen, with its size in pixels, so that nothing moves when it arrives."""

    path: str
    """Below the static files."""
    words: str
    width: int
    height: int


@dataclass(frozen=True)
class Page:
    """A page of the handbook in one language."""

    slug: str
    language: str
    title: str
    source: str

    def blocks(self) -> Iterator[SafeString | Picture]:
        """Give the page below its title: texts as safe HTML, and the pictures between them."""
        text = LABEL.sub(self._shown, self.source)
        # The pattern has two groups: text, words, name, text, words, name, … text.
        texts = iter(PICTURE.split(text))
        yield render(next(texts)).html
        for words, name, after in zip(texts, texts, texts, strict=True):
            if (picture := _picture(self.language, name, words)) is not None:
                yield picture
            yield render(after).html

    def labels(self) -> list[tuple[str | None, str]]:
        """Return the labels that the page quotes: the context of each, if any, and its English."""
        return [(found[1], found[2]) for found in LABEL.finditer(self.source)]

    def pictures(self) -> list[str]:
        """Return the names of the pictures that the page shows."""
        return [name for _words, name in PICTURE.findall(self.source)]

    def _shown(self, found: re.Match[str]) -> str:
        with override(self.language):
            words = pgettext(found[1], found[2]) if found[1] else gettext(found[2])
        return f"**{capfirst(words)}**"


def pages(language: str) -> list[Page]:
    """Return the pages of the handbook in a language ("fr" or "en"), in their order."""
    return [_page(path, language) for path in sorted((FOLDER / language).glob("*.md"))]


def _page(path: Path, language: str) -> Page:
    name, text = NAME.fullmatch(path.stem), path.read_text(encoding="utf-8")
    title = TITLE.match(text)
    if name is None or title is None:
        raise ValueError(f"{path.name}: a page is called NN-slug.md and begins with its title")
    return Page(name[1], language, title[1], text[title.end() :])


def _picture(language: str, name: str, words: str) -> Picture | None:
    """Return a picture of the handbook; None for one that nobody has taken yet."""
    try:
        with (PICTURES / language / f"{name}.png").open("rb") as file:
            width, height = struct.unpack(">II", file.read(24)[16:])
    except FileNotFoundError:
        return None
    return Picture(f"handbook/{language}/{name}.png", words, width, height)
