"""The lookup page, the zone lists and the JSON interface."""

import csv
import gzip
import html
import io
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries

from roaming import world_map
from roaming.models import Destination, Listing, Zone

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
    assert len(response.content) < 80_000
    assert "<script>alert" not in response.text


def test_several_destinations_at_once_the_excluded_first(client: Client) -> None:
    page = client.get(url("lookup", "en"), {"q": ["Canada", "Tunisia"]}).text
    assert "Not included in the subscriptions:</strong> Tunisia" in page
    assert page.index("Tunisia</h3>") < page.index("Canada</h3>")


@pytest.mark.usefixtures("warm_index")
def test_places_separated_by_commas_are_several(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get(url("lookup", "fr"))
    with django_assert_num_queries(0):
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
    with django_assert_num_queries(2):
        page = client.get(url("zones", "fr")).text
    assert page.count("<abbr") == 217  # 215 destinations, two of them in two zones
    for destination in Destination.objects.all():
        assert destination.name.replace("'", "&#x27;") in page
    assert page.index("Afrique du Sud") < page.index("Albanie") < page.index("Australie")
    assert page.count("badge--warn") == 4


@pytest.mark.usefixtures("warm_index")
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    ("name", "query", "queries"),
    [
        ("lookup", {}, 0),
        ("lookup", {"q": ["Tunisie", "Canada", "Kosovo", "tunisy"]}, 0),
        ("zones", {}, 2),
        ("a-to-z", {}, 1),
        ("changes", {}, 1),
        ("zones-csv", {}, 1),
        ("zones-json", {}, 2),
    ],
)
def test_query_counts(
    client: Client,
    language: str,
    name: str,
    query: dict[str, Any],
    queries: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    # The first one reads what the process remembers until the content changes.
    client.get(url(name, language), query)
    with django_assert_num_queries(queries):
        client.get(url(name, language), query)


def test_a_suggestion_takes_the_place_of_what_was_typed(client: Client) -> None:
    page = client.get(url("lookup", "en"), {"q": "Canada, tunsie", "on": "2026-01-01"}).text
    assert "did you mean…" in page
    assert 'href="?q=Tunisia&amp;q=Canada&amp;on=2026-01-01"' in page
    page = client.get(url("lookup", "en"), {"q": "Guine"}).text
    assert 'href="?q=GN"' in page


def test_a_part_is_told(client: Client) -> None:
    page = client.get(url("lookup", "en"), {"q": "Canaries"}).text
    assert "Recognised by: Canaries, part of the destination “Spain”." in page


def test_a_continent_is_told(client: Client) -> None:
    assert "“Europe” is more than one country." in client.get(url("lookup", "en"), {"q": "Europe"}).text


def test_the_terms_that_apply_are_linked(client: Client) -> None:
    page = client.get(url("lookup", "en")).text
    assert 'href="/en/documents/roaming-net-neutrality/"' in page


def test_what_is_announced_for_the_screen_reader(client: Client) -> None:
    page = client.get(url("lookup", "fr"), {"q": "Tunisie, Kosovo, Luxembourg, zzzz, tunsie"}).text
    spoken = html.unescape(page.split('data-spoken="')[1].split('"')[0])
    assert "Tunisie\u00a0: Zone ROW2, non incluse. Kosovo\u00a0: dans aucune de nos zones" in spoken
    assert "Luxembourg\u00a0: chez vous, pas d’itinérance" in spoken
    assert "Aucun lieu trouvé" in spoken
    assert "Vouliez-vous dire\u00a0: Tunisie" in spoken


class TestDays:
    """The lists on any day."""

    @pytest.fixture(autouse=True)
    def moved(self) -> None:
        """Tunisia went to TOP on 1 June 2026 and goes to EU on 1 June 2030."""
        dates = [
            (None, "2026-06-01", "ROW2"),
            ("2026-06-01", "2030-06-01", "TOP"),
            ("2030-06-01", None, "EU"),
        ]
        tunisia = Destination.objects.get(iso="TN")
        tunisia.listings.all().delete()
        for start, end, code in dates:
            Listing.objects.create(
                destination=tunisia,
                zone=Zone.objects.get(code=code),
                position=90,
                name_as_published="Tunisia",
                listed_from_on=start,
                listed_until_on=end,
            )

    def test_the_answer(self, client: Client) -> None:
        page = client.get(url("lookup", "en"), {"q": "tunisia", "on": "2026-05-31"}).text
        assert 'id="answer">On 31\u00a0May\u00a02026</h2>' in page
        assert "Not included" in page.split('id="map"')[0]
        assert "From 1\u00a0June\u00a02026:" in page
        page = client.get(url("lookup", "en"), {"q": "tunisia"}).text
        assert "since 1\u00a0June\u00a02026" in page
        assert "From 1\u00a0June\u00a02030:" in page
        assert "TN" in page
        assert 'class="zone-1"><title>Tunisia: TOP zone, included' in page

    def test_the_lists(self, client: Client) -> None:
        for name in ("zones", "a-to-z"):
            page = client.get(url(name, "en"), {"on": "2026-05-31"}).text
            assert "As of 31\u00a0May\u00a02026." in page
            assert "zones.csv?on=2026-05-31" in page
        assert "TOP,90" not in client.get(url("zones-csv", "en"), {"on": "2026-05-31"}).text
        assert "TOP,90" in client.get(url("zones-csv", "en"), {"on": "2026-06-01"}).text

    def test_the_interface(self, client: Client) -> None:
        for day, code in [("2026-05-31", "ROW2"), ("2026-06-01", "TOP"), ("2030-06-01", "EU")]:
            found = client.get("/api/destinations/", {"q": "TN", "on": day}).json()
            assert found["on"] == day
            assert [zone["code"] for zone in found["results"][0]["matches"][0]["zones"]] == [code]

    def test_the_changes(self, client: Client) -> None:
        page = client.get(url("changes", "en")).text
        assert page.index("1\u00a0June\u00a02030") < page.index("1\u00a0June\u00a02026")
        assert page.count("Announced") == 1
        assert "The lists have not changed" not in page

    @pytest.mark.parametrize("day", ["tomorrow", "2026-13-01", "'; DROP TABLE", "2026-02-30"])
    def test_what_is_no_day_is_said(self, client: Client, day: str) -> None:
        for name in ("lookup", "zones", "a-to-z"):
            page = client.get(url(name, "en"), {"on": day, "q": "tunisia"})
            assert page.status_code == 200
            assert "is not a date." in page.text
        refused = client.get("/api/destinations/", {"q": "TN", "on": day, "lang": "en"})
        assert refused.status_code == 400
        assert "is not a date." in refused.json()["error"]


def test_without_changes_the_page_says_so(client: Client) -> None:
    assert "The lists have not changed" in client.get(url("changes", "en")).text


def test_from_a_to_z(client: Client) -> None:
    page = client.get(url("a-to-z", "fr")).text
    assert "215 destinations, chacune avec sa zone." in page
    assert page.count('class="rows__name name"') == 215
    assert (
        page.index("Afghanistan")
        < page.index("Afrique du Sud")
        < page.index("Égypte")
        < page.index("Zimbabwe")
    )
    assert 'id="letter-E"' in page


def test_the_lists_as_files(client: Client) -> None:
    response = client.get(url("zones-csv", "fr"))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert (
        response["Content-Disposition"] == f'attachment; filename="roaming-zones-{timezone.localdate()}.csv"'
    )
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))
    assert len(rows) == 218
    assert rows[0]["name_as_published"] == "Albania"
    found = client.get(url("zones-json", "fr")).json()
    assert [zone["code"] for zone in found["zones"]] == ["TOP", "ROW1", "EU", "ROW2"]
    assert [zone["included"] for zone in found["zones"]] == [True, True, True, False]
    assert [row["iso"] for row in found["listings"]] == [row["iso"] for row in rows]


