"""Legal texts that nobody wrote for the portal (scripts/legal_texts.py), stored as an editor does."""

import datetime
from pathlib import Path

from django.core.files.base import ContentFile

from documents.models import Document, Version
from documents.publishing import publish
from documents.tests.factories import make_document, make_edition
from scripts.legal_texts import FOLDER, TEXTS, Text

NAMES = sorted({text.document for text in TEXTS})


def path(document: str, version: str = "", language: str = "") -> Path:
    """Return the PDF of a text; the first version and language unless told."""
    return FOLDER / wordings(document, version, language)[0].file


def wordings(document: str, version: str = "", language: str = "") -> list[Text]:
    """Return the texts of a document, of one version or in one language if told."""
    return [
        text
        for text in TEXTS
        if text.document == document and version in ("", text.version) and language in ("", text.language)
    ]


def store(name: str) -> Document:
    """Store a document with all its versions, each with the PDF file of every language, and publish them."""
    texts = wordings(name)
    titles = {text.language: text.title for text in reversed(texts)}
    document = make_document(
        f"real-{name}",
        title_fr=titles.get("fr", texts[0].title),
        title_en=titles.get("en", texts[0].title),
        original_language=texts[0].language,
    )
    for day in sorted({text.version for text in texts}):
        version = Version.objects.create(
            document=document,
            effective_on=datetime.date.fromisoformat(day),
            change_summary_fr="Un texte nouveau",
            change_summary_en="A new text",
        )
        for text in wordings(name, day):
            content = ContentFile((FOLDER / text.file).read_bytes(), name=text.file)
            make_edition(version, language=text.language, file=content)
        publish(version=version, by=None)
    return document
