"""Makes PDF files of real legal texts, which nobody wrote for the portal, for the tests of its library.

usage: python -m scripts.legal_texts FOLDER
FOLDER holds the packages that scripts/legal_texts.sh fetches; the files are written beside them. The texts
stay out of what ships. Their sources:

- @socialgouv/legi-data: the French code of the relations between the public and the administration, as it
  stood in May 2023 and in February 2026 (Légifrance, Licence Ouverte 2.0).
- spdx-license-list (CC0): the texts of licences, which may be copied word for word.

They are set in the ways that make reading a PDF hard: running heads, justified and hyphenated lines,
ligatures, two columns, tables.
"""

import html
import json
import re
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "var" / "legal-texts"

LICENCES = "spdx-license-list-6.12.0.tgz"
CODE_IN_2023 = "socialgouv-legi-data-2.263.0.tgz"
CODE_IN_2026 = "socialgouv-legi-data-2.513.0.tgz"
CODE = "package/data/LEGITEXT000031366350.json"
PARTS = 4
"""Of the code that are taken: the preliminary provisions and its first three books."""

PLAIN = "body { font: 10.5pt 'DejaVu Sans' }"
BOOK = "body { font: 10pt 'DejaVu Serif'; text-align: justify; hyphens: auto }"
COLUMNS = (
    "body { font: 7.5pt 'DejaVu Sans'; columns: 2; column-gap: 8mm; text-align: justify; hyphens: auto }"
)
STATUTE = "body { font: 8.5pt 'DejaVu Serif'; text-align: justify } table { width: 100%; font-size: 8pt }"

COMMON = """
@page {
  size: A4; margin: 24mm 22mm;
  @top-left { content: string(title); font: 8pt 'DejaVu Sans' }
  @top-right { content: string(part); font: 8pt 'DejaVu Sans' }
  @bottom-center { content: "Page " counter(page) " / " counter(pages); font: 8pt 'DejaVu Sans' }
}
h1 { string-set: title content(); font-size: 16pt; hyphens: manual; text-align: left }
h2 { font-size: 11pt; break-after: avoid; hyphens: manual; text-align: left }
h2.part { string-set: part content() }
p { margin: 0 0 2mm }
td, th { border: .3pt solid; padding: 1mm; vertical-align: top }
table { border-collapse: collapse }
"""


@dataclass(frozen=True)
class Text:
    """One wording of one document in one language."""

    document: str
    version: str
    """Day from which it applied."""
    language: str
    title: str
    source: str
    """A licence of the SPDX list, or the package that holds the code."""
    style: str = PLAIN
    wrapped: int = 0
    """Characters at which the source wraps its lines; 0 when every line is a paragraph."""
    ligatures: bool = False
    """Whether the file says "ﬁ" in one sign, as older typesetting does."""

    @property
    def file(self) -> str:
        """Name of the PDF file."""
        return f"{self.document}.{self.version}.{self.language}.pdf"


_CODE_TITLE = "Code des relations entre le public et l’administration"

TEXTS = (
    Text("code", "2023-05-14", "fr", _CODE_TITLE, CODE_IN_2023, STATUTE),
    Text("code", "2026-02-05", "fr", _CODE_TITLE, CODE_IN_2026, STATUTE),
    Text("art-libre", "2002-01-01", "fr", "Licence Art Libre", "LAL-1.2", BOOK),
    Text("art-libre", "2007-01-01", "fr", "Licence Art Libre", "LAL-1.3", BOOK, ligatures=True),
    Text("cecill", "2004-06-21", "fr", "Contrat de licence CeCILL", "CECILL-1.0", BOOK, ligatures=True),
    Text("cecill", "2004-06-21", "en", "CeCILL licensing agreement", "CECILL-1.1", BOOK),
    Text("cecill-english", "2006-09-05", "en", "CeCILL agreement", "CECILL-2.0", PLAIN, wrapped=72),
    Text("cecill-english", "2013-06-21", "en", "CeCILL agreement", "CECILL-2.1", BOOK, wrapped=72),
    Text("eupl", "2009-01-09", "en", "European Union Public Licence", "EUPL-1.1", PLAIN),
    Text("eupl", "2017-05-19", "en", "European Union Public Licence", "EUPL-1.2", PLAIN, wrapped=120),
    Text("gpl", "1991-06-01", "en", "GNU General Public License", "GPL-2.0", PLAIN),
    Text("gpl", "2007-06-29", "en", "GNU General Public License", "GPL-3.0", COLUMNS),
    Text("liliq", "2015-01-01", "fr", "Licence Libre du Québec", "LiLiQ-R-1.1", COLUMNS),
    Text("liliq", "2016-01-01", "fr", "Licence Libre du Québec", "LiLiQ-Rplus-1.1", COLUMNS),
    Text("etalab", "2017-04-01", "fr", "Licence ouverte", "etalab-2.0", PLAIN, wrapped=80),
    Text("partage", "2004-11-19", "fr", "Contrat Creative Commons", "CC-BY-NC-SA-2.0-FR", BOOK),
)

