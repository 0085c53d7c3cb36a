"""What an attachment of a complaint is: which files are accepted, and what is recorded about one.

A file is accepted when its name and its content say the same kind (complaints.file_formats).
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from complaints import file_formats as formats
from complaints.file_formats import Unfit

MAX_FILES = 5
"""Attachments of one complaint."""

MAX_SIZE = 10 * 1024 * 1024
"""Largest attachment accepted, in bytes."""

MAX_TOTAL = 25 * 1024 * 1024
"""Largest sum of the attachments of one complaint, in bytes."""

MAX_NAME = 120
"""Characters of a name, its extension included."""

MAX_EXTENSION = 20
"""Characters kept of what follows the last dot of a name; all accepted ones are shorter."""


class Kind(StrEnum):
    """The kinds of file that can be attached."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    TXT = "txt"
    DOCX = "docx"
    XLSX = "xlsx"
    EML = "eml"

    @property
    def media_type(self) -> str:
        """The media type under which IANA registers it."""
        return MEDIA_TYPES[self]

    @property
    def extensions(self) -> tuple[str, ...]:
        """What its names may end with, in lower case, with the dot."""
        return (".jpg", ".jpeg") if self is Kind.JPEG else (f".{self.value}",)


MEDIA_TYPES = {
    Kind.PDF: "application/pdf",
    Kind.JPEG: "image/jpeg",
    Kind.PNG: "image/png",
    Kind.TXT: "text/plain",
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Kind.EML: "message/rfc822",
}

KINDS = {extension: kind for kind in Kind for extension in kind.extensions}

ACCEPT = ",".join([*KINDS, *MEDIA_TYPES.values()])
"""For the accept attribute of a file input. HTML asks for both extensions and media types; where pictures are
named by media type, a telephone also turns its own format into JPEG."""

CHECKS: dict[Kind, Callable[[bytes], None]] = {
    Kind.PDF: formats.check_pdf,
    Kind.JPEG: formats.check_jpeg,
    Kind.PNG: formats.check_png,
    Kind.TXT: formats.check_text,
    Kind.DOCX: formats.check_document,
    Kind.XLSX: formats.check_workbook,
    Kind.EML: formats.check_mail,
}
"""For each kind, what raises Unfit when a content is not of that kind."""

PROBLEMS: dict[str, Any] = {
    "extension": _(
        "“%(name)s” is not of an accepted kind. Attach PDF, JPEG, PNG, TXT, DOCX, XLSX or EML files."
    ),
    "empty": _("“%(name)s” is empty."),
    "too_large": _("“%(name)s” is larger than 10 MB."),
    "content": _("“%(name)s” is damaged, or is not the kind of file that its name says."),
    "mixed": _("“%(name)s” has another file hidden in it. Save it anew, or attach the two files separately."),
    "macros": _("“%(name)s” contains macros. Save it without macros."),
    "encrypted": _("“%(name)s” is protected by a password. Save it without a password."),
    "too_complex": _("“%(name)s” takes too much time or memory to open. Save it anew in a simpler form."),
}
"""For each word of Unfit, what is said to the complainant."""


@dataclass(frozen=True)
class UploadFacts:
    """What the portal records about an attachment."""

    kind: Kind
    media_type: str
    size: int
    """Size in bytes."""
    sha256: str
    """SHA-256 of the file, hexadecimal."""
    name: str
    """The name to show, of 1 to 120 characters (clean_name). Unfit as a path: others may have the same."""


def inspect(file: IO[Any], name: str) -> UploadFacts:
    """Read an attachment from its beginning, leave it there, and return its facts.

    `name` is what the complainant's machine calls it. Raises ValidationError, in words for the complainant
    and with a word of PROBLEMS as its code, when the file is not accepted. Holds the file in memory.
    """
    shown = clean_name(name)
    file.seek(0)
    content: bytes = file.read(MAX_SIZE + 1)
    file.seek(0)
    try:
        kind = _kind(shown, content)
    except Unfit as unfit:
        word = str(unfit)
        raise ValidationError(PROBLEMS[word], code=word, params={"name": shown}) from None
    return UploadFacts(
        kind=kind,
        media_type=kind.media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        name=shown,
    )


UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
"""Unicode categories of what does not show, or turns the direction of what does (UAX #9): U+202E makes
"invoice‹U+202E›fdp.exe" look like "invoiceexe.pdf"."""

RESERVED = re.compile(r'[<>:"|?*]')
"""Signs that Windows does not allow in a name; a colon would name a stream inside another file."""


def clean_name(name: str) -> str:
    """Return the name to show for a file that its sender calls `name`.

    The last component of a path, in NFC, of 1 to 120 characters, without what does not show; its extension
    is kept. Cleaning a clean name changes nothing.
    """
    # What is longer than this is no name, and normalising it could take long.
    last = re.split(r"[/\\]", name[-4096:])[-1]
    seen = "".join(sign for sign in last if unicodedata.category(sign) not in UNSEEN)
    spaced = " ".join(RESERVED.sub("_", unicodedata.normalize("NFC", seen)).split())
    # Windows drops dots and spaces at the end: "a.exe." is "a.exe".
    stem, dot, extension = spaced.rstrip(" .").rpartition(".")
    if not dot:
        return extension[:MAX_NAME].rstrip() or "file"
    ending = f".{extension[:MAX_EXTENSION].rstrip()}"
    return (stem.strip(" .")[: MAX_NAME - len(ending)].rstrip(" .") or "file") + ending


def _kind(name: str, content: bytes) -> Kind:
    """Return the kind of a file with a clean name, or raise Unfit."""
    _stem, dot, extension = name.rpartition(".")
    kind = KINDS.get(dot + extension.lower())
    if kind is None:
        raise Unfit("extension")
    if not content:
        raise Unfit("empty")
    if len(content) > MAX_SIZE:
        raise Unfit("too_large")
    CHECKS[kind](content)
    # A file of two kinds shows one to the portal and the other to whoever opens it under another name.
    if kind is not Kind.PDF and b"%PDF-" in content[:1024]:
        raise Unfit("mixed")
    if kind not in (Kind.DOCX, Kind.XLSX) and formats.ends_as_zip(content):
        raise Unfit("mixed")
    return kind
