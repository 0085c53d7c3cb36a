"""The texts that applied on a day as one ZIP file, with what proves each of them."""

import csv
import datetime
import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import IO

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from documents.applied import AppliedText
from documents.models import Edition

FIXED_TIME = (1980, 1, 1, 0, 0, 0)
"""Time of each entry: the earliest that ZIP knows, so that the same texts make the same file."""

SUMS, MANIFEST = "SHA256SUMS", "manifest.csv"

COLUMNS = (
    "file",
    "sha256",
    "title",
    "language",
    "is_original",
    "version",
    "in_force_from",
    "in_force_until",
    "contracts_signed_from",
    "contracts_signed_until",
    "address",
)
"""Columns of the manifest; `until` is the last day. The days of contracts are empty when it is for all."""


def write(target: IO[bytes], texts: Iterable[AppliedText]) -> None:
    """Write the ZIP file of `texts`: every edition, SHA256SUMS as `sha256sum -c` reads it, and a manifest.

    A PDF is the company's file, byte for byte; a page text is written as an HTML page. The same texts make
    the same bytes.
    """
    rows: list[dict[str, str]] = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for text in texts:
            for edition in text.editions:
                for name, content in _files(edition, text):
                    _add(archive, name, content)
                    rows.append(_row(name, content, edition, text))
        _add(archive, SUMS, "".join(f"{row['sha256']}  {row['file']}\n" for row in rows).encode())
        _add(archive, MANIFEST, _manifest(rows))


def _files(edition: Edition, text: AppliedText) -> Iterator[tuple[str, bytes]]:
    stem = edition.file_name.removesuffix(".pdf")
    folder = text.document.slug
    if edition.file:
        with edition.open_file() as file:
            yield f"{folder}/{stem}.pdf", file.read()
    if edition.text:
        with translation.override(edition.language):
            page = render_to_string(
                "documents/bundle_page.html",
                {"edition": edition, "period": text.period, "address": _address(text, edition.language)},
            )
        yield f"{folder}/{stem}.html", page.encode()


def _row(name: str, content: bytes, edition: Edition, text: AppliedText) -> dict[str, str]:
    with translation.override(edition.language):
        title = str(text.document.title)
    return {
        "file": name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "title": title,
        "language": edition.language,
        "is_original": "no" if edition.is_translation else "yes",
        "version": text.version.address,
        "in_force_from": text.version.effective_on.isoformat(),
        "in_force_until": _iso(text.period.last_on),
        "contracts_signed_from": _iso(text.version.contracts.from_on),
        "contracts_signed_until": _iso(text.version.contracts.last_on),
        "address": _address(text, edition.language),
    }


def _iso(day: datetime.date | None) -> str:
    return day.isoformat() if day else ""


def _address(text: AppliedText, language: str) -> str:
    with translation.override(language):
        return f"{settings.SITE_URL}{text.version.get_absolute_url()}"


def _manifest(rows: Iterable[dict[str, str]]) -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return ("\ufeff" + file.getvalue()).encode()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, FIXED_TIME)
    entry.compress_type = zipfile.ZIP_STORED if name.endswith(".pdf") else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)


def file_name(on: datetime.date, section: str) -> str:
    """Return the name under which a reader saves the ZIP file."""
    return "-".join(part for part in ("legal-texts", section, on.isoformat()) if part) + ".zip"
