"""Loading the company's texts from documents/content/ (its README explains the files)."""

import datetime
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile

from core.loader import CREATED, KEPT, REMOVED, ContentLoader
from documents.models import Document, Edition, Language, Section, Version
from documents.publishing import publish
from documents.summaries import summarise

CONTENT = Path(__file__).parent / "content"


def load(loader: ContentLoader, *, specimens: bool) -> None:
    """Bring sections, documents and their published versions in line with the files.

    `specimens` says whether PDF specimens stand in for the company's files. A version that exists is never
    touched: it is published, and a correction is a new version.
    """
    for position, entry in enumerate(read_toml(CONTENT / "sections.toml")["section"], start=1):
        slug = entry.pop("slug")
        loader.load(Section, {"slug": slug}, {"position": position, **entry})
    for position, entry in enumerate(read_toml(CONTENT / "documents.toml")["document"], start=1):
        slug, versions = entry.pop("slug"), entry.pop("version")
        section = Section.objects.filter(slug=entry.pop("section")).first()
        if section is None:
            loader.note(REMOVED, f"documents.document:{slug}")
            continue
        document = loader.load(Document, {"slug": slug}, {"section": section, "position": position, **entry})
        if document is not None:
            for values in versions:
                load_version(loader, document, values, folder=CONTENT, specimens=specimens)
                load_summaries(loader, document, values["effective_on"], folder=CONTENT)


def load_demo(loader: ContentLoader) -> None:
    """Add the second versions of `content/demo/`, one of them announced for a date to come."""
    for values in read_toml(CONTENT / "demo" / "versions.toml")["version"]:
        document = Document.objects.filter(slug=values.pop("document")).first()
        if document is not None:
            load_version(loader, document, values, folder=CONTENT / "demo", specimens=True)


def load_version(
    loader: ContentLoader,
    document: Document,
    values: Mapping[str, Any],
    *,
    folder: Path,
    specimens: bool,
) -> None:
    """Create and publish one version of `document` with the editions found in `folder`, if it is absent.

    Page text is `notices/<slug>/<date>.<language>.md`, a specimen `specimens/<slug>/<date>.<language>.pdf`.
    A version without any edition is not created, nor a specimen beside the company's own files, nor a
    version in the place of a draft of staff.
    """
    editions = list(_editions(folder, document.slug, values["effective_on"].isoformat(), specimens))
    if not editions:
        return
    key = f"documents.version:{document.slug}/{values['effective_on']}"
    existing = Version.objects.filter(
        document=document, effective_on=values["effective_on"], revision=1
    ).first()
    of_staff = Edition.objects.filter(version__document=document, is_specimen=False)
    if existing is not None and not existing.is_published:
        loader.note(KEPT, key)
        return
    if existing is None and any(edition.is_specimen for edition in editions) and of_staff.exists():
        loader.note(KEPT, key)
        return
    published = {"published": True}
    verdict, _write = loader.changes(key, published if existing else None, published, untouched={})
    if verdict != CREATED:
        return
    version = Version(document=document, **values)
    version.full_clean()
    version.save()
    for edition in editions:
        edition.version = version
        edition.full_clean()
        edition.save()
    publish(version=version, by=None)


def load_summaries(
    loader: ContentLoader, document: Document, effective_on: datetime.date, *, folder: Path
) -> None:
    """Bring the plain-language summaries of a loaded version in line with the files; staff's stay.

    `summaries/<slug>/<date>.<language>.md` is of the notice of the same name and of no other wording: a
    version that staff wrote for that day does not get it.
    """
    date = effective_on.isoformat()
    for language in Language.values:
        name = f"{document.slug}/{date}.{language}.md"
        file, notice = folder / "summaries" / name, folder / "notices" / name
        if not file.exists():
            continue
        key, text = f"documents.summary:{document.slug}/{date}/{language}", file.read_text(encoding="utf-8")
        version = Version.objects.filter(
            document=document,
            effective_on=effective_on,
            revision=1,
            editions__language=language,
            editions__text=notice.read_text(encoding="utf-8"),
        ).first()
        if version is None:
            loader.note(KEPT, key)
            continue
        stored = version.summaries.filter(language=language).first()
        current = {"text": stored.text} if stored else None
        _verdict, write = loader.changes(key, current, {"text": text.strip()}, untouched={"text": ""})
        if write:
            summarise(version=version, language=language, text=write["text"], by=None)


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _editions(folder: Path, slug: str, date: str, specimens: bool) -> Iterator[Edition]:
    for language in Language.values:
        text = folder / "notices" / slug / f"{date}.{language}.md"
        specimen = folder / "specimens" / slug / f"{date}.{language}.pdf"
        if text.exists():
            yield Edition(language=language, text=text.read_text(encoding="utf-8"))
        elif specimens and specimen.exists():
            yield Edition(
                language=language,
                file=ContentFile(specimen.read_bytes(), name=specimen.name),
                is_specimen=True,
            )
