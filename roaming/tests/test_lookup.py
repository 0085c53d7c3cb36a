"""From what a person typed to the right zone."""

import datetime

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from roaming import gazetteer
from roaming.lookup import MOST_QUERIES, MOST_SUGGESTIONS, Answer, Kind, look_up
from roaming.models import Alias, Destination, Listing, Zone

pytestmark = pytest.mark.django_db

ASSERTED = (Kind.LISTED, Kind.SEVERAL)


def answer(query: str) -> Answer:
    return look_up([query])[0]


def zones(found: Answer) -> dict[str, list[str]]:
    return {match.iso: [zone.code for zone in match.zones] for match in found.matches}


@pytest.mark.parametrize(
    "query",
    [
        "tunisie",
        "TUNISIA",
        "TN",
        "Tunisia ",
        "tun",
        "  la   Tunisie",
        "Tunesien",
        "Tunisien",
        "تونس",
        "Туніс",
    ],
)
def test_tunisia_is_excluded_however_it_is_written(query: str) -> None:
    found = answer(query)
    assert zones(found)["TN"] == ["ROW2"]
    assert found.matches[0].is_excluded


@pytest.mark.parametrize(
    ("query", "kind", "expected"),
    [
        ("Luxembourg", Kind.HOME, {"LU": []}),
        ("Lëtzebuerg", Kind.HOME, {"LU": []}),
        ("Kosovo", Kind.UNLISTED, {"XK": []}),
        ("Oman", Kind.UNLISTED, {"OM": []}),
        ("Vatican", Kind.UNLISTED, {"VA": []}),
        ("NA", Kind.LISTED, {"NA": ["ROW1"]}),
        ("Namibie", Kind.LISTED, {"NA": ["ROW1"]}),
        ("Niger", Kind.LISTED, {"NE": ["ROW1"]}),
        ("Nigeria", Kind.LISTED, {"NG": ["ROW1"]}),
        ("Guyana", Kind.LISTED, {"GY": ["ROW1"]}),
        ("Guyane française", Kind.LISTED, {"GF": ["EU"]}),
        ("Dominique", Kind.SEVERAL, {"DM": ["TOP", "ROW1"]}),
        ("San Marino", Kind.SEVERAL, {"SM": ["ROW1", "EU"]}),
        ("Dubai", Kind.LISTED, {"AE": ["ROW1"]}),
        ("Sao Tome & Principe", Kind.LISTED, {"ST": ["ROW2"]}),
        ("Man(Isle of)", Kind.LISTED, {"IM": ["EU"]}),
        ("Cote d’Ivoire", Kind.LISTED, {"CI": ["ROW1"]}),
        ("Côte dIvoire", Kind.LISTED, {"CI": ["ROW1"]}),
        ("UK", Kind.LISTED, {"GB": ["EU"]}),
        ("Island", Kind.LISTED, {"IS": ["EU"]}),
        ("République démocratique du Congo", Kind.LISTED, {"CD": ["ROW1"]}),
        ("Republik Österreich", Kind.LISTED, {"AT": ["EU"]}),
        ("OESTERREICH", Kind.LISTED, {"AT": ["EU"]}),
        ("St. Lucia", Kind.LISTED, {"LC": ["ROW1"]}),
        ("Vietnam", Kind.LISTED, {"VN": ["ROW1"]}),
        ("новая зеландия", Kind.LISTED, {"NZ": ["TOP"]}),
        ("Emirats arabes", Kind.LISTED, {"AE": ["ROW1"]}),
        ("Salomon", Kind.LISTED, {"SB": ["ROW1"]}),
    ],
)
def test_names_and_codes(query: str, kind: Kind, expected: dict[str, list[str]]) -> None:
    found = answer(query)
    assert (found.kind, zones(found)) == (kind, expected)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Congo", {"CG", "CD"}),
        ("Guinée", {"GN", "GQ", "GW"}),
        ("Corée", {"KR", "KP"}),
        ("Virgin Islands", {"VG", "VI"}),
        ("Saint-Martin", {"MF", "SX"}),
        ("Tchécoslovaquie", {"CZ", "SK"}),
        ("Scandinavia", {"DK", "NO", "SE"}),
        ("Canada Mexique", {"CA", "MX"}),
        ("Portugal and Spain", {"PT", "ES"}),
    ],
)
def test_a_name_that_means_several_lists_them(query: str, expected: set[str]) -> None:
    found = answer(query)
    assert found.kind is Kind.SEVERAL
    assert set(zones(found)) == expected


def test_what_is_listed_comes_before_what_is_not() -> None:
    assert list(zones(answer("Corée"))) == ["KR", "KP"]
    assert next(iter(zones(answer("Virgin Islands")))) == "VG"


