"""Reads one PDF in a process of its own, which hostile files can neither slow nor fill beyond its limits.

usage: python -I pdf_reader.py FILE Prints a JSON object: either "problem", a word, or "pages", "text" and
"findings". Imports nothing of the portal.
"""

import json
import resource
import sys
import warnings
from collections.abc import Iterator
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError, LimitReachedError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

MEMORY = 1_500_000_000
"""Bytes of address space."""

SECONDS = 10
"""Of processor time."""

MOST_PAGES = 1_000
MOST_TEXT = 20_000_000
"""Characters of all pages."""

MOST_DRAWING = 20_000_000
"""Bytes of the drawing of one page, unpacked."""

MOST_OBJECTS = 200_000
"""Objects looked through for actions."""

HARMLESS_ACTIONS = {"/GoTo", "/URI", "/Named", "/Thread"}
"""Actions that only lead somewhere (ISO 32000-2, 12.6.4); all others run or send something."""

HARMLESS_WHEN_OPENED = {"/GoTo", "/Named"}
"""Those of them that may happen by themselves when the file is opened."""

HARMFUL_ACTIONS = {
    "/GoToE", "/GoToR", "/Hide", "/ImportData", "/Launch", "/Movie", "/Rendition", "/ResetForm",
    "/RichMediaExecute", "/SetOCGState", "/Sound", "/SubmitForm",
}  # fmt: skip
"""Actions that are refused wherever they stand."""

ACTIVE_KEYS = {"/AA", "/XFA", "/OnInstantiate", "/RichMediaContent", "/RichMediaSettings"}
"""What runs or plays something by itself."""

ACTIVE_ANNOTATIONS = {"/Movie", "/Screen", "/Sound", "/RichMedia", "/3D"}

LINK_SCHEMES = ("http:", "https:", "mailto:", "tel:")


def main() -> None:
    """Print what the file is."""
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    print(json.dumps(describe(sys.argv[1])))


def describe(path: str) -> dict[str, Any]:
    """Return the facts of the file at `path`, or the problem that stands against it."""
    try:
        reader = PdfReader(path)
        if reader.is_encrypted:
            return {"problem": "encrypted"}
        if len(reader.pages) > MOST_PAGES:
            return {"problem": "too_many_pages"}
        if not len(reader.pages):
            return {"problem": "empty"}
        if problem := _active_content(reader):
            return {"problem": problem}
        return {"pages": len(reader.pages), "text": _text(reader), "findings": _findings(reader)}
    except DependencyError:
        # Encrypted in a way that asks for more than the reader has.
        return {"problem": "encrypted"}
    except MemoryError:
        return {"problem": "too_complex"}
    except Exception:  # noqa: BLE001  # whatever a hostile file brings about, it is not readable
        return {"problem": "damaged"}


def _active_content(reader: PdfReader) -> str:
    """Return the word for what would run when the file is opened or used; empty when nothing would."""
    for number, found in enumerate(_dictionaries(reader)):
        if number > MOST_OBJECTS:
            return "too_complex"
        if "/JS" in found or found.get("/S") == "/JavaScript" or "/JavaScript" in found:
            return "javascript"
        if "/EmbeddedFiles" in found or "/EF" in found or found.get("/Type") == "/EmbeddedFile":
            return "embedded"
        if _is_active(found):
            return "action"
        if problem := _problem_of_actions(found):
            return problem
    return ""


def _is_active(found: DictionaryObject) -> bool:
    if ACTIVE_KEYS & found.keys() or _resolved(found.get("/S")) in HARMFUL_ACTIONS:
        return True
    if _resolved(found.get("/Subtype")) in ACTIVE_ANNOTATIONS:
        return True
    link = _resolved(found.get("/URI"))
    return isinstance(link, str | bytes) and not _is_link(link)


def _problem_of_actions(found: DictionaryObject) -> str:
    """Return the word for an action that this dictionary starts and that does more than lead somewhere."""
    for name in ("/OpenAction", "/A", "/PA", "/Next"):
        first = _resolved(found.get(name))
        for entry in first if isinstance(first, ArrayObject) else [first]:
            action = _resolved(entry)
            if not isinstance(action, DictionaryObject) or "/S" not in action:
                continue
            kind = _resolved(action.get("/S"))
            if kind == "/JavaScript":
                return "javascript"
            if kind not in (HARMLESS_WHEN_OPENED if name == "/OpenAction" else HARMLESS_ACTIONS):
                return "action"
    return ""


def _is_link(link: str | bytes) -> bool:
    text = link.decode("latin-1") if isinstance(link, bytes) else link
    scheme = text.strip().lower().partition(":")
    return not scheme[1] or f"{scheme[0]}:" in LINK_SCHEMES


def _dictionaries(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Yield every dictionary that the file's root leads to, each once."""
    waiting: list[Any] = [reader.trailer["/Root"]]
    seen: set[tuple[int, int]] = set()
    while waiting:
        found = waiting.pop()
        if isinstance(found, IndirectObject):
            mark = (found.idnum, found.generation)
            if mark in seen:
                continue
            seen.add(mark)
            found = found.get_object()
        if isinstance(found, DictionaryObject):
            yield found
            waiting += found.values()
        elif isinstance(found, ArrayObject):
            waiting += found


def _resolved(found: Any) -> Any:
    return found.get_object() if isinstance(found, IndirectObject) else found


def _text(reader: PdfReader) -> str:
    pages: list[str] = []
    length = 0
    for page in reader.pages:
        if _is_bomb(page):
            raise MemoryError
        text = page.extract_text()
        length += len(text)
        if length > MOST_TEXT:
            raise MemoryError
        pages.append(text)
    return "\f".join(pages)


def _is_bomb(page: PageObject) -> bool:
    """Whether what is drawn on a page unpacks to more than any page of text needs."""
    try:
        contents = page.get_contents()
        return contents is not None and len(contents.get_data()) > MOST_DRAWING
    except LimitReachedError:
        return True


def _findings(reader: PdfReader) -> list[str]:
    """Return what makes the file hard to read with a screen reader (PDF/UA-1, 7.1 and 7.2)."""
    root: Any = reader.trailer["/Root"]
    marked = _resolved(root.get("/MarkInfo")) or {}
    found = []
    if not (reader.metadata and (reader.metadata.title or "").strip()):
        found.append("no_title")
    if not str(root.get("/Lang") or "").strip():
        found.append("no_language")
    if not marked.get("/Marked") or "/StructTreeRoot" not in root:
        found.append("untagged")
    return found


if __name__ == "__main__":
    main()
