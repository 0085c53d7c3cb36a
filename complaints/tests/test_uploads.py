"""Which attachments are accepted: what their names say, and how they are told from others."""

import hashlib
import io
import random
import unicodedata

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from complaints.tests.uploaded_files import PDF, TXT, WHOLE, docx, jpeg
from complaints.uploads import (
    ACCEPT,
    KINDS,
    MAX_FILES,
    MAX_NAME,
    MAX_SIZE,
    MAX_TOTAL,
    PROBLEMS,
    Kind,
    UploadFacts,
    clean_name,
    inspect,
)


def problem(content: bytes, name: str) -> str:
    """Return the code with which a file is refused, or "" when it is accepted."""
    try:
        inspect(io.BytesIO(content), name)
    except ValidationError as refusal:
        return str(refusal.code)
    return ""


def test_limits() -> None:
    assert (MAX_FILES, MAX_SIZE, MAX_TOTAL) == (5, 10_485_760, 26_214_400)
    assert ACCEPT.startswith(".pdf,.jpg,.jpeg,.png,.txt,.docx,.xlsx,.eml,application/pdf,image/jpeg,")


@pytest.mark.parametrize("extension", WHOLE)
def test_facts(extension: str) -> None:
    content = WHOLE[extension]
    file = io.BytesIO(content)
    file.seek(3)
    kind = KINDS[extension]
    assert inspect(file, f"C:\\Users\\me\\Facture{extension.upper()}") == UploadFacts(
        kind=kind,
        media_type=kind.media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        name=f"Facture{extension.upper()}",
    )
    assert file.tell() == 0
    assert extension in kind.extensions


def test_uploaded_files() -> None:
    small = SimpleUploadedFile("a.txt", TXT)
    assert inspect(small, "a.txt").kind is Kind.TXT
    with TemporaryUploadedFile("a.pdf", "text/html", len(PDF), None) as large:
        large.write(PDF)
        assert inspect(large, "a.pdf").media_type == "application/pdf"


@pytest.mark.parametrize("extension", WHOLE)
@pytest.mark.parametrize("other", WHOLE)
def test_content_of_another_kind(extension: str, other: str) -> None:
    expected = "" if KINDS[extension] == KINDS[other] else "content"
    if (extension, other) == (".txt", ".eml"):
        expected = ""  # An e-mail is a text.
    if (extension, other) == (".txt", ".pdf"):
        expected = "mixed"  # So is a PDF as plain as this one.
    assert problem(WHOLE[other], f"a{extension}") == expected


@pytest.mark.parametrize(
    "name",
    [
        "invoice.pdf.exe",
        "invoice\u202efdp.exe",
        "invoice.pdf\\evil.exe",
        "invoice.pdf/..",
        "invoice.exe. ",
        "pdf",
        "",
        ".",
        "a.pdf:evil.exe",
        "a.pdfx",
        "a.p\u0501f",
        "a.docm",
        "a.html",
        "a.svg",
        "a." + "pdf" * 50,
    ],
)
def test_names_of_other_kinds(name: str) -> None:
    assert problem(PDF, name) == "extension"


@pytest.mark.parametrize("extension", WHOLE)
def test_empty_and_too_large(extension: str) -> None:
    assert problem(b"", f"a{extension}") == "empty"
    assert problem(WHOLE[extension] + bytes(MAX_SIZE), f"a{extension}") == "too_large"


def test_as_large_as_it_may_be() -> None:
    assert inspect(io.BytesIO(b"a" * MAX_SIZE), "a.txt").size == MAX_SIZE
    assert problem(b"a" * (MAX_SIZE + 1), "a.txt") == "too_large"


@pytest.mark.parametrize("extension", [".pdf", ".jpg", ".png", ".docx", ".xlsx"])
def test_truncated_anywhere(extension: str) -> None:
    content = WHOLE[extension]
    kept = range(1, len(content.rstrip()))
    assert {problem(content[:length], f"a{extension}") for length in kept} == {"content"}


ZIP = docx()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (jpeg() + ZIP, "a.jpg"),
        (jpeg() + ZIP + bytes(100), "a.jpg"),
        (jpeg(before=b"\xff\xfe\x10\x00" + b"%PDF-1.7".ljust(0xFFE)), "a.jpg"),
        (PDF + ZIP + b"%%EOF", "a.pdf"),
        (b"Date: a\nFrom: b\n\n" + ZIP, "a.eml"),
        (b"some words %PDF-1.7", "a.txt"),
    ],
)
def test_two_kinds_at_once(content: bytes, name: str) -> None:
    assert problem(content, name) == "mixed"


