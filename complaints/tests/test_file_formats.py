"""How each kind of attachment is told from damage and from what is hostile, in bounded time and memory."""

import io
import struct
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from complaints.file_formats import MAX_CHUNKS, MAX_ENTRIES, MAX_SEGMENTS, MAX_UNPACKED
from complaints.tests.test_uploads import problem
from complaints.tests.uploaded_files import EML, PDF, WHOLE, chunk, docx, jpeg, package, png, segment, xlsx
from complaints.uploads import MAX_SIZE

SECONDS = 5
"""For the slowest file on a busy machine; a second is usual."""

MEMORY = 100_000_000
"""Bytes that reading a file of 10 MB may take."""


def bounded_problem(content: bytes, name: str) -> str:
    """Return the code with which a file is refused, or "", having watched its time and memory."""
    tracemalloc.start(1)
    begun = time.thread_time()
    try:
        return problem(content, name)
    finally:
        took = time.thread_time() - begun
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert took < SECONDS
        assert peak < MEMORY


# PDF


@pytest.mark.parametrize("path", sorted((settings.BASE_DIR / "documents/content").rglob("*.pdf"))[:5])
def test_real_pdf(path: Path) -> None:
    assert problem(path.read_bytes(), path.name) == ""


def test_pdf_with_something_after_its_end() -> None:
    assert problem(PDF + b"\r\n" * 100, "a.pdf") == ""
    assert problem(PDF + bytes(2000), "a.pdf") == "content"


# JPEG


@pytest.mark.parametrize(
    "after",
    [
        bytes(100),
        jpeg(),
        b"\0\0\0\x18ftypmp42" + bytes(1000),
        b"\0\0\x01\nSEFH" + bytes(100) + b"SEFT",
        b"PK\x05\x06",
    ],
)
def test_jpeg_with_what_telephones_put_after_it(after: bytes) -> None:
    assert problem(jpeg() + after, "a.jpg") == ""


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8" + segment(0xE0, b"JFIF\0") + b"\xff\xd9",
        jpeg(end=b""),
        jpeg(end=b"\xff"),
        jpeg(before=b"<script>"),
        jpeg(before=b"\xff\xd0"),
        jpeg(before=b"\xff\xd8"),
        jpeg(before=b"\xff\xe1\x00\x01"),
        jpeg(before=b"\xff\xe1\xff\xff"),
        jpeg(before=segment(0xC1, b"")),
        jpeg(before=segment(0xC1, b"\x08\x00\x01\x00\x01\x00")),
        jpeg(before=segment(0xC1, b"\x08\x00\x01\x00\x01\x02\x01\x11\x00")),
        jpeg(width=0),
        jpeg(height=0),
    ],
)
def test_broken_jpeg(content: bytes) -> None:
    assert problem(content, "a.jpeg") == "content"


def test_jpeg_with_fill_bytes() -> None:
    assert problem(jpeg(before=b"\xff\xff\xff" + segment(0xFE, b"words")), "a.jpg") == ""


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda: jpeg(width=0xFFFF, height=0xFFFF), "too_complex"),
        (lambda: jpeg(before=segment(0xFE, b"") * MAX_SEGMENTS), "too_complex"),
        (lambda: jpeg(before=segment(0xFE, b"") * 2_000_000), "too_complex"),
        (lambda: jpeg(before=b"\xff" * 10_000_000), ""),
        (lambda: jpeg(end=b"\xff" * 10_000_000), "content"),
        (lambda: jpeg(end=b"\xff\x00" * 5_000_000), "content"),
        (lambda: jpeg(end=b"\xff\xd1" * 5_000_000 + b"\xff\xd9"), ""),
    ],
    ids=range(7),
)
def test_hostile_jpeg(build: Callable[[], bytes], expected: str) -> None:
    assert bounded_problem(build(), "a.jpg") == expected


# PNG


