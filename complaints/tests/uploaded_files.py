"""Small files of each kind that can be attached, whole, for the tests."""

import io
import struct
import zipfile
import zlib
from typing import Any

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\nstartxref\n9\n%%EOF\n"
TXT = "Réclamation d’exemple\r\n".encode()
EML = b"Received: by example\r\n\tfor you\r\nFrom: a@example.lu\r\nSubject: Example\r\n\r\nBody\r\n"


def segment(code: int, content: bytes) -> bytes:
    """Return a segment of a JPEG."""
    return bytes([0xFF, code]) + struct.pack(">H", len(content) + 2) + content


def jpeg(width: int = 8, height: int = 8, *, before: bytes = b"", end: bytes = b"\xff\xd9") -> bytes:
    """Return a JPEG of one component, with `before` before its frame."""
    frame = segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00")
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0") + before + frame + scan + end


def chunk(kind: bytes, content: bytes = b"") -> bytes:
    """Return a chunk of a PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int = 1, height: int = 1, *, before: bytes = b"", depth: int = 8, colour: int = 0) -> bytes:
    """Return a grey PNG, with `before` before its data."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + header + before + data + chunk(b"IEND")


def package(main: str, parts: dict[str, bytes] | None = None, **options: Any) -> bytes:
    """Return an office package with a main part and others; a part of `parts` stands in for a usual one."""
    buffer = io.BytesIO()
    usual = {"[Content_Types].xml": b"<Types/>", "_rels/.rels": b"<Relationships/>", main: b"<main/>"}
    with zipfile.ZipFile(buffer, "w", options.get("compression", zipfile.ZIP_DEFLATED)) as archive:
        for name, content in {**usual, **(parts or {})}.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def docx(parts: dict[str, bytes] | None = None, **options: Any) -> bytes:
    """Return a DOCX."""
    return package("word/document.xml", parts, **options)


def xlsx(parts: dict[str, bytes] | None = None, **options: Any) -> bytes:
    """Return an XLSX."""
    return package("xl/workbook.xml", parts, **options)


WHOLE = {
    ".pdf": PDF,
    ".jpg": jpeg(),
    ".jpeg": jpeg(),
    ".png": png(),
    ".txt": TXT,
    ".docx": docx(),
    ".xlsx": xlsx(),
    ".eml": EML,
}
"""For each extension, a file that is accepted."""
