"""Build the specimen PDF files, which stand in for the company's own until they are at hand.

    python scripts/specimens.py           write every PDF beside its source
    python scripts/specimens.py --check   write nothing; exit 1 and name each PDF that differs

A source is `<slug>/<date>.<lang>.md`: a front matter of `title` and `subtitle`, then one block
a line: `## 1. Heading`, `- list item`, or a paragraph. The layout is scripts/specimen.typ.
"""

import argparse
import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TypedDict

import typst

HERE = Path(__file__).resolve().parent
CONTENT = HERE.parent / "documents" / "content"
FOLDERS = (CONTENT / "specimens", CONTENT / "demo")
TEMPLATE = HERE / "specimen.typ"
# Another compiler may lay out or write the same text in other bytes.
TYPST = "0.15.2"


class Block(TypedDict):
    """A heading or a paragraph (its text), or a list (its items)."""

    kind: str
    text: str
    items: list[str]


class Specimen(TypedDict):
    """What the template needs to know of one file."""

    title: str
    subtitle: str
    date: str
    lang: str
    blocks: list[Block]


def parse(source: Path) -> Specimen:
    """Read one source; raise ValueError on anything outside the grammar."""
    opening, front, body = source.read_text(encoding="utf-8").split("---\n", 2)
    facts = dict(line.split(": ", 1) for line in front.splitlines())
    if opening or set(facts) != {"title", "subtitle"}:
        raise ValueError(f"{source}: the front matter is not a title and a subtitle")
    blocks: list[Block] = []
    for line in body.splitlines():
        if line.startswith("## "):
            blocks.append({"kind": "heading", "text": line[3:], "items": []})
        elif line.startswith("- "):
            if not blocks or blocks[-1]["kind"] != "list":
                blocks.append({"kind": "list", "text": "", "items": []})
            blocks[-1]["items"].append(line[2:])
        elif line.startswith(("#", "*", ">", "|", " ")):
            raise ValueError(f"{source}: the layout has no place for {line!r}")
        elif line:
            blocks.append({"kind": "paragraph", "text": line, "items": []})
    date, lang, _ = source.name.split(".")
    return {
        "title": facts["title"],
        "subtitle": facts["subtitle"],
        "date": date,
        "lang": lang,
        "blocks": blocks,
    }


def build(source: Path) -> bytes:
    """Return the PDF/UA-1 file of one source: the same text gives the same bytes anywhere."""
    return typst.compile(
        TEMPLATE,
        sys_inputs={"specimen": json.dumps(parse(source))},
        # Only the fonts inside the wheel, or the bytes would depend on the machine.
        ignore_system_fonts=True,
        pdf_standards="ua-1",
    )


def main() -> int:
    """Write or check every specimen; return the exit status."""
    parser = argparse.ArgumentParser(description="Build the specimen PDF files.")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    check: bool = parser.parse_args().check
    if version("typst") != TYPST:
        print(f"typst {TYPST} is needed; this is {version('typst')}", file=sys.stderr)
        return 2

    sources = sorted(source for folder in FOLDERS for source in folder.glob("*/*.md"))
    built = {source.with_suffix(".pdf"): build(source) for source in sources}
    if not check:
        for pdf, data in built.items():
            pdf.write_bytes(data)
        print(f"{len(built)} specimens written")
        return 0

    present = {pdf for folder in FOLDERS for pdf in folder.glob("*/*.pdf")}
    wrong = sorted(present - built.keys())  # a PDF without a source
    wrong += [pdf for pdf, data in built.items() if pdf not in present or pdf.read_bytes() != data]
    for pdf in wrong:
        print(f"differs from its source: {pdf.relative_to(CONTENT)}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
