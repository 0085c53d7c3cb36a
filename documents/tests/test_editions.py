"""Editions: the facts of their files, and which one a reader gets."""

import hashlib
import io
import zlib
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject, TextStringObject

from documents import pdf
from documents.models import Edition
from documents.publishing import warnings
from documents.tests.factories import make_document, make_edition, make_version, pdf_file

pytestmark = pytest.mark.django_db


def test_facts_of_the_file_are_taken_down() -> None:
    version = make_version(make_document(), "2026-01-01", published=False)
    file = pdf_file(pages=3)
    content = file.read()
    edition = make_edition(version, language="en", file=file)
    assert edition.file_pages == 3
    assert edition.file_size == len(content)
    assert edition.file_sha256 == hashlib.sha256(content).hexdigest()
    with edition.open_file() as stored:
        assert stored.read() == content
    assert "example.pdf" not in str(edition.file.name)


def test_removing_the_file_removes_its_facts() -> None:
    version = make_version(make_document(), "2026-01-01", published=False)
    edition = make_edition(version, language="en", file=pdf_file())
    edition.file, edition.text = "", "Text instead"
    edition.full_clean()
    edition.save()
    assert (edition.file_size, edition.file_pages, edition.file_sha256) == (0, 0, "")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<html>" + pdf_file().read(), "not_pdf"),
        (b"", "not_pdf"),
        (b"%PDF-1.7\nbroken", "damaged"),
        (pdf_file(password="secret").read(), "encrypted"),
        (pdf_file(pages=0).read(), "empty"),
        (b"%PDF-" + b"0" * pdf.MAX_SIZE, "too_large"),
    ],
)
def test_refuses_what_is_no_readable_pdf(content: bytes, code: str) -> None:
    version = make_version(make_document(), "2026-01-01", published=False)
    edition = Edition(version=version, language="en", file=ContentFile(content, name="example.pdf"))
    with pytest.raises(ValidationError) as refused:
        edition.full_clean()
    assert refused.value.error_dict["file"][0].code == code


def hostile(change: Callable[[PdfWriter], object]) -> bytes:
    """Return a PDF of one page with something in it that should not be there."""
    writer = PdfWriter()
    writer.add_blank_page(width=200, height=200)
    change(writer)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def action(kind: str, **values: str) -> DictionaryObject:
    entries = {"S": kind, **values}
    return DictionaryObject({NameObject(f"/{name}"): NameObject(value) for name, value in entries.items()})


def open_action(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/OpenAction")] = action("/Launch", F="/example")


def open_script(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/OpenAction")] = action("/JavaScript", JS="/example")


def open_chain(writer: PdfWriter) -> None:
    """Lead to a page, and then start a program."""
    first = action("/GoTo")
    first[NameObject("/Next")] = ArrayObject([action("/Launch", F="/example")])
    writer.root_object[NameObject("/OpenAction")] = first


def open_site(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/OpenAction")] = action("/URI")


def script_link(writer: PdfWriter) -> None:
    link = action("/URI")
    link[NameObject("/URI")] = TextStringObject("javascript:alert(1)")
    annotation = DictionaryObject({NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): link})
    writer.pages[0][NameObject("/Annots")] = ArrayObject([annotation])


def form_script(writer: PdfWriter) -> None:
    form = DictionaryObject({NameObject("/XFA"): TextStringObject("<script/>")})
    writer.root_object[NameObject("/AcroForm")] = form


def page_action(writer: PdfWriter) -> None:
    entries = DictionaryObject({NameObject("/O"): action("/URI")})
    writer.pages[0][NameObject("/AA")] = entries


def link_action(kind: str) -> Callable[[PdfWriter], None]:
    def change(writer: PdfWriter) -> None:
        link = DictionaryObject({NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): action(kind)})
        writer.pages[0][NameObject("/Annots")] = ArrayObject([link])

    return change


def bomb(writer: PdfWriter) -> None:
    """A page whose stream unpacks to 300 MB."""
    stream = StreamObject()
    stream._data = zlib.compress(b" " * 300_000_000, 9)
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)


