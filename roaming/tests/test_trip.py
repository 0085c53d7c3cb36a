"""Several places at once, the one to be careful with first."""

import pytest

from roaming.lookup import MOST_QUERIES
from roaming.trip import Trip, plan

pytestmark = pytest.mark.django_db


def first(trip: Trip) -> list[str]:
    return [answer.matches[0].iso if answer.matches else "" for answer in trip.answers]


def test_the_strictest_comes_first() -> None:
    trip = plan(["Luxembourg; Canada; zzzz; Dominique; Kosovo; Tunisie; Espagne"])
    assert first(trip) == ["TN", "XK", "DM", "", "CA", "ES", "LU"]
    assert [match.iso for match in trip.excluded] == ["TN"]
    assert trip.isos == {"TN", "XK", "DM", "CA", "ES", "LU"}


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["Canada, Tunisie; Kosovo\nItalie"], {"CA", "TN", "XK", "IT"}),
        (["Tanzania, United Republic of"], {"TZ"}),
        (["Bonaire, St Eustatius and Sabah, Canada"], {"BQ", "CA"}),
        (["Trinidad and Tobago"], {"TT"}),
        (["Maroc et Égypte"], {"MA", "EG"}),
        (["Canada", "Canada"], {"CA"}),
        (["", " ;; ", ",,"], set()),
    ],
)
def test_where_places_part(texts: list[str], expected: set[str]) -> None:
    assert plan(texts).isos >= expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tripoli, Liban", ["LB"]),
        ("Georgia, USA", ["US"]),
        ("Barcelona, Venezuela", ["VE"]),
        ("Nice, Canada", ["FR", "CA"]),
        ("Korea, Rep.", ["KR"]),
    ],
)
def test_a_place_with_its_country_is_answered_for_that_country(text: str, expected: list[str]) -> None:
    assert first(plan([text])) == expected


def test_a_name_in_a_list_keeps_all_it_can_mean() -> None:
    trip = plan(["Congo, Corée et Liban"])
    assert [len(answer.matches) for answer in trip.answers] == [1, 2, 2]
    assert [match.iso for match in trip.excluded] == ["LB"]
    assert [match.iso for match in plan(["Maghreb"]).excluded] == ["TN"]


def test_words_between_places_make_one_answer_each() -> None:
    assert len(plan(["Maroc et Égypte"]).answers) == 2
    assert len(plan(["Tanzania, United Republic of"]).answers) == 1


@pytest.mark.parametrize(
    "texts", [["TN"] * 12, [",".join(["TN"] * 12)], ["TN;" * 12], ["Maroc Tunisie " * 4] * 3]
)
def test_only_so_many_are_answered_and_it_is_told(texts: list[str]) -> None:
    trip = plan(texts)
    assert len(trip.answers) == MOST_QUERIES
    assert trip.left_out
    assert not plan(["TN"] * MOST_QUERIES).left_out
