"""What a PDF file is: whether it can be accepted, how long it is, and what it says."""

import hashlib
import json
import subprocess
import sys
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MAX_SIZE = 20 * 1024 * 1024
"""Largest PDF accepted, in bytes."""

SIGNATURE = b"%PDF-"

PATIENCE = 45
"""Seconds after which reading a file is given up, whatever the processor did meanwhile."""

READER = Path(__file__).parent / "pdf_reader.py"

PROBLEMS: dict[str, Any] = {
    "encrypted": _("The PDF is encrypted. Save it without a password."),
    "damaged": _("The PDF is damaged and cannot be read."),
    "empty": _("The PDF has no pages."),
    "too_many_pages": _("The PDF has more than 1,000 pages."),
    "too_complex": _("The PDF takes too much time or memory to read. Save it anew in a simpler form."),
    "javascript": _("The PDF contains JavaScript. Save it without."),
    "action": _("The PDF does something by itself when it is opened or used. Save it without actions."),
    "embedded": _("The PDF has other files inside it. Save it without attachments."),
}
"""For each word of the reader, what is said to the editor."""

FINDINGS: dict[str, Promise] = {
    "no_title": _("The PDF has no title."),
    "no_language": _("The PDF does not say which language it is in."),
    "untagged": _("The PDF is not tagged: a screen reader cannot tell headings, lists and tables."),
}
"""What makes a file hard to use with a screen reader, in words for the editor."""


@dataclass(frozen=True)
class PdfFacts:
    """What the portal records about a PDF file."""

    size: int
    """Size in bytes."""
    sha256: str
    """SHA-256 of the file, hexadecimal."""
    pages: int
    text: str
    """The text of all pages, NFKC-normalised (no ligatures), pages parted by form feeds."""
    findings: tuple[str, ...] = ()
    """Words of FINDINGS."""


MOST_KEPT = 8
"""Files whose facts are kept, so that a form reads them once and before its transaction begins."""

_KEPT: dict[str, dict[str, Any]] = {}


def inspect(file: IO[Any]) -> PdfFacts:
    """Read a PDF from its beginning and return its facts.

    Raises ValidationError, in words for the editor, when it is no PDF, too large, damaged, encrypted, or
    has something in it that runs. It is read in a process with limits of its own (documents.pdf_reader).
    The signature must stand at the very first byte: readers that search for it accept files that are a web
    page and a PDF at once (ISO 32000-2, 7.5.2 asks for it at byte 0).
    """
    file.seek(0)
    content: bytes = file.read(MAX_SIZE + 1)
    file.seek(0)
    if len(content) > MAX_SIZE:
        raise ValidationError(_("The file is larger than 20 MB."), code="too_large")
    if not content.startswith(SIGNATURE):
        raise ValidationError(_("The file is not a PDF."), code="not_pdf")
    digest = hashlib.sha256(content).hexdigest()
    found = _KEPT.get(digest) or _read(content)
    if found.get("problem") != "too_complex":  # A busy machine may be why: it can be tried again.
        _KEPT[digest] = found
    while len(_KEPT) > MOST_KEPT:
        _KEPT.pop(next(iter(_KEPT)), None)
    if problem := found.get("problem"):
        raise ValidationError(PROBLEMS[problem], code=problem)
    return PdfFacts(
        size=len(content),
        sha256=digest,
        pages=found["pages"],
        text=storable(found["text"]),
        findings=tuple(found["findings"]),
    )


def _read(content: bytes) -> dict[str, Any]:
    """Have the reader read the file, and say "too_complex" for it when it does not come back."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as copy:
        copy.write(content)
        copy.flush()
        try:
            done = subprocess.run(  # noqa: S603  # our own program, and a path we made
                [sys.executable, "-I", str(READER), copy.name],
                capture_output=True,
                timeout=PATIENCE,
                check=True,
            )
            found: dict[str, Any] = json.loads(done.stdout)
        except (subprocess.SubprocessError, ValueError):
            return {"problem": "too_complex"}
    return found


def storable(text: str) -> str:
    """Return `text` NFKC-normalised and without what a database cannot store: NUL and lone surrogates."""
    encoded = text.replace("\x00", "").encode("utf-8", "replace")
    return unicodedata.normalize("NFKC", encoded.decode("utf-8"))