@pytest.mark.parametrize(
    ("query", "iso"),
    [
        ("Canaries", "ES"),
        ("Madère", "PT"),
        ("Korsika", "FR"),
        ("Scotland", "GB"),
        ("Zanzibar", "TZ"),
        ("Bali", "ID"),
        ("Hawaï", "US"),
        ("Bonaire", "BQ"),
        ("Djakarta", "ID"),
        ("Kopenhagen", "DK"),
        ("Wellington", "NZ"),
    ],
)
def test_a_part_answers_as_its_state_and_says_so(query: str, iso: str) -> None:
    found = answer(query)
    assert found.kind is Kind.LISTED
    assert [(match.iso, match.is_part) for match in found.matches] == [(iso, True)]


@pytest.mark.parametrize(
    "name", ["Birmanie", "Zaïre", "Swaziland", "Ceylon", "Haute-Volta", "Ostdeutschland"]
)
def test_a_former_name_is_the_territory_itself(name: str) -> None:
    found = answer(name)
    assert found.kind is Kind.LISTED
    assert not found.matches[0].is_part
    assert found.matches[0].matched == name


@pytest.mark.parametrize(
    ("query", "kind", "first"),
    [
        ("Singap", Kind.LISTED, "SG"),
        ("Islan", Kind.LISTED, "IS"),
        ("bah", Kind.SUGGESTIONS, "BS"),
        ("Nige", Kind.SUGGESTIONS, "NE"),
        ("Mauritanei", Kind.LISTED, "MR"),
        ("Sloveniia", Kind.LISTED, "SI"),
        ("Tunsie", Kind.SUGGESTIONS, "TN"),
        ("Philippinnes", Kind.LISTED, "PH"),
        ("Tunesische Republik", Kind.SUGGESTIONS, "TN"),
        ("hotel in Tunisia", Kind.SUGGESTIONS, "TN"),
    ],
)
def test_beginnings_and_slips_of_the_pen(query: str, kind: Kind, first: str) -> None:
    found = answer(query)
    assert (found.kind, found.matches[0].iso) == (kind, first)


def test_a_near_match_with_a_rival_in_another_zone_asks() -> None:
    Alias.objects.create(destination=Destination.objects.get(iso="TN"), name="Examplestan")
    assert answer("Examplistan").kind is Kind.LISTED
    Alias.objects.create(destination=Destination.objects.get(iso="AO"), name="Examplastan")
    assert answer("Examplistan").kind is Kind.LISTED
    Alias.objects.create(destination=Destination.objects.get(iso="CA"), name="Examplostan")
    found = answer("Examplistan")
    assert found.kind is Kind.SUGGESTIONS
    assert set(zones(found)) == {"TN", "AO", "CA"}
    assert len(answer("mar").matches) <= MOST_SUGGESTIONS


@pytest.mark.parametrize(
    ("query", "iso"),
    [("U.A.E.", "AE"), ("E.A.U.", "AE"), ("R.D.C.", "CD"), ("N.Z.", "NZ"), ("U.S.A.", "US"), ("L U", "LU")],
)
def test_letters_with_points_are_one_word(query: str, iso: str) -> None:
    assert list(zones(answer(query))) == [iso]


@pytest.mark.parametrize(
    "query",
    [
        "La Marsat",  # one slip from a city
        "Coloanne",  # one slip from Cologne, for a place in Macau, which is excluded
        "belgisch",  # begins Belgisch-Kongo
        "coréen",  # begins Corée (du Nord)
        "Grand",
        "Haute",
        "tango",
        "service",
        "tours de France à vélo",
        "hotel Tunisia Plaza",
    ],
)
def test_what_only_resembles_a_name_is_never_asserted(query: str) -> None:
    assert answer(query).kind not in (*ASSERTED, Kind.HOME, Kind.UNLISTED)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Tripoli", {"LY", "LB"}),
        ("San José", {"CR", "US"}),
        ("Georgia", {"GE", "US"}),
        ("Granada", {"GD", "ES"}),
        ("United Arab Emirate", {"AE"}),
        ("vereinigte Konigreich", {"GB"}),
        ("Province de Luxembourg", {"BE"}),
        ("Jersey City", {"US"}),
        ("Italie ou Tunisie", {"IT", "TN"}),
    ],
)
def test_namesakes(query: str, expected: set[str]) -> None:
    found = answer(query)
    assert found.kind in ASSERTED
    assert set(zones(found)) == expected


@pytest.mark.parametrize("query", ["ZZ", "QQQ", "UUU", "Iy", "fra nce x", "TNN"])
def test_codes_and_very_short_texts_are_never_guessed(query: str) -> None:
    assert answer(query).kind not in ASSERTED


@pytest.mark.parametrize(
    "query",
    [
        *(
            "",
            "   ",
            "zzzz",
            "ferry",
            "avion",
            "test",
            "train",
            "hotel",
            "123",
            "007",
            "\x00\x01",
            "x" * 10_000,
        ),
        *("日本語で", "the", "Republic", "Isle", "()", ",", "bonjour", "!!!", "🦄"),
    ],
)
def test_what_names_no_place_is_said_to_be_none(query: str) -> None:
    assert answer(query) == Answer(query, Kind.NONE)


@pytest.mark.parametrize(
    "query", ["Europe", "EU", "UE", "Asia", "Afrika", "Southeast Asia", "European Union", "Südamerika"]
)
def test_a_continent_is_no_destination(query: str) -> None:
    assert answer(query) == Answer(query, Kind.NONE, is_grouping=True)


