"""What a PDF file is: whether it can be read, how long it is, and what it says."""

import hashlib
import unicodedata
from dataclasses import dataclass
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from pypdf import PdfReader
from pypdf.errors import DependencyError

MAX_SIZE = 20 * 1024 * 1024
"""Largest PDF accepted, in bytes."""

SIGNATURE = b"%PDF-"

ENCRYPTED = ValidationError(_("The PDF is encrypted. Save it without a password."), code="encrypted")


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
            raise ENCRYPTED
        pages = [page.extract_text() for page in reader.pages]
    except DependencyError as error:
        # Encrypted in a way that asks for more than the reader has.
        raise ENCRYPTED from error
    except ValidationError:
        raise
    except Exception as error:
        raise ValidationError(_("The PDF is damaged and cannot be read."), code="damaged") from error
    finally:
        file.seek(0)
    if not pages:
        raise ValidationError(_("The PDF has no pages."), code="empty")
    return PdfFacts(
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        pages=len(pages),
        text=storable("\f".join(pages)),
    )


def storable(text: str) -> str:
    """Return `text` NFKC-normalised and without what a database cannot store: NUL and lone surrogates."""
    encoded = text.replace("\x00", "").encode("utf-8", "replace")
    return unicodedata.normalize("NFKC", encoded.decode("utf-8"))