class TestMap:
    """Every destination on the map, with its zone in words and a look of its own."""

    def links(self, client: Client, language: str = "fr", **query: str) -> dict[str, tuple[str, str]]:
        page = client.get(url("lookup", language), query).text
        found = re.findall(
            r'<a href="\?q=([A-Z]{2})" class="([a-z0-9-]+)"><title>([^<]+)</title><use href="[^"]+#\1"/></a>',
            page,
        )
        return {iso: (look, html.unescape(title)) for iso, look, title in found}

    def test_all_destinations_are_there(self, client: Client) -> None:
        links = self.links(client)
        listed = set(Destination.objects.values_list("iso", flat=True))
        assert len(links) == 249
        assert listed <= links.keys()
        looks = {iso: look for iso, (look, _) in links.items()}
        assert {iso for iso, look in looks.items() if look == "unlisted"} == links.keys() - listed - {"LU"}
        assert {iso for iso, look in looks.items() if look == "excluded"} == set(
            Listing.objects.filter(zone__is_excluded=True).values_list("destination__iso", flat=True)
        )
        assert {iso for iso, look in looks.items() if look == "two"} == {"DM", "SM"}
        assert looks["LU"] == "home"
        assert (looks["CA"], looks["AF"], looks["FR"]) == ("zone-1", "zone-2", "zone-3")

    def test_titles(self, client: Client) -> None:
        assert self.links(client, "fr")["TN"][1] == "Tunisie\u00a0: Zone ROW2, non incluse"
        assert self.links(client, "en")["CL"][1] == "Chile: ROW1 zone, included"
        assert self.links(client, "en")["OM"][1] == "Oman: in none of our zones"

    def test_the_shapes_are_in_the_file(self) -> None:
        shapes = (settings.BASE_DIR / "static/roaming/world.svg").read_text(encoding="utf-8")
        assert set(re.findall(r' id="([A-Z]{2})"', shapes)) == set(world_map.spots())
        assert f'viewBox="0 0 {world_map.WIDTH} {world_map.HEIGHT}"' in shapes
        assert len(gzip.compress(shapes.encode())) < 40_000

    def test_what_is_asked_for_is_marked(self, client: Client) -> None:
        page = client.get(url("lookup", "fr"), {"q": "Tunisie, Canada"}).text
        marks = page.split('<g id="chosen"')[1].split("</svg>")[0]
        assert set(re.findall(r"#([A-Z]{2})", marks)) == {"TN", "CA"}
        assert (
            "<circle"
            not in client.get(url("lookup", "fr")).text.split('<g id="chosen"')[1].split("</svg>")[0]
        )

    def test_a_change_of_the_lists_shows_at_once(self, client: Client) -> None:
        assert self.links(client)["TN"][0] == "excluded"
        Listing.objects.filter(destination__iso="TN").update(zone=Zone.objects.get(code="TOP"))
        assert self.links(client)["TN"][0] == "zone-1"


