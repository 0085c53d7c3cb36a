"""Editions: the facts of their files, and which one a reader gets."""

import hashlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from documents import pdf
from documents.models import Edition
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
