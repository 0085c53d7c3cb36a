"""The library, documents and versions on any day, and the files."""

import datetime
import hashlib
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries

from documents.models import Document, Edition, Section, Version
from documents.tests.factories import make_document, make_edition, make_version, pdf_file

pytestmark = pytest.mark.django_db

ICT = "ict-terms"


def url(language: str, name: str, *parts: str) -> str:
    with translation.override(language):
        return reverse(f"documents:{name}", args=parts)


def test_the_library_names_every_document_in_the_readers_language(client: Client) -> None:
    for language in ("fr", "en"):
        page = client.get(url(language, "library")).text
        for document in Document.objects.all():
            title = getattr(document, f"title_{language}")
            assert title.replace("&", "&amp;") in page


def test_the_library_as_of_a_date(client: Client) -> None:
    page = client.get(url("en", "library"), {"on": "2025-06-30"}).text
    assert "in force on 30\u00a0June\u00a02025" in page
    assert f"/documents/{ICT}/2025-01-01/fr.pdf" in page
    assert f"/documents/{ICT}/2026-03-01/fr.pdf" not in page
    assert "No text on record for that date" in page


def test_a_large_library_comes_in_pages(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    whole = client.get(url("en", "library")).text
    links = re.findall(r'<h3><a href="([^"]+)"', whole)
    assert "Page 1 of" not in whole
    monkeypatch.setattr("documents.views.TEXTS_A_PAGE", 5)
    found = []
    for number in range(1, len(links) // 5 + 2):
        with django_assert_num_queries(4):
            page = client.get(url("en", "library"), {"page": number}).text
        found += re.findall(r'<h3><a href="([^"]+)"', page)
        assert f"Page {number} of {-(-len(links) // 5)}" in page
        assert (f"<title>Legal texts – Page {number} of " in page) is (number > 1)
    assert found == links
    dated = client.get(url("en", "library"), {"on": "2025-06-30"}).text
    assert 'rel="next" href="?on=2025-06-30&amp;page=2"' in dated


def test_sections_of_one_position_stay_apart(client: Client) -> None:
    for slug in ("example-a", "example-b"):
        section = Section.objects.create(slug=slug, position=99, name_fr=slug, name_en=slug)
        for position in (1, 2):
            Document.objects.create(
                slug=f"{slug}-{position}", position=position, section=section, title_fr=slug, title_en=slug
            )
    Section.objects.create(slug="example-empty", position=99, name_fr="Vide", name_en="Empty")
    page = client.get(url("en", "library")).text
    assert "example-empty" not in page
    assert page.count('id="example-a"') == page.count('id="example-b"') == 1


def test_before_the_first_version_no_text_was_in_force(client: Client) -> None:
    page = client.get(url("en", "document", ICT), {"on": "2001-01-01"}).text
    assert "holds no version of this document in force on 1\u00a0January\u00a02001" in page
    assert "/2025-01-01/fr.pdf" not in page


@pytest.mark.parametrize("wrong", ["tomorrow", "2026-13-01", "2026-02-30", "<b>", "1" * 10_000, "\x00"])
@pytest.mark.parametrize(("name", "parts"), [("library", ()), ("document", (ICT,))])
def test_a_wrong_date_gets_a_sentence_and_todays_texts(
    client: Client, name: str, parts: tuple[str, ...], wrong: str
) -> None:
    response = client.get(url("en", name, *parts), {"on": wrong})
    assert response.status_code == 200
    assert "” is not a date. Write it as year-month-day" in response.text
    assert "%(" not in response.text
    assert len(response.text) < 40_000
    assert "<title>Error:" in response.text
    assert f"/documents/{ICT}/2026-03-01/fr.pdf" in response.text


def test_a_document_shows_what_is_in_force_and_its_history(client: Client) -> None:
    page = client.get(url("en", "document", ICT)).text
    assert "In force" in page
    assert "since 1\u00a0March\u00a02026" in page
    assert "Superseded" in page
    assert "Was in force from 1\u00a0January\u00a02025 to 28\u00a0February\u00a02026" in page
    assert "PDF, 2 pages, 40.6\u00a0KB, original" in page
    assert "39.2\u00a0KB, translation" in page
    assert "Neither it nor its dates have any legal effect." in page


def test_a_document_as_of_a_date_names_the_version_that_applied(client: Client) -> None:
    page = client.get(url("en", "document", ICT), {"on": "2025-06-30"}).text
    assert "The text that applies on 30\u00a0June\u00a02025:" in page
    assert "/documents/ict-terms/2025-01-01/fr.pdf" in page


def test_each_version_has_a_page_for_ever(client: Client) -> None:
    old = client.get(url("en", "version", ICT, "2025-01-01")).text
    assert "Was in force" in old
    assert "Read the text in force" in old
    new = client.get(url("en", "version", ICT, "2026-03-01")).text
    assert "What changed" in new
    for address in ("2025-01-02", "2025-01-01-2", "2025-01-01-1", "2025-99-01", "today", "fr.pdf"):
        assert client.get(f"/en/documents/{ICT}/{address}/").status_code == 404


def test_an_announced_version_is_visible_before_it_applies(client: Client) -> None:
    document = make_document()
    make_version(document, "2026-01-01")
    coming = timezone.localdate() + datetime.timedelta(days=30)
    make_version(document, coming.isoformat(), text="Texte à venir.")
    page = client.get(url("en", "document", document.slug)).text
    assert "A new version will apply from" in page
    assert "Texte à venir." not in page
    version_page = client.get(url("en", "version", document.slug, coming.isoformat())).text
    assert "Applies from" in version_page
    assert "Texte à venir." in version_page


def test_drafts_are_not_shown_anywhere(client: Client) -> None:
    document = make_document()
    version = make_version(document, "2026-01-01", published=False, text="Brouillon secret.")
    make_edition(version, language="en", file=pdf_file())
    assert "Brouillon secret." not in client.get(url("fr", "document", document.slug)).text
    assert client.get(url("fr", "version", document.slug, "2026-01-01")).status_code == 404
    assert client.get(f"/documents/{document.slug}/2026-01-01/en.pdf").status_code == 404
    assert client.get(f"/documents/{document.slug}/en.pdf").status_code == 404


def test_a_translation_says_so_and_links_to_the_original(client: Client) -> None:
    page = client.get(url("en", "document", "data-protection")).text
    assert "This is a translation. The original is in French." in page
    assert f'href="{url("fr", "document", "data-protection")}" hreflang="fr">Read the original' in page
    original = client.get(url("fr", "document", "data-protection")).text
    assert "Les données à caractère personnel recueillies" in original
    assert 'hreflang="en">Read' not in original


def test_a_missing_language_is_admitted(client: Client) -> None:
    document = make_document()
    make_version(document, "2026-01-01", text="Texte en français.")
    page = client.get(url("en", "document", document.slug)).text
    assert "This text exists in French only" in page
    assert '<article class="prose" lang="fr" aria-label="' in page


def test_a_document_without_a_text_says_how_to_get_it(client: Client) -> None:
    document = make_document()
    page = client.get(url("en", "document", document.slug)).text
    assert "This document cannot be downloaded here." in page
    assert "mailto:calldesk@proximus.lu" in page


def test_the_notices_show_their_text(client: Client) -> None:
    page = client.get(url("en", "document", "complaint-handling")).text
    assert 'id="what-counts-as-a-complaint"' in page
    assert 'href="#what-counts-as-a-complaint"' in page
    assert "B 19 669" in client.get(url("fr", "document", "company-identity")).text
    assert "secret professionnel" in client.get(url("fr", "document", "mail-disclaimer")).text


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    ("name", "parts", "queries"),
    [
        ("library", (), 4),
        ("document", (ICT,), 3),
        ("document", ("data-protection",), 3),
        ("version", (ICT, "2025-01-01"), 3),
    ],
)
def test_query_counts(
    client: Client,
    language: str,
    name: str,
    parts: tuple[str, ...],
    queries: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(queries):
        assert client.get(url(language, name, *parts)).status_code == 200


def test_the_number_of_versions_does_not_change_the_number_of_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    document = make_document()
    for month in range(1, 10):
        make_version(document, f"2026-{month:02}-01")
    with django_assert_num_queries(3):
        client.get(url("fr", "document", document.slug))


class TestFiles:
    """The bytes of a file, at an address that never changes."""

    address = f"/documents/{ICT}/2026-03-01/fr.pdf"

    def test_the_bytes_and_their_headers(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(1):
            response = client.get(self.address)
            content = response.getvalue()
        edition = Edition.objects.get(
            version__document__slug=ICT, version__effective_on="2026-03-01", language="fr"
        )
        assert hashlib.sha256(content).hexdigest() == edition.file_sha256
        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Length"] == str(edition.file_size)
        assert response["Content-Language"] == "fr"
        assert response["ETag"] == f'"{edition.file_sha256}"'
        assert "immutable" in response["Cache-Control"]
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Disposition"] == 'inline; filename="ict-terms-2026-03-01-fr.pdf"'
        assert not response.cookies

    def test_what_the_reader_has_is_not_sent_again(self, client: Client) -> None:
        etag = client.get(self.address)["ETag"]
        assert client.get(self.address, headers={"If-None-Match": etag}).status_code == 304

    def test_the_current_file_redirects(self, client: Client) -> None:
        response = client.get(f"/documents/{ICT}/fr.pdf")
        assert response.status_code == 302
        assert response["Location"] == self.address
        assert "no-cache" in response["Cache-Control"]

    @pytest.mark.parametrize(
        "address",
        [
            f"/documents/{ICT}/2026-03-01/de.pdf",
            f"/documents/{ICT}/2026-03-02/fr.pdf",
            f"/documents/{ICT}/2026-99-01/fr.pdf",
            f"/documents/{ICT}/2026-03-01-2/fr.pdf",
            f"/documents/{ICT}/2026-03-01-1/fr.pdf",
            "/documents/nothing/fr.pdf",
            "/documents/complaint-handling/fr.pdf",
        ],
    )
    def test_no_such_file(self, client: Client, address: str) -> None:
        assert client.get(address).status_code == 404

    def test_every_published_file_can_be_downloaded(self, client: Client) -> None:
        editions = Edition.objects.exclude(file="").filter(version__in=Version.objects.published())
        assert editions.count() == 13
        for edition in editions.select_related("version__document"):
            response = client.get(edition.file_url)
            content = response.getvalue()
            assert hashlib.sha256(content).hexdigest() == edition.file_sha256


def test_the_mail_disclaimer_can_be_copied_in_both_languages(client: Client) -> None:
    page = client.get("/fr/documents/mail-disclaimer/").text
    for language in ("fr", "en"):
        plain = page.split(f'<textarea id="plain-{language}"')[1].split("</textarea>")[0]
        html = page.split(f'<textarea id="html-{language}"')[1].split("</textarea>")[0]
        assert "**" not in plain
        assert "&lt;p&gt;" in html
        assert "<p>" not in html
    assert "<textarea" not in client.get("/fr/documents/company-identity/").text


def test_a_printed_page_says_what_it_is(client: Client) -> None:
    page = client.get("/en/documents/data-protection/").text
    foot = page.split('<p class="print-foot">')[1].split("</p>")[0]
    assert "Data protection" in foot
    assert "/en/documents/data-protection/2026-11-23/" in foot
    assert "to read</p>" in page