def forms_in_forms(writer: PdfWriter) -> None:
    """Forms that draw each other ten times, nine deep: a thousand million in all."""
    below = None
    for _depth in range(9):
        stream = StreamObject()
        stream._data = b"/Below Do " * 10 if below else b"BT (x) Tj ET"
        entries = {"Type": NameObject("/XObject"), "Subtype": NameObject("/Form")}
        for name, value in entries.items():
            stream[NameObject(f"/{name}")] = value
        if below is not None:
            forms = DictionaryObject({NameObject("/Below"): below})
            stream[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): forms})
        below = writer._add_object(stream)
    page = writer.pages[0]
    forms = DictionaryObject({NameObject("/Below"): below})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): forms})
    contents = StreamObject()
    contents._data = b"/Below Do"
    page[NameObject("/Contents")] = writer._add_object(contents)


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (hostile(open_script), {"javascript"}),
        (hostile(link_action("/JavaScript")), {"javascript"}),
        (hostile(open_action), {"action"}),
        (hostile(page_action), {"action"}),
        (hostile(link_action("/Launch")), {"action"}),
        (hostile(link_action("/SubmitForm")), {"action"}),
        (hostile(open_chain), {"action"}),
        (hostile(open_site), {"action"}),
        (hostile(script_link), {"action"}),
        (hostile(form_script), {"action"}),
        (hostile(lambda writer: writer.add_attachment("example.exe", b"MZ")), {"embedded"}),
        (pdf_file(pages=1_001).read(), {"too_many_pages"}),
        (hostile(bomb), {"damaged", "too_complex"}),
        (pdf_file(pages=3).read()[:-400], {"damaged", "empty"}),
    ],
)
def test_refuses_hostile_files_with_the_reason(content: bytes, codes: set[str]) -> None:
    with pytest.raises(ValidationError) as refused:
        pdf.inspect(io.BytesIO(content))
    assert refused.value.code in codes
    assert refused.value.messages


def test_a_file_that_would_never_end_comes_back() -> None:
    assert len(pdf.inspect(io.BytesIO(hostile(forms_in_forms))).text) < 1_000_000


@pytest.mark.parametrize("kind", ["/URI", "/GoTo", "/Named"])
def test_links_are_no_harm(kind: str) -> None:
    assert pdf.inspect(io.BytesIO(hostile(link_action(kind)))).pages == 1


def test_what_a_screen_reader_misses_is_told() -> None:
    facts = pdf.inspect(pdf_file())
    assert facts.findings == ("no_title", "no_language", "untagged")
    specimen = Edition.objects.exclude(file="").first()
    assert specimen is not None
    assert specimen.file_findings == []
    version = make_version(make_document(), "2090-01-01", published=False)
    make_edition(version, language="en", file=pdf_file())
    assert len(warnings(version)) == 3


def test_a_file_that_is_there_already_is_told() -> None:
    document = make_document()
    old = make_version(document, "2026-01-01", published=False)
    make_edition(old, language="en", file=pdf_file(pages=2))
    new = make_version(document, "2090-01-01", published=False)
    make_edition(new, language="en", file=pdf_file(pages=2))
    assert any(str(old) in warning for warning in warnings(new))


def test_refuses_an_edition_without_text_or_file() -> None:
    version = make_version(make_document(), "2026-01-01", published=False)
    with pytest.raises(ValidationError):
        Edition(version=version, language="en", text="  ").full_clean()


def test_the_reader_gets_their_language_or_else_the_original() -> None:
    document = make_document(original_language="en")
    version = make_version(document, "2026-01-01", published=False, text="Original")
    assert version.edition_for("fr") == version.editions.get(language="en")
    translation = make_edition(version, language="fr", text="Traduction")
    assert version.edition_for("fr") == translation
    assert translation.is_translation
    assert not version.editions.get(language="en").is_translation
