"""From what a person typed to the right zone."""

import datetime

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from roaming import gazetteer
from roaming.lookup import MOST_QUERIES, Answer, Kind, look_up
from roaming.models import Alias, Destination, Listing

pytestmark = pytest.mark.django_db


NO_PLACES = [
    *("", "   ", "zzzz", "ferry", "123", "\x00\x01", "x" * 10_000, "日本語で"),
    *("Europe", "the", "British", "Republic", "Isle", "mainland", "continentale"),
]


def answer(query: str) -> Answer:
    return look_up([query])[0]


def zones(found: Answer) -> dict[str, list[str]]:
    return {match.iso: [zone.code for zone in match.zones] for match in found.matches}


@pytest.mark.parametrize(
    "query", ["tunisie", "TUNISIA", "TN", "Tunisia ", "tun", "  la   Tunisie", "Tunesien"]
)
def test_tunisia_is_excluded_however_it_is_written(query: str) -> None:
    found = answer(query)
    assert found.kind is Kind.LISTED
    assert zones(found) == {"TN": ["ROW2"]}
    assert found.matches[0].zones[0].is_excluded


@pytest.mark.parametrize(
    ("query", "kind", "expected"),
    [
        ("Luxembourg", Kind.HOME, {"LU": []}),
        ("Lëtzebuerg", Kind.HOME, {"LU": []}),
        ("Kosovo", Kind.UNLISTED, {"XK": []}),
        ("Oman", Kind.UNLISTED, {"OM": []}),
        ("Vatican City", Kind.UNLISTED, {"VA": []}),
        ("NA", Kind.LISTED, {"NA": ["ROW1"]}),
        ("Namibie", Kind.LISTED, {"NA": ["ROW1"]}),
        ("Niger", Kind.LISTED, {"NE": ["ROW1"]}),
        ("Nigeria", Kind.LISTED, {"NG": ["ROW1"]}),
        ("Guinée", Kind.LISTED, {"GN": ["ROW1"]}),
        ("Guyana", Kind.LISTED, {"GY": ["ROW1"]}),
        ("Guyane française", Kind.LISTED, {"GF": ["EU"]}),
        ("Dominique", Kind.SEVERAL, {"DM": ["TOP", "ROW1"]}),
        ("San Marino", Kind.SEVERAL, {"SM": ["ROW1", "EU"]}),
        ("Congo", Kind.SEVERAL, {"CD": ["ROW1"], "CG": ["ROW1"]}),
        ("Dubai", Kind.LISTED, {"AE": ["ROW1"]}),
        ("Canaries", Kind.LISTED, {"ES": ["EU"]}),
        ("Sao Tome & Principe", Kind.LISTED, {"ST": ["ROW2"]}),
        ("Man(Isle of)", Kind.LISTED, {"IM": ["EU"]}),
        ("Cote d’Ivoire", Kind.LISTED, {"CI": ["ROW1"]}),
        ("UK", Kind.LISTED, {"GB": ["EU"]}),
        ("Island", Kind.LISTED, {"IS": ["EU"]}),
        ("République démocratique du Congo", Kind.LISTED, {"CD": ["ROW1"]}),
        ("Ivory Coast", Kind.LISTED, {"CI": ["ROW1"]}),
    ],
)
def test_names_and_codes(query: str, kind: Kind, expected: dict[str, list[str]]) -> None:
    found = answer(query)
    assert (found.kind, zones(found)) == (kind, expected)


@pytest.mark.parametrize("query", NO_PLACES)
def test_what_names_no_place_is_said_to_be_none(query: str) -> None:
    assert answer(query) == Answer(query, Kind.NONE)


def test_every_published_name_and_usual_name_and_code_answers_itself() -> None:
    wanted: dict[str, set[str]] = {}
    for iso, *names in Destination.objects.values_list("iso", "name_fr", "name_en"):
        for name in (iso, *names):
            wanted.setdefault(name, set()).add(iso)
    for name, iso in Listing.objects.values_list("name_as_published", "destination__iso"):
        wanted.setdefault(name, set()).add(iso)
    queries = list(wanted)
    for start in range(0, len(queries), MOST_QUERIES):
        for found in look_up(queries[start : start + MOST_QUERIES]):
            assert wanted[found.query] <= {match.iso for match in found.matches}, found.query


def test_the_name_is_in_the_readers_language_and_the_alias_is_told() -> None:
    with translation.override("en"):
        match = answer("Tunesien").matches[0]
        assert (match.name, match.matched) == ("Tunisia", "Tunesien")
        assert answer("Heiliger Stuhl").kind is Kind.NONE
        assert answer("Kosovo").matches[0].name == "Kosovo"


def test_an_alias_of_staff_works_at_once() -> None:
    assert answer("Examplestan").kind is Kind.NONE
    Alias.objects.create(destination=Destination.objects.get(iso="TN"), name="Éxample-Stan")
    assert zones(answer("example stan")) == {"TN": ["ROW2"]}


def test_listings_count_on_their_days_only() -> None:
    change = datetime.date(2026, 6, 1)
    listing = Listing.objects.get(destination__iso="TN")
    listing.listed_until_on = change
    listing.save()
    Listing.objects.create(
        zone=Listing.objects.filter(zone__code="TOP").first().zone,  # type: ignore[union-attr]  # loaded
        destination=listing.destination,
        position=99,
        name_as_published="Tunisia",
        listed_from_on=change,
    )
    before, after = (look_up(["TN"], on=day)[0] for day in (change - datetime.timedelta(days=1), change))
    assert (zones(before), zones(after)) == ({"TN": ["ROW2"]}, {"TN": ["TOP"]})


def test_only_so_many_at_once() -> None:
    assert len(look_up(["TN"] * 50)) == MOST_QUERIES


def test_all_territories_are_known() -> None:
    names = gazetteer.territory_names("en")
    assert len(names) > 240
    assert {"XK", "OM", "VA", "LU", "AX", "SX"} <= set(names)


class AnyText(TestCase):
    """Whatever is typed, there is an answer, and spelling makes no difference to it."""

    @settings(max_examples=100, deadline=None)
    @given(st.text(max_size=120))
    def test_no_input_raises(self, text: str) -> None:
        assert answer(text).query == text

    @settings(max_examples=50, deadline=None)
    @given(
        st.sampled_from(["Tunisie", "Côte d’Ivoire", "Émirats arabes unis", "Kosovo", "Islande"]), st.data()
    )
    def test_case_and_spaces_make_no_difference(self, name: str, data: st.DataObject) -> None:
        changed = "".join(data.draw(st.sampled_from([letter.upper(), letter.lower()])) for letter in name)
        changed = data.draw(st.sampled_from(["", " ", "\t"])) + changed.replace(" ", "  ") + " "
        assert zones(answer(changed)) == zones(answer(name))
