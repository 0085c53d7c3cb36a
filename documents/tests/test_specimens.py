"""The specimen PDF files, against what PDF/UA-1 (ISO 14289-1) asks of a file and a program can see."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream

CONTENT = Path(settings.BASE_DIR) / "documents" / "content"
FILES = sorted(CONTENT.glob("*/*/*.pdf"))
STRUCTURE = {
    "/Document",
    "/H1",
    "/H2",
    "/H3",
    "/P",
    "/L",
    "/LI",
    "/Lbl",
    "/LBody",
    "/Div",
    "/Strong",
    "/Span",
}
"""Roles that the layout of the specimens uses."""


@pytest.fixture(params=FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def path(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def elements(node: Any) -> Iterator[tuple[str, Any]]:
    """Yield the elements of a structure tree in the order in which they are read, with their roles."""
    found = node.get_object()
    if isinstance(found, list):
        for each in found:
            yield from elements(each)
    elif isinstance(found, dict):
        if "/S" in found and found.get("/Type", "/StructElem") == "/StructElem":
            yield str(found["/S"]), found
        if "/K" in found:
            yield from elements(found["/K"])


def unmarked(page: PageObject, reader: PdfReader) -> int:
    """Count what a page draws outside of any marked content: neither read nor declared decoration."""
    stream = ContentStream(page["/Contents"], reader)
    depth = count = 0
    for _operands, operator in stream.operations:
        if operator in (b"BDC", b"BMC"):
            depth += 1
        elif operator == b"EMC":
            depth -= 1
        elif depth == 0 and operator in (b"Tj", b"TJ", b"'", b'"', b"Do", b"S", b"f", b"B", b"sh"):
            count += 1
    return count


def test_there_are_specimens() -> None:
    assert len(FILES) > 10


def test_title_language_and_mark(path: Path) -> None:
    reader = PdfReader(path)
    root: Any = reader.trailer["/Root"]
    assert reader.metadata is not None
    assert (reader.metadata.title or "").strip()
    assert str(root["/Lang"]).startswith(path.stem.rsplit(".", 1)[1])
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert re.search(rb"pdfuaid:part(>|=\")1", root["/Metadata"].get_data())
    assert not reader.is_encrypted


def test_everything_is_tagged_in_the_order_of_reading(path: Path) -> None:
    reader = PdfReader(path)
    root: Any = reader.trailer["/Root"]
    roles = [role for role, _element in elements(root["/StructTreeRoot"]["/K"])]
    assert set(roles) <= STRUCTURE, set(roles) - STRUCTURE
    levels = [int(role[2:]) for role in roles if re.fullmatch(r"/H\d", role)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert "/P" in roles
    for page in reader.pages:
        assert unmarked(page, reader) == 0
        assert "/StructParents" in page
        assert page.get("/Tabs", "/S") == "/S"


def test_fonts_are_embedded_and_say_their_letters(path: Path) -> None:
    fonts = [
        font.get_object()
        for page in PdfReader(path).pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]  # a dictionary
    ]
    assert fonts
    for font in fonts:
        assert "/ToUnicode" in font
        described = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(described)