@pytest.mark.parametrize("path", sorted((settings.BASE_DIR / "docs/screenshots").glob("*.png"))[:3])
def test_real_png(path: Path) -> None:
    assert problem(path.read_bytes(), path.name) == ""


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (png(before=chunk(b"tEXt", b"a\0b")), ""),
        (png() + bytes(20), ""),
        (png() + chunk(b"IDAT"), "content"),
        (png(before=chunk(b"IHDR", bytes(13))), "content"),
        (png(before=chunk(b"IEND")), "content"),
        (png(before=chunk(b"I<ND")), "content"),
        (png(before=chunk(b"tEXt", b"a\0b")[:-1] + b"?"), "content"),
        (png().replace(chunk(b"IDAT", zlib.compress(b"\0\0")), b""), "content"),
        (png().replace(chunk(b"IEND"), chunk(b"IEND", b"more")), "content"),
        (png(width=0), "content"),
        (png(depth=3), "content"),
        (png(colour=1), "content"),
        (png(colour=2, depth=4), "content"),
        (png().replace(b"\0\0\0\rIHDR", b"\0\0\0\x0cIHDR"), "content"),
    ],
    ids=range(14),
)
def test_png(content: bytes, expected: str) -> None:
    assert problem(content, "a.png") == expected


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda: png(width=2**31 - 1, height=2**31 - 1), "too_complex"),
        (lambda: png(before=chunk(b"tEXt") * MAX_CHUNKS), "too_complex"),
        (lambda: png(before=chunk(b"tEXt") * 800_000), "too_complex"),
        (lambda: png(before=struct.pack(">I", 0xFFFFFFFF) + b"tEXt"), "content"),
        (lambda: png(before=struct.pack(">I", 0x7FFFFFFF) + b"tEXt" + bytes(9_000_000)), "content"),
        (lambda: png(before=chunk(b"tEXt", bytes(10_000_000))), ""),
    ],
    ids=range(6),
)
def test_hostile_png(build: Callable[[], bytes], expected: str) -> None:
    assert bounded_problem(build(), "a.png") == expected


# Text


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("Réclamation à 12 €\t“…”\n\f".encode(), ""),
        (b"\xef\xbb\xbfwords", ""),
        ("Réclamation à 12 €".encode("cp1252"), ""),
        ("Réclamation 😀".encode("utf-16"), ""),
        (b"\xfe\xff" + "Réclamation".encode("utf-16-be"), ""),
        ("Réclamation".encode("utf-16-le"), "content"),
        (b"\xff\xfe\x00\xd8", "content"),
        (b"\xff\xfeabc", "content"),
        ("\x01".encode("utf-16"), "content"),
        ("words".encode("utf-32"), "content"),
        (b"words\0", "content"),
        (b"\x1b[31mwords", "content"),
        (b"caf\xe9\x81", "content"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "content"),
    ],
)
def test_text(content: bytes, expected: str) -> None:
    assert problem(content, "a.txt") == expected


# E-mail


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"From: a\nSubject:", ""),
        (b"Received: a\nDate: b\n\n\0\xff\x01", ""),
        (b"\xef\xbb\xbfFROM : a\r\nsubject: b\r\n", ""),
        (b"From - Mon Jan 1 2026\nFrom: a\nSubject: b\n\nbody", ""),
        ("From: Éric <a@example.lu>\nSubject: é\n\n".encode(), ""),
        ("From: Éric <a@example.lu>\nSubject: é\n\n".encode("latin-1"), ""),
        (b"From: a\nSubject: b\n\tcontinued\n \n\nbody", ""),
        (b"From: a\n\nSubject: b", "content"),
        (b"To: a\nSubject: b\n\n", "content"),
        (b"From: a\nTo: b\n\n", "content"),
        (b"\nFrom: a\nSubject: b\n\n", "content"),
        (b" continued\nFrom: a\nSubject: b\n\n", "content"),
        (b"From: a\nFrom - Mon\nSubject: b\n\n", "content"),
        (b"From: a\nSubject: b\nno field\n\n", "content"),
        (b"From: a\nSubject: \0\n\n", "content"),
        (b"From: a\rSubject: b\r\r", "content"),
    ],
)
def test_mail(content: bytes, expected: str) -> None:
    assert problem(content, "a.eml") == expected


NESTED = b"".join(
    b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
    for level in range(100_000)
)


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda: b"X-Example: a\r\n" * 100_000 + EML, "content"),
        (lambda: b"a:\n" * 100_000 + EML, "content"),
        (lambda: b"a:\n" * 80_000 + EML, ""),
        (lambda: b"From: a\nSubject: b\n" + b" \n" * 130_000 + b"\nbody", ""),
        (lambda: b"From: a\nSubject: " + b"b" * 10_000_000, "content"),
        (lambda: b"From: a\nSubject: b" + b"\r" * 10_000_000, "content"),
        (lambda: b"From: a\nSubject: b\n" + NESTED[:10_000_000], ""),
    ],
    ids=range(7),
)
def test_hostile_mail(build: Callable[[], bytes], expected: str) -> None:
    assert bounded_problem(build(), "a.eml") == expected


