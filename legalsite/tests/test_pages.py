"""Every public page, in both languages, with its exact number of queries."""

import datetime
import json
import re
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from core.models import Banner, ContactDetails
from documents.models import Document, Section
from legalsite.home import TEXTS_OF_A_SECTION

pytestmark = pytest.mark.django_db

PAGES: list[tuple[str, list[str], dict[str, Any], int]] = [
    ("home", [], {}, 3),
    ("documents:library", [], {}, 4),
    ("documents:library", [], {"on": "2025-06-01"}, 4),
    ("documents:document", ["ict-terms"], {}, 3),
    ("documents:document", ["mail-disclaimer"], {}, 3),
    ("documents:document", ["company-identity"], {}, 3),
    ("documents:document", ["data-protection"], {}, 3),
    ("documents:document", ["complaint-handling"], {}, 3),
    ("documents:version", ["ict-terms", "2025-01-01"], {}, 3),
    ("roaming:lookup", [], {}, 0),
    ("roaming:lookup", [], {"q": "tunisie"}, 0),
    ("roaming:a-to-z", [], {}, 1),
    ("roaming:changes", [], {}, 1),
    ("roaming:zones", [], {}, 2),
    ("complaint-policy", [], {}, 2),
    ("complaints:new", [], {}, 0),
    ("accessibility", [], {}, 0),
    ("search", [], {}, 0),
    ("search", [], {"q": "complaint"}, 5),
    ("search", [], {"q": "zzzz"}, 2),
]


def address(name: str, arguments: list[str], language: str) -> str:
    with translation.override(language):
        return reverse(name, args=arguments)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(("name", "arguments", "query", "queries"), PAGES)
def test_page(
    client: Client,
    language: str,
    name: str,
    arguments: list[str],
    query: dict[str, Any],
    queries: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    # The first request reads what the process remembers until the content changes.
    client.get(address(name, arguments, language), query)
    with django_assert_num_queries(queries):
        response = client.get(address(name, arguments, language), query)
    assert response.status_code == 200
    page = response.text
    assert f'<html lang="{language}">' in page
    assert page.count("<h1") == 1
    assert page.count("<main") == 1
    assert response["Content-Language"] == language
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "sessionid" not in response.cookies
    assert ("csrftoken" in response.cookies) == (name == "complaints:new")
    known = r"127\.0\.0\.1|www\.cnpd\.lu|www\.w3\.org/TR/|accessibilite\.public\.lu/"
    assert not re.search(rf'(?:src|href)="(?:https?:)?//(?!{known})', page)
    headings = [int(level) for level in re.findall(r"<h([1-6])", page)]
    assert all(after <= before + 1 for before, after in pairwise(headings)), headings
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("name", "arguments", "query", "queries"), PAGES)
def test_the_language_switch_keeps_page_and_query(
    client: Client, name: str, arguments: list[str], query: dict[str, Any], queries: int
) -> None:
    page = client.get(address(name, arguments, "en"), query).text
    there = address(name, arguments, "fr")
    if query:
        there += "?" + "&".join(f"{key}={value}" for key, value in query.items())
    assert f'"{there}"' in page
    assert "Français</" in page


@pytest.mark.parametrize("language", ["fr", "en"])
def test_pages_name_their_other_language_and_their_own_address(client: Client, language: str) -> None:
    page = client.get(address("documents:document", ["cookies"], language), {"on": "2026-01-01"}).text
    base = "http://127.0.0.1:8000"
    assert f'<link rel="canonical" href="{base}/{language}/documents/cookies/">' in page
    assert f'hreflang="fr" href="{base}/fr/documents/cookies/">' in page
    assert f'hreflang="en" href="{base}/en/documents/cookies/">' in page


def test_path_words_are_translated() -> None:
    assert address("complaints:new", [], "fr") == "/fr/reclamations/nouvelle/"
    assert address("complaints:new", [], "en") == "/en/complaints/new/"
    assert address("search", [], "fr") == "/fr/recherche/"


@pytest.mark.parametrize(
    ("accept", "target"),
    [("en-GB,en;q=0.8", "/en/"), ("fr-LU", "/fr/"), ("de", "/fr/"), ("", "/fr/"), ("lb,en;q=0.5", "/en/")],
)
def test_the_root_redirects_by_language_french_first(client: Client, accept: str, target: str) -> None:
    response = client.get("/", headers={"Accept-Language": accept})
    assert (response.status_code, response["Location"]) == (302, target)
    assert "Accept-Language" in response["Vary"]


def test_contact_details_come_from_the_record_everywhere(client: Client) -> None:
    ContactDetails.objects.update(
        complaints_email="changed@example.lu", telephone="+352 00 00 00", brand="Example NXT"
    )
    for name in ("home", "complaint-policy"):
        page = client.get(address(name, [], "en")).text
        assert "mailto:changed@example.lu" in page
        assert 'href="tel:+352000000"' in page
        assert "Example NXT" in page
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert block is not None
    organization = json.loads(block.group(1))
    assert organization["name"] == "Example NXT"
    assert "changed@example.lu" in str(organization["contactPoint"])


def test_the_banner_is_on_every_page_while_it_lasts(client: Client) -> None:
    Banner.objects.create(text_fr="Entretien prévu", text_en="Maintenance planned")
    for name, arguments, _query, _queries in PAGES[:8]:
        assert "Maintenance planned" in client.get(address(name, arguments, "en")).text
    assert "Entretien prévu" in client.get(address("home", [], "fr")).text