def test_every_published_name_and_usual_name_and_code_answers_itself() -> None:
    alpha3 = {iso: code for code, iso in gazetteer.codes().items() if len(code) == 3}
    wanted: dict[str, set[str]] = {}
    for iso, *names in Destination.objects.values_list("iso", "name_fr", "name_en"):
        for name in (iso, alpha3[iso], *names):
            wanted.setdefault(name, set()).add(iso)
    for name, iso in Listing.objects.values_list("name_as_published", "destination__iso"):
        wanted.setdefault(name, set()).add(iso)
    queries = list(wanted)
    for start in range(0, len(queries), MOST_QUERIES):
        for found in look_up(queries[start : start + MOST_QUERIES]):
            assert found.kind in ASSERTED, found.query
            assert {found.matches[0].iso} == wanted[found.query], found.query


def test_all_territories_answer_to_their_names_in_both_languages() -> None:
    listed = set(Destination.objects.values_list("iso", flat=True))
    for language in ("fr", "en"):
        names = gazetteer.territory_names(language)
        assert len(names) == 250
        for iso, name in names.items():
            found = answer(name)
            assert iso in zones(found), name
            assert found.kind in (*ASSERTED, Kind.UNLISTED, Kind.HOME), name
            assert bool(zones(found)[iso]) == (iso in listed)


def test_the_name_is_in_the_readers_language_and_the_alias_is_told() -> None:
    with translation.override("en"):
        match = answer("Tunesien").matches[0]
        assert (match.name, match.matched) == ("Tunisia", "Tunesien")
        assert answer("Heiliger Stuhl").matches[0].name == "Vatican City"
    assert answer("Heiliger Stuhl").matches[0].name == "État de la Cité du Vatican"


def test_an_alias_of_staff_works_at_once() -> None:
    assert answer("Examplestan").kind is Kind.NONE
    alias = Alias.objects.create(destination=Destination.objects.get(iso="TN"), name="Éxample-Stan")
    found = answer("example stan")
    assert (zones(found), found.matches[0].is_part) == ({"TN": ["ROW2"]}, False)
    alias.is_part = True
    alias.save()
    assert answer("example stan").matches[0].is_part
    alias.delete()
    assert answer("example stan").kind is Kind.NONE


def test_listings_count_on_their_days_only_and_the_next_change_is_told() -> None:
    change = datetime.date(2026, 6, 1)
    listing = Listing.objects.get(destination__iso="TN")
    listing.listed_until_on = change
    listing.save()
    Listing.objects.create(
        zone=Zone.objects.get(code="TOP"),
        destination=listing.destination,
        position=99,
        name_as_published="Tunisia",
        listed_from_on=change,
    )
    before, after = (look_up(["TN"], on=day)[0] for day in (change - datetime.timedelta(days=1), change))
    assert (zones(before), zones(after)) == ({"TN": ["ROW2"]}, {"TN": ["TOP"]})
    match = before.matches[0]
    assert (match.changes_on, [zone.code for zone in match.zones_then]) == (change, ["TOP"])
    assert after.matches[0].changes_on is None
    assert after.matches[0].listings[0].listed_from_on == change


def test_only_so_many_at_once() -> None:
    assert len(look_up(["TN"] * 50)) == MOST_QUERIES


NAMES = sorted({name.text for name in gazetteer.near_names() if name.language})


class AnyText(TestCase):
    """Whatever is typed, there is an answer, and spelling makes no difference to it."""

    @settings(max_examples=150, deadline=None)
    @given(st.text(max_size=200))
    def test_no_input_raises(self, text: str) -> None:
        assert answer(text).query == text

    @settings(max_examples=150, deadline=None)
    @given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map(" ".join), st.data())
    def test_no_piece_of_names_raises(self, text: str, data: st.DataObject) -> None:
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, len(text)))
        assert answer(text[start:end]).query == text[start:end]

    @settings(max_examples=150, deadline=None)
    @given(st.sampled_from(NAMES), st.data())
    def test_case_and_spaces_make_no_difference(self, name: str, data: st.DataObject) -> None:
        changed = "".join(
            data.draw(st.sampled_from([letter.upper(), letter.lower()]))
            if len(letter.upper()) == 1
            else letter
            for letter in name
        )
        changed = data.draw(st.sampled_from(["", " ", "\t"])) + changed.replace(" ", "  ") + " "
        assert zones(answer(changed)) == zones(answer(name))

    @settings(max_examples=150, deadline=None)
    @given(
        st.sampled_from([name for name in NAMES if "ä" not in name and "ö" not in name and "ü" not in name])
    )
    def test_accents_make_no_difference(self, name: str) -> None:
        bare = name.translate(
            str.maketrans("àâçèéêëìíîïñòóôõùúûÀÂÇÈÉÊËÎÏÔÕÚÛ", "aaceeeeiiiinoooouuuAACEEEEIIOOUU")
        )
        assert zones(answer(bare)) == zones(answer(name))