@pytest.mark.usefixtures("warm_index")
def test_the_json_interface(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        response = client.get("/api/destinations/", {"q": ["Tunesien", "LU", "zzzz"], "lang": "fr"})
    assert response.json() == {
        "on": timezone.localdate().isoformat(),
        "results": [
            {
                "query": "Tunesien",
                "answer": "listed",
                "matches": [
                    {
                        "iso": "TN",
                        "name": "Tunisie",
                        "matched": "Tunesien",
                        "matched_is_part": False,
                        "zones": [{"code": "ROW2", "included": False}],
                    }
                ],
            },
            {
                "query": "LU",
                "answer": "home",
                "matches": [
                    {
                        "iso": "LU",
                        "name": "Luxembourg",
                        "matched": "LU",
                        "matched_is_part": False,
                        "zones": [],
                    }
                ],
            },
            {"query": "zzzz", "answer": "none", "matches": []},
        ],
    }
    english = client.get("/api/destinations/", {"q": "TN", "lang": "en"}).json()
    assert english["results"][0]["matches"][0]["name"] == "Tunisia"
    response = client.get("/api/destinations/", {"q": "TN", "lang": "en"})
    assert response["Content-Language"] == "en"
    assert client.get("/api/destinations/", {"q": "TN", "lang": "xx"}).status_code == 200
    assert client.get("/api/destinations/").json()["results"] == []
    assert client.post("/api/destinations/").status_code == 405