def test_the_home_page_leads_to_everything(client: Client) -> None:
    page = client.get(address("home", [], "fr")).text
    for name in ("documents:library", "roaming:lookup", "complaint-policy"):
        assert f'href="{address(name, [], "fr")}"' in page
    for document in Document.objects.all():
        assert f'href="{document.get_absolute_url()}"' in page


def test_the_home_page_names_the_first_of_many_texts(client: Client) -> None:
    section = Section.objects.create(slug="many", name_fr="Exemples", name_en="Examples")
    for number in range(TEXTS_OF_A_SECTION):
        Document.objects.create(
            slug=f"example-{number}",
            position=TEXTS_OF_A_SECTION - number,
            section=section,
            title_fr=f"Exemple {number}",
            title_en=f"Example {number}",
        )
    others = "And others: all legal texts"
    page = client.get(address("home", [], "en")).text
    named = re.findall(r"Example (\d+)<", page)
    assert named == [str(number) for number in reversed(range(TEXTS_OF_A_SECTION))]
    assert others not in page
    Document.objects.create(
        slug="last", position=99, section=section, title_fr="Fin", title_en="The last one"
    )
    page = client.get(address("home", [], "en")).text
    assert re.findall(r"Example (\d+)<", page) == named
    assert "The last one" not in page
    assert page.count(others) == 1


def test_the_home_page_tells_what_changed_and_not_what_came_first(client: Client) -> None:
    changes = client.get(address("home", [], "en")).text.split('id="changes"')[1].split("</section>")[0]
    assert changes.count("<li>") == 1
    assert "ict-terms/2026-03-01" in changes


def test_before_any_content_is_loaded_the_pages_still_stand(client: Client) -> None:
    ContactDetails.objects.all().delete()
    for name in ("home", "complaint-policy", "roaming:lookup", "documents:library", "search"):
        assert client.get(address(name, [], "fr")).status_code == 200


class TestSearch:
    """Titles and texts in force, and places."""

    def find(self, client: Client, query: str, language: str = "en") -> str:
        return client.get(address("search", [], language), {"q": query}).text

    def test_titles_in_either_language(self, client: Client) -> None:
        assert "Cookie policy" in self.find(client, "cookie")
        assert "Cookie policy" in self.find(client, "politique de gestion")

    def test_texts_without_accents_and_capitals(self, client: Client) -> None:
        notice = "Avertissement relatif aux e-mails</a></h3>"
        assert notice not in self.find(client, "INTEGRITE spécimen", "fr")
        page = self.find(client, "INTEGRITE", "fr")
        assert notice in page
        assert "<mark>l’intégrité</mark>" in page
        page = self.find(client, "l'intégrité", "fr")
        assert page.count("<mark>") == 1

    def test_inside_pdf_files(self, client: Client) -> None:
        page = self.find(client, "SPECIMEN")
        assert "General terms and conditions of sale" in page
        assert "<mark>SPECIMEN" in page

    def test_only_what_is_in_force(self, client: Client) -> None:
        notice = "E-mail disclaimer</a></h3>"
        assert notice in self.find(client, "falsification")
        with patch("legalsite.search.timezone.localdate", return_value=datetime.date(2020, 1, 1)):
            assert notice not in self.find(client, "falsification")
            assert notice in self.find(client, "disclaimer")

    def test_a_place_is_answered_too(self, client: Client) -> None:
        page = self.find(client, "Tunisie")
        assert "Not included" in page
        assert "ROW2" in page

    def test_nothing_found_says_so(self, client: Client) -> None:
        assert "No title and no text searched contains all of “zzzz”." in self.find(client, "zzzz")

    @pytest.mark.parametrize(
        "query",
        ["x" * 10_000, "\x00\x07", "   ", "%_\\'\"", "<script>alert(1)</script>", "日本", "a " * 5_000],
    )
    def test_any_text_gets_a_normal_page(self, client: Client, query: str) -> None:
        response = client.get(address("search", [], "fr"), {"q": query})
        assert response.status_code == 200
        assert "<script>alert" not in response.text

    def test_too_many_searches_get_the_429_page(self, client: Client) -> None:
        for _time in range(300):
            client.get(address("search", [], "en"), {"q": "zzzz"})
        response = client.get(address("search", [], "en"), {"q": "zzzz"})
        assert response.status_code == 429
        assert "Too many requests" in response.text
        assert int(response["Retry-After"]) > 0


class TestForMachines:
    """Sitemap and robots."""

    def test_sitemap_names_every_page_in_both_languages(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(1):
            sitemap = client.get("/sitemap.xml", headers={"Host": "localhost"}).text
        locations = re.findall(r"<loc>([^<]+)</loc>", sitemap)
        assert len(locations) == len(set(locations)) == 2 * (8 + Document.objects.count())
        assert all(location.startswith("http://127.0.0.1:8000/") for location in locations)
        assert 'hreflang="en"' in sitemap
        for location in locations:
            assert client.get(location.removeprefix("http://127.0.0.1:8000")).status_code == 200

    def test_robots(self, client: Client) -> None:
        robots = client.get("/robots.txt")
        assert robots["Content-Type"].startswith("text/plain")
        assert "Disallow: /admin/" in robots.text
        assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in robots.text
