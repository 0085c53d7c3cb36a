"""The lookup page, the zone lists and the JSON interface."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from roaming.models import Destination

pytestmark = pytest.mark.django_db


def url(name: str, language: str) -> str:
    with translation.override(language):
        return reverse(f"roaming:{name}")


def test_excluded_is_said_in_words(client: Client) -> None:
    page = client.get(url("lookup", "en"), {"q": "tunisie"}).text
    assert "Not included" in page
    assert "Exclusion zone: our subscriptions do not include these destinations." in page
    assert "ROW2" in page
    assert 'value="tunisie"' in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("Luxembourg", "no roaming in Luxembourg"),
        ("Kosovo", "Not in any of our roaming zones."),
        ("zzzz", "“zzzz” is not the name of a place we know."),
        ("Dominica", "name this destination in two zones"),
        ("Congo", "“Congo” can mean several places:"),
        ("Canada", "TOP zone"),
    ],
)
def test_answers(client: Client, query: str, sentence: str) -> None:
    assert sentence in client.get(url("lookup", "en"), {"q": query}).text


@pytest.mark.parametrize(
    "query", ["x" * 10_000, "\x00\x1b[31m", "   ", "<script>alert(1)</script>", "日本", "%s%n", "🦄" * 50]
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_any_text_gets_a_normal_page(client: Client, language: str, query: str) -> None:
    response = client.get(url("lookup", language), {"q": query})
    assert response.status_code == 200
    assert len(response.content) < 20_000
    assert "<script>alert" not in response.text


def test_several_destinations_at_once(client: Client) -> None:
    page = client.get(url("lookup", "en"), {"q": ["Canada", "Tunisia"]}).text
    assert page.index("Canada</h3>") < page.index("Tunisia</h3>")


def test_places_parted_by_commas_are_several(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(6):
        page = client.get(url("lookup", "fr"), {"q": "Canada, Tunisie; Kosovo"}).text
    assert page.count("<h3>") == 3
    assert "Réponses" in page
    whole = client.get(url("lookup", "fr"), {"q": "Tanzania, United Republic of"}).text
    assert whole.count("<h3>") == 1
    both = client.get(url("lookup", "fr"), {"q": ["Tanzania, United Republic of", "Canada"]}).text
    assert both.count("<h3>") == 2
    assert 'value="Tanzania, United Republic of; Canada"' in both
    again = client.get(url("lookup", "fr"), {"q": "Tanzania, United Republic of; Canada"}).text
    assert again.count("<h3>") == 2


def test_what_is_not_answered_is_said(client: Client) -> None:
    for query in (["TN"] * 12, ",".join(["TN"] * 12), "TN;" * 12):
        page = client.get(url("lookup", "en"), {"q": query}).text
        assert page.count("<h3>") == 10
        assert "Only the first 10 destinations are answered." in page
    page = client.get(url("lookup", "en"), {"q": ["TN"] * 10}).text
    assert "are answered." not in page


def test_the_lists_show_every_destination_once_a_zone(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(4):
        page = client.get(url("zones", "fr")).text
    assert page.count("<abbr") == 217  # 215 destinations, two of them in two zones
    for destination in Destination.objects.all():
        assert destination.name.replace("'", "&#x27;") in page
    assert page.index("Afrique du Sud") < page.index("Albanie") < page.index("Australie")
    assert page.count("badge--warn") == 4


@pytest.mark.parametrize("language", ["fr", "en"])
def test_query_counts(
    client: Client, language: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):
        client.get(url("lookup", language))
    with django_assert_num_queries(6):
        client.get(url("lookup", language), {"q": ["Tunisie", "Canada", "Kosovo"]})


def test_the_json_interface(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(3):
        response = client.get("/api/destinations/", {"q": ["Tunesien", "LU", "zzzz"], "lang": "fr"})
    assert response.json() == {
        "results": [
            {
                "query": "Tunesien",
                "answer": "listed",
                "matches": [
                    {
                        "iso": "TN",
                        "name": "Tunisie",
                        "matched": "Tunesien",
                        "zones": [{"code": "ROW2", "included": False}],
                    }
                ],
            },
            {
                "query": "LU",
                "answer": "home",
                "matches": [{"iso": "LU", "name": "Luxembourg", "matched": "LU", "zones": []}],
            },
            {"query": "zzzz", "answer": "none", "matches": []},
        ]
    }
    english = client.get("/api/destinations/", {"q": "TN", "lang": "en"}).json()
    assert english["results"][0]["matches"][0]["name"] == "Tunisia"
    response = client.get("/api/destinations/", {"q": "TN", "lang": "en"})
    assert response["Content-Language"] == "en"
    assert client.get("/api/destinations/", {"q": "TN", "lang": "xx"}).status_code == 200
    assert client.get("/api/destinations/").json() == {"results": []}
    assert client.post("/api/destinations/").status_code == 405
