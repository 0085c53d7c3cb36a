"""What a PDF file is: whether it can be read, how long it is, and what it says."""

import hashlib
from dataclasses import dataclass
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from pypdf import PdfReader
from pypdf.errors import PyPdfError

MAX_SIZE = 20 * 1024 * 1024
"""Largest PDF accepted, in bytes."""

SIGNATURE = b"%PDF-"


@dataclass(frozen=True)
class PdfFacts:
    """What the portal records about a PDF file."""

    size: int
    """Size in bytes."""
    sha256: str
    """SHA-256 of the file, hexadecimal."""
    pages: int
    text: str
    """The text of all pages, NFKC-normalised by the reader of it, pages parted by form feeds."""


def inspect(file: IO[Any]) -> PdfFacts:
    """Read a PDF from its beginning and return its facts.

    Raises ValidationError, in words for the editor, when it is no PDF, too large, damaged or encrypted.
    The signature must stand at the very first byte: readers that search for it accept files that are a
    web page and a PDF at once (ISO 32000-2, 7.5.2 asks for it at byte 0).
    """
    file.seek(0)
    content: bytes = file.read(MAX_SIZE + 1)
    file.seek(0)
    if len(content) > MAX_SIZE:
        raise ValidationError(_("The file is larger than 20 MB."), code="too_large")
    if not content.startswith(SIGNATURE):
        raise ValidationError(_("The file is not a PDF."), code="not_pdf")
    try:
        reader = PdfReader(file)
        if reader.is_encrypted:
            raise ValidationError(_("The PDF is encrypted. Save it without a password."), code="encrypted")
        pages = [page.extract_text() for page in reader.pages]
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValidationError(_("The PDF is damaged and cannot be read."), code="damaged") from error
    finally:
        file.seek(0)
    if not pages:
        raise ValidationError(_("The PDF has no pages."), code="empty")
    return PdfFacts(
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        pages=len(pages),
        # PostgreSQL stores no NUL in text; a PDF's text layer may hold one.
        text="\f".join(pages).replace("\x00", ""),
    )