HEADING = re.compile(r"(?:article|section)\s+\d+\b.*|\d+(?:\.\d+)*\s?[.-]\s?\S.*|[^a-z]{6,}", re.IGNORECASE)
ITEM = re.compile(r"[*•—–−-]\s|\(?[a-z0-9ivx]{1,4}[.)]\s", re.IGNORECASE)
RULE = re.compile(r"[-=_ ]{8,}$")
LONGEST_HEADING = 90
WELL_FILLED = 0.7
"""Share of its width that a wrapped line fills, unless it is the last of a paragraph."""


def main(folder: Path) -> None:
    """Write the PDF of every text into `folder`, unless it is there already."""
    stamp = folder / "stamp"
    wanted = sha256(Path(__file__).read_bytes()).hexdigest()
    if (
        stamp.exists()
        and stamp.read_text() == wanted
        and all((folder / text.file).exists() for text in TEXTS)
    ):
        return
    print(f"Making {len(TEXTS)} PDF files of legal texts ...")
    licences = _licences(folder / LICENCES, {text.source for text in TEXTS})
    for text in TEXTS:
        body = code(folder / text.source) if text.source.endswith(".tgz") else licence(text, licences)
        (folder / text.file).write_bytes(pdf(text, body))
    stamp.write_text(wanted)


def pdf(text: Text, body: str) -> bytes:
    """Return the PDF of a text, tagged, with its title and language."""
    # Loads Pango, which only whoever makes the files need have.
    from weasyprint import HTML

    page = (
        f'<!doctype html><html lang="{text.language}"><head><title>{html.escape(text.title)}</title>'
        f"<style>{COMMON}{text.style}</style></head><body><h1>{html.escape(text.title)}</h1>{body}</body></html>"
    )
    made: bytes = HTML(string=page).write_pdf(pdf_variant="pdf/ua-1")
    return made


def _licences(package: Path, names: set[str]) -> dict[str, str]:
    with tarfile.open(package) as archive:
        found = {
            Path(member.name).stem: json.load(archive.extractfile(member) or _nothing())
            for member in archive
            if member.name.startswith("package/licenses/") and Path(member.name).stem in names
        }
    return {name: licence["licenseText"] for name, licence in found.items()}


def licence(text: Text, licences: dict[str, str]) -> str:
    """Return a licence as HTML: headings, paragraphs and items, each on a line of its own in the source."""
    wording = html.escape(licences[text.source], quote=False)
    if text.ligatures:
        for letters, sign in (("ffi", "ﬃ"), ("ffl", "ﬄ"), ("fi", "ﬁ"), ("fl", "ﬂ")):
            wording = wording.replace(letters, sign)
    return "\n".join(
        f"<h2>{line}</h2>" if _is_heading(line) else f"<p>{line}</p>"
        for line in _unwrapped(wording, text.wrapped)
    )


def _unwrapped(wording: str, width: int) -> Iterator[str]:
    """Yield the paragraphs of a plain text."""
    waiting, is_short = "", False
    for raw in wording.splitlines():
        line = " ".join(raw.split())
        if RULE.fullmatch(line):
            continue
        if waiting and (not width or not line or is_short or ITEM.match(line)):
            yield waiting
            waiting = ""
        waiting = f"{waiting} {line}".strip()
        is_short = len(line) < width * WELL_FILLED
    if waiting:
        yield waiting


def _is_heading(line: str) -> bool:
    return len(line) <= LONGEST_HEADING and bool(HEADING.fullmatch(line))


def code(package: Path) -> str:
    """Return the code of a package as HTML: its parts, and its articles with their tables."""
    return "\n".join(
        f"<h2>Article {node['data']['num']}</h2>{_wording(node)}"
        if node["type"] == "article"
        else f'<h2 class="part">{html.escape(node["data"]["title"])}</h2>'
        for node in _nodes(package)
    )


def articles(text: Text) -> dict[str, str]:
    """Return the articles of a wording of the code by their names, as the source has them."""
    return {
        f"Article {node['data']['num']}": html.unescape(re.sub(r"<[^>]+>", "", _wording(node)))
        for node in _nodes(FOLDER / text.source)
        if node["type"] == "article"
    }


@cache
def _nodes(package: Path) -> list[dict[str, Any]]:
    """Return the parts and articles of the code in their order."""
    with tarfile.open(package) as archive:
        tree = json.load(archive.extractfile(CODE) or _nothing())
    return [node for part in tree["children"][:PARTS] for node in _walk(part)]


def _walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("children", ()):
        yield from _walk(child)


def _wording(article: dict[str, Any]) -> str:
    return re.sub(r"</?(?:a|center|div)\b[^>]*>|<br/>\s*(?=<br/>|</)", "", article["data"]["texteHtml"])


def _nothing() -> Any:
    raise RuntimeError("a package does not hold what it should")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