# DOCX and XLSX


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"word/media/": b"", "word/media/image1.png": png()}, ""),
        ({"word/embeddings/a.xlsx": xlsx()}, ""),
        ({"word/vbaProject.bin": b"a"}, "macros"),
        ({"word/VBAPROJECT.BIN": b"a"}, "macros"),
        ({"word/vbaData.xml": b"a"}, "macros"),
        ({"xl/macrosheets/sheet1.xml": b"a"}, "macros"),
        ({"[Content_Types].xml": b"application/vnd.ms-word.document.macroEnabled.main+xml"}, "macros"),
        ({"[Content_Types].xml": "application/vnd.ms-office.vbaProject".encode("utf-16")}, "macros"),
        ({"../evil": b"a"}, "content"),
        ({"word/../../evil": b"a"}, "content"),
        ({"/etc/evil": b"a"}, "content"),
        ({"C:evil": b"a"}, "content"),
        ({"word\\evil": b"a"}, "content"),
        ({"word//evil": b"a"}, "content"),
        ({"./evil": b"a"}, "content"),
        ({"word/DOCUMENT.xml": b"a"}, "content"),
        ({"[Content_Types].xml": b"a" * 2_000_000}, "too_complex"),
    ],
)
def test_document_parts(parts: dict[str, bytes], expected: str) -> None:
    assert problem(docx(parts), "a.docx") == expected


def test_main_parts() -> None:
    assert problem(package("word/document2.xml"), "a.docx") == ""
    assert problem(package("word/documents.xml"), "a.docx") == "content"
    assert problem(xlsx(compression=zipfile.ZIP_STORED), "a.xlsx") == ""
    assert problem(xlsx().replace(b"[Content_Types]", b"[Kontent_Types]"), "a.xlsx") == "content"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compression(method: int) -> None:
    assert problem(docx(compression=method), "a.docx") == "content"


def test_passwords() -> None:
    entries = bytearray(docx())
    entries[6] |= 1
    entries[entries.index(b"PK\x01\x02") + 8] |= 1
    assert problem(bytes(entries), "a.docx") == "encrypted"
    compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
    assert problem(compound + "EncryptedPackage".encode("utf-16-le"), "a.xlsx") == "encrypted"
    assert problem(compound, "a.docx") == "content"


def test_one_zip_from_end_to_end() -> None:
    assert problem(docx() + docx(), "a.docx") == "content"
    assert problem(docx() + b"a", "a.docx") == "content"
    with io.BytesIO(docx()) as buffer, zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = b"comment"
        archive.close()
        assert problem(buffer.getvalue(), "a.docx") == "content"


def with_size(content: bytes, name: bytes, size: int) -> bytes:
    """Return a ZIP whose directory gives another unpacked size for an entry."""
    changed = bytearray(content)
    at = changed.rindex(name) - 46
    struct.pack_into("<I", changed, at + 24, size)
    return bytes(changed)


def bomb(size: int) -> bytes:
    """Return a DOCX with a part of `size` zero bytes."""
    return docx({"word/bomb.xml": bytes(size)})


def overlapping() -> bytes:
    """Return a DOCX in whose directory a part stands a second time under another name."""
    content = docx({"word/a1.xml": b"a", "word/a2.xml": b"a"})
    changed = bytearray(content)
    first, second = changed.rindex(b"word/a1.xml") - 46, changed.rindex(b"word/a2.xml") - 46
    changed[second + 42 : second + 46] = changed[first + 42 : first + 46]
    return bytes(changed)


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda: bomb(MAX_UNPACKED), "too_complex"),
        (lambda: with_size(bomb(MAX_UNPACKED), b"word/bomb.xml", 1), "content"),
        (lambda: with_size(bomb(1000), b"word/bomb.xml", 0xFFFFFFF0), "too_complex"),
        (lambda: bomb(90_000_000), ""),
        (lambda: overlapping(), "content"),
        (lambda: docx({f"word/{number}.xml": b"" for number in range(MAX_ENTRIES)}), "too_complex"),
        (lambda: WHOLE[".docx"][:-22] + b"PK\x01\x02" * 2_000_000 + WHOLE[".docx"][-22:], "too_complex"),
        (lambda: b"PK\x03\x04" + bytes(MAX_SIZE - 26) + WHOLE[".docx"][-22:], "content"),
        (lambda: b"PK\x03\x04" + b"PK\x05\x06" + bytes(18), "content"),
        (lambda: b"PK\x03\x04" + b"PK\x05\x06" + b"\xff" * 16 + bytes(2), "content"),
    ],
    ids=range(10),
)
def test_hostile_packages(build: Callable[[], bytes], expected: str) -> None:
    assert bounded_problem(build(), "a.docx") == expected


def test_many_zip_ends_in_a_picture() -> None:
    assert bounded_problem(jpeg() + b"PK\x05\x06" * 2_000_000, "a.jpg") == ""
