"""Which texts applied on a day, their ZIP file, and whether a file is one of the portal's."""

import csv
import datetime
import hashlib
import io
import subprocess
import zipfile
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries

from documents.applied import applied
from documents.models import Document, Edition, Version
from documents.publishing import publish, withdraw
from documents.tests.factories import make_document, make_edition, make_version, pdf_file

pytestmark = pytest.mark.django_db


def url(name: str, language: str = "en") -> str:
    with translation.override(language):
        return reverse(f"documents:{name}")


@pytest.fixture
def terms() -> Document:
    """Terms with a text from 1 January 2024 and another, with a file, from 1 June 2024."""
    document = make_document(title_fr="Conditions d’été à l’essai")
    make_version(document, "2024-01-01", text="## Article 1\n\nTexte **ancien**.")
    later = make_version(document, "2024-06-01", published=False, text="Texte nouveau.")
    make_edition(later, language="en", file=pdf_file(pages=2))
    publish(version=later, by=None)
    return document


def found(on: str, section: str = "example") -> list[str]:
    day = datetime.date.fromisoformat(on)
    return [text.version.address for _section, texts in applied(day, section) for text in texts]


def test_the_set_of_a_day(terms: Document) -> None:
    assert found("2023-12-31") == []
    assert found("2024-01-01") == found("2024-05-31") == ["2024-01-01"]
    assert found("2024-06-01") == ["2024-06-01"]


def test_a_withdrawn_text_does_not_apply(terms: Document) -> None:
    user = User.objects.create_user("example-approver")
    version = terms.versions.get(effective_on="2024-06-01")
    withdraw(version=version, by=user, reason_fr="Exemple", reason_en="Example")
    today = timezone.localdate()
    assert found(today.isoformat()) == []
    assert found((today - datetime.timedelta(days=1)).isoformat()) == ["2024-06-01"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page(
    client: Client, language: str, django_assert_num_queries: DjangoAssertNumQueries, terms: Document
) -> None:
    with django_assert_num_queries(4):
        page = client.get(url("applied", language), {"on": "2024-03-01", "section": "example"}).text
    assert f"/{language}/documents/example-terms/2024-01-01/" in page
    assert "2024-06-01" not in page
    everything = client.get(url("applied", language), {"on": timezone.localdate().isoformat()}).text
    for version in Version.objects.in_force(timezone.localdate()):
        with translation.override(language):
            assert version.get_absolute_url() in everything


@pytest.mark.parametrize(
    "query", [{"on": ""}, {"on": "tomorrow"}, {"on": "2024-01-01", "section": "nowhere"}]
)
def test_wrong_questions_are_answered_in_words(client: Client, query: dict[str, str]) -> None:
    for name, status in (("applied", 200), ("applied-zip", 400)):
        response = client.get(url(name), query)
        assert response.status_code == status
        assert "Please check your entries" in response.text


def unzip(client: Client, **query: str) -> dict[str, bytes]:
    response = client.get(url("applied-zip"), query)
    assert response["Content-Type"] == "application/zip"
    content = response.getvalue()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_zip_file_holds_all_texts_and_their_proof(
    client: Client, terms: Document, tmp_path: Path
) -> None:
    files = unzip(client, on="2024-06-01", section="example")
    assert set(files) == {
        "example-terms/example-terms-2024-06-01-fr.html",
        "example-terms/example-terms-2024-06-01-en.pdf",
        "SHA256SUMS",
        "manifest.csv",
    }
    edition = Edition.objects.get(version__document=terms, language="en")
    pdf = files["example-terms/example-terms-2024-06-01-en.pdf"]
    assert hashlib.sha256(pdf).hexdigest() == edition.file_sha256
    rows = list(csv.DictReader(io.StringIO(files["manifest.csv"].decode("utf-8-sig"), newline="")))
    assert {(row["language"], row["is_original"]) for row in rows} == {("en", "no"), ("fr", "yes")}
    assert {row["title"] for row in rows} == {"Conditions d’été à l’essai", "Example terms"}
    assert {row["in_force_from"] for row in rows} == {"2024-06-01"}
    assert all(row["address"].endswith("/documents/example-terms/2024-06-01/") for row in rows)
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=tmp_path, check=True)  # noqa: S607  # that of the machine


