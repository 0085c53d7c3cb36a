"""The search over everything: destinations, pages and texts."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from legalsite.home import EXAMPLES
from legalsite.pages import PAGES, find_pages


@pytest.mark.parametrize(
    ("language", "query", "first"),
    [
        ("en", "complain about an invoice", None),
        ("en", "invoice", "complaints:new"),
        ("en", "DPO", "privacy:new"),
        ("en", "gdpr", "privacy:new"),
        ("en", "follow", "complaints:follow"),
        ("en", "signed", "documents:applied"),
        ("fr", "facture", "complaints:new"),
        ("fr", "FACTURATION", "complaints:new"),
        ("fr", "rgpd", "privacy:new"),
        ("fr", "delegue", "privacy:new"),
        ("fr", "réclamer", "complaints:new"),
        ("fr", "à l’étranger", "roaming:lookup"),
        ("fr", "etranger", "roaming:lookup"),
        ("fr", "authenticité", "documents:check-file"),
    ],
)
def test_words_lead_to_pages(language: str, query: str, first: str | None) -> None:
    with translation.override(language):
        found = [page.route for page in find_pages(query)]
    assert found[:1] == ([first] if first else [])


def test_a_title_comes_before_other_words() -> None:
    with translation.override("en"):
        found = [page.route for page in find_pages("follow request")]
        assert found == ["privacy:follow"]
        assert next(page.route for page in find_pages("complaint")) == "complaints:new"


@pytest.mark.parametrize("query", ["", "  ", "…", "zzzz", "a", "in"])
def test_nothing_for_nothing(query: str) -> None:
    with translation.override("en"):
        assert find_pages(query) == []


def test_titles_alone_are_enough_in_both_languages() -> None:
    for language in ("fr", "en"):
        with translation.override(language):
            for page in PAGES:
                assert page in find_pages(str(page.title))
                assert page.address.startswith(f"/{language}/")


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_examples_of_the_home_page_find_something(client: Client, language: str) -> None:
    with translation.override(language):
        home, search = reverse("home"), reverse("search")
        examples = [str(example) for example in EXAMPLES]
    page = client.get(home).text
    for example in examples:
        assert f">{example}</a>" in page
        found = client.get(search, {"q": example})
        assert found.context["place"] or found.context["pages"], example


@pytest.mark.django_db
def test_the_groups_stand_in_their_order(client: Client) -> None:
    """What can be answered at once, then what can be done, then what can be read."""
    page = client.get("/en/search/", {"q": "complaint"}).text
    assert 'id="found-place"' not in page
    assert page.index('id="found-pages"') < page.index('id="found-texts"')
    page = client.get("/en/search/", {"q": "Tunisia"}).text
    assert "Not included" in page[page.index('id="found-place"') : page.index('id="found-texts"')]
    assert 'id="found-pages"' not in page


@pytest.mark.django_db
def test_further_pages_of_texts_repeat_nothing_else(client: Client) -> None:
    response = client.get("/en/search/", {"q": "the", "page": "2"})
    if response.context["page"].number == 2:
        assert "pages" not in response.context


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_shared_link_shows_its_title_and_a_picture(client: Client, language: str) -> None:
    page = client.get(f"/{language}/documents/ict-terms/").text
    assert '<meta property="og:title" content="' in page
    assert f"/static/preview-{language}" in page
    assert ("Conditions générales de vente" if language == "fr" else "General terms") in page.split(
        "og:title"
    )[1][:80]


def test_old_programs_find_the_icon(client: Client) -> None:
    response = client.get("/favicon.ico")
    assert response.status_code == 302
    assert response["Location"].startswith("/static/favicon")
