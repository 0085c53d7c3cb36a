"""Documents, versions and PDF files for the tests, recognisably examples."""

import datetime
import io
from typing import Any

from django.core.files.base import ContentFile
from pypdf import PdfWriter

from documents.models import Document, Edition, Section, Version
from documents.publishing import publish


def make_document(slug: str = "example-terms", **values: Any) -> Document:
    """Store a document in a section of its own."""
    section, _created = Section.objects.get_or_create(
        slug="example", defaults={"name_fr": "Exemple", "name_en": "Example"}
    )
    defaults = {"section": section, "title_fr": "Conditions d’exemple", "title_en": "Example terms"}
    return Document.objects.create(slug=slug, **{**defaults, **values})


def make_version(
    document: Document, effective_on: str, *, published: bool = True, text: str = "", **values: Any
) -> Version:
    """Store a version with one edition in the document's original language, published unless told."""
    version = Version.objects.create(
        document=document,
        effective_on=datetime.date.fromisoformat(effective_on),
        change_summary_fr="Exemple",
        change_summary_en="Example",
        **values,
    )
    make_edition(version, text=text or f"Texte du {effective_on}.")
    if published:
        publish(version=version, by=None)
    return version


def make_edition(version: Version, **values: Any) -> Edition:
    """Store an edition, by default page text in the original language."""
    edition = Edition(version=version, **{"language": version.document.original_language, **values})
    edition.full_clean()
    edition.save()
    return edition


def pdf_file(pages: int = 1, **options: Any) -> ContentFile[bytes]:
    """Return a small real PDF; `password` encrypts it."""
    writer = PdfWriter()
    for _page in range(pages):
        writer.add_blank_page(width=200, height=200)
    if password := options.get("password"):
        writer.encrypt(password)
    buffer = io.BytesIO()
    writer.write(buffer)
    return ContentFile(buffer.getvalue(), name="example.pdf")