def test_the_same_texts_make_the_same_bytes(client: Client, terms: Document) -> None:
    first, second = (client.get(url("applied-zip"), {"on": "2024-03-01"}).getvalue() for _ in range(2))
    assert first == second


def test_page_text_in_the_zip_file_is_a_page_of_its_own(client: Client, terms: Document) -> None:
    page = unzip(client, on="2024-03-01", section="example")["example-terms/example-terms-2024-01-01-fr.html"]
    assert '<html lang="fr">' in page.decode()
    assert "<strong>ancien</strong>" in page.decode()
    assert "En vigueur du 1er\u00a0janvier\u00a02024 au 31\u00a0mai\u00a02024" in page.decode()


def test_the_zip_file_of_all_that_ships(client: Client) -> None:
    files = unzip(client, on=timezone.localdate().isoformat())
    assert (
        len(files)
        == Edition.objects.filter(version__in=Version.objects.in_force(timezone.localdate())).count() + 2
    )


class TestCheckAFile:
    """A file is recognised by its bytes."""

    def test_by_upload(self, client: Client) -> None:
        edition = Edition.objects.exclude(file="").select_related("version__document").first()
        assert edition is not None
        with edition.open_file() as file:
            content = file.read()
        stored = set(Edition.objects.exclude(file="").values_list("file", flat=True))
        sent = SimpleUploadedFile("other-name.pdf", content)
        page = client.post(url("check-file"), {"file": sent}).text
        assert "This file was published here" in page
        assert edition.version.get_absolute_url().replace("/fr/", "/en/") in page
        assert edition.file_sha256 in page
        changed = SimpleUploadedFile("other-name.pdf", content + b" ")
        assert "not one of those published here" in client.post(url("check-file"), {"file": changed}).text
        assert set(Edition.objects.exclude(file="").values_list("file", flat=True)) == stored

    def test_by_hash(self, client: Client) -> None:
        edition = Edition.objects.exclude(file="").first()
        assert edition is not None
        response = client.get(url("check-file"), {"sha256": edition.file_sha256.upper()})
        assert "This file was published here" in response.text
        assert "no-store" in response["Cache-Control"]
        assert "not one of those published here" in client.get(url("check-file"), {"sha256": "0" * 64}).text

    def test_drafts_are_not_told(self, client: Client) -> None:
        draft = make_version(make_document(), "2026-01-01", published=False)
        edition = make_edition(draft, language="en", file=pdf_file(pages=3))
        page = client.get(url("check-file"), {"sha256": edition.file_sha256}).text
        assert "not one of those published here" in page

    @pytest.mark.parametrize("digest", ["", "x", "0" * 63, "<script>", "g" * 64])
    def test_what_is_no_hash_is_passed_over(self, client: Client, digest: str) -> None:
        page = client.get(url("check-file"), {"sha256": digest}).text
        assert "published here" not in page.split("<form")[0].split("</h1>")[1].split("</p>", 1)[1]
        assert "<script>" not in page

    def test_queries(self, client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        with django_assert_num_queries(1):
            client.get(url("check-file"), {"sha256": "0" * 64})

    def test_a_missing_file_is_said(self, client: Client) -> None:
        page = client.post(url("check-file"), {})
        assert page.status_code == 200
        assert "Please check your entries" in page.text


@pytest.mark.parametrize("slug", ["on-a-date", "check-a-file", "a-une-date", "verifier-un-fichier"])
def test_no_document_takes_the_address_of_a_page(slug: str) -> None:
    document = make_document(slug)
    with pytest.raises(ValidationError):
        document.full_clean()