@pytest.mark.parametrize("extension", [".pdf", ".jpg", ".png", ".docx", ".eml"])
@pytest.mark.parametrize(
    "before", [b"<html><script>alert(1)</script>\n", b"\n", b"MZ\0", b"\xff\xd8", bytes(1)]
)
def test_beginning_as_something_else(extension: str, before: bytes) -> None:
    assert problem(before + WHOLE[extension], f"a{extension}") == "content"


def test_sentences_name_the_file_and_are_translated_late() -> None:
    with translation.override("en"), pytest.raises(ValidationError) as refusal:
        inspect(io.BytesIO(b""), "a\u202eb%s.pdf")
    assert refusal.value.messages == ["«\u00a0ab%s.pdf\u00a0» est vide."]
    with translation.override("en"):
        assert refusal.value.messages == ["“ab%s.pdf” is empty."]
    assert refusal.value.params == {"name": "ab%s.pdf"}
    assert set(PROBLEMS) == {
        "extension", "empty", "too_large", "content", "mixed", "macros", "encrypted", "too_complex",
    }  # fmt: skip


# Names


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Facture n° 12.pdf", "Facture n° 12.pdf"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\a/b.pdf", "b.pdf"),
        ("a\x00\r\n\tb.pdf", "ab.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\u2066a\u2069\u200e\u200f\ufeff\u061c.pdf", "a.pdf"),
        ("Re\u0301clamation.PDF", "Réclamation.PDF"),
        ("  a \u00a0 b .pdf  ", "a b.pdf"),
        ('a<b>:"c|?*.pdf', "a_b___c___.pdf"),
        (".htaccess.txt", "htaccess.txt"),
        ("", "file"),
        ("...", "file"),
        ("\u202e", "file"),
        (".pdf", "file.pdf"),
        ("a.pdf. . ", "a.pdf"),
        ("\ud800.pdf", "file.pdf"),
        ("a" * 300 + ".jpeg", "a" * 115 + ".jpeg"),
        ("a" * 300, "a" * 120),
        ("a." + "b" * 300, "a." + "b" * 20),
        ("é" * 100_000 + ".pdf", "é" * 116 + ".pdf"),
    ],
)
def test_clean_name(name: str, shown: str) -> None:
    assert clean_name(name) == shown


SIGNS = st.characters() | st.sampled_from("./\\ \u202e\u200b\u0301:<\u037e\u1100\u1161e\u00a0\u0338")


@given(st.text(SIGNS, max_size=300))
def test_clean_names(name: str) -> None:
    shown = clean_name(name)
    assert 1 <= len(shown) <= MAX_NAME
    assert clean_name(shown) == shown
    assert not {"Cc", "Cf", "Cs", "Zl", "Zp"} & {unicodedata.category(sign) for sign in shown}
    assert not set('/\\<>:"|?*') & set(shown)
    assert shown.strip(" .") == shown


@given(st.text(SIGNS, max_size=300), st.sampled_from(list(KINDS)))
def test_clean_names_keep_their_extension(stem: str, extension: str) -> None:
    assert clean_name(stem + extension).endswith(extension)


# Any bytes


BEGINNINGS = [
    b"", b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"PK\x05\x06", b"\xff\xfe",
    b"From: a\nSubject: b\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", *WHOLE.values(),
]  # fmt: skip


@given(
    st.sampled_from(BEGINNINGS),
    st.binary(max_size=2000),
    st.sampled_from([b"", b"%%EOF", b"\xff\xd9", b"PK\x05\x06" + bytes(18), WHOLE[".docx"][-22:]]),
    st.sampled_from(list(KINDS)),
)
def test_any_bytes(beginning: bytes, middle: bytes, end: bytes, extension: str) -> None:
    assert problem(beginning + middle + end, f"a{extension}") in {"", *PROBLEMS}


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(list(WHOLE)), st.data())
def test_any_change(extension: str, data: st.DataObject) -> None:
    content = bytearray(WHOLE[extension])
    for _change in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF]) | st.integers(0, 255))
    assert problem(bytes(content), f"a{extension}") in {"", *PROBLEMS}


@pytest.mark.parametrize("extension", WHOLE)
def test_garbage_as_large_as_it_may_be(extension: str) -> None:
    garbage = random.Random(1).randbytes(MAX_SIZE)  # noqa: S311  # the same every time
    assert problem(garbage, f"a{extension}") == "content"
