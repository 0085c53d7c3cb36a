"""Reading whole lists and saying what is wrong with them."""

import pytest
from django.utils import timezone, translation
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from roaming import lists
from roaming.importing import Reading, read
from roaming.index import Index, current
from roaming.models import Destination, Listing
from roaming.moving import differences

pytestmark = pytest.mark.django_db

AS_PUBLISHED = """Forfaits mobiles

TOP

Albania, Dominica (Island of), Israel , Macedonia.

ROW1

Afghanistan, Bonaire, St Eustatius and Sabah, Central African Republic Chad, Dominica (Island of), Iran Iraq,
Qatar Rwanda, San Marino, Solomon Islands (the),Somalia, Tanzania, United Republic of Tonga, Zimbabwe.

EU

Austria, Guernsey (Bailiwick of) Hungary, Iceland, Jersey Iceland, Man(Isle of), San Marino.

ROW2 (zone d’exclusion, nos abonnements n’incluent pas ces destinations)

Angola , Sao Tome & Principe, Tunisia.
"""


def said(text: str, index: Index | None = None) -> Reading:
    with translation.override("en"):
        return read(text, index or current())


def check_the_published_list(reading: Reading) -> None:
    defects = [defect.text for defect in reading.defects]
    missing = [text for text in defects if text.startswith("A comma is missing")]
    assert len(missing) == 6
    for one, other in [
        ("Central African Republic", "Chad"),
        ("Iran", "Iraq"),
        ("Qatar", "Rwanda"),
        ("Tanzania, United Republic of", "Tonga"),
        ("Guernsey (Bailiwick of)", "Hungary"),
        ("Jersey", "Iceland"),
    ]:
        assert (
            f"A comma is missing between “{one}” and “{other}”; they are read as two destinations." in missing
        )
    assert "“Iceland” appears twice in zone EU; it is counted once." in defects
    assert "“Dominica (Island of)” appears in more than one zone: TOP, ROW1." in defects
    assert "“San Marino” appears in more than one zone: ROW1, EU." in defects
    assert "“Forfaits mobiles” comes before any zone and is ignored." in defects
    assert len(defects) == 10
    assert reading.can_be_taken_over
    assert [place.iso for place in reading.places if place.zone == "ROW1"] == (
        ["AF", "BQ", "CF", "TD", "DM", "IR", "IQ", "QA", "RW", "SM", "SB", "SO", "TZ", "TO", "ZW"]
    )
    assert [place.iso for place in reading.places if place.zone == "EU"] == (
        ["AT", "GG", "HU", "IS", "JE", "IM", "SM"]
    )
    assert [place.iso for place in reading.places if place.zone == "ROW2"] == ["AO", "ST", "TN"]


def test_a_list_as_published() -> None:
    check_the_published_list(said(AS_PUBLISHED))


def test_a_list_as_published_before_any_destination_is_known() -> None:
    Listing.objects.all().delete()
    Destination.objects.all().delete()
    check_the_published_list(said(AS_PUBLISHED, Index()))


def test_the_export_reads_back_without_a_difference() -> None:
    file = lists.as_csv(lists.as_rows(Listing.objects.select_related("zone", "destination")))
    reading = said(file)
    assert not any(defect.stops for defect in reading.defects)
    assert len(reading.places) == 217
    assert differences(reading.places, timezone.localdate()) == []
    assert said(file.replace("\r\n", "\n")).places == reading.places


def test_a_spreadsheet_may_part_columns_with_semicolons() -> None:
    reading = said("zone;name_as_published;iso\r\nTOP;Canada;\r\nROW2;Tunisia;TN\r\n")
    assert [(place.zone, place.iso) for place in reading.places] == [("TOP", "CA"), ("ROW2", "TN")]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("TOP\nCanada, Examplestan", "“Examplestan” is not the name of a country or territory we know."),
        (
            "TOP\nCanada Examplestan",
            "“Canada Examplestan” is not the name of a country or territory we know.",
        ),
        ("zone,name_as_published\nNEW,Canada", "There is no zone “NEW”."),
        ("zone,name_as_published,iso\nTOP,Canada,XX", "“XX” is not an ISO 3166-1 code of two letters."),
        ("zone,name_as_published\nTOP,Examplestan", "“Examplestan” is not the name of a country"),
        (
            "zone,name_as_published,iso\nTOP,Tunisia,TH",
            "“Tunisia” and the code TH are not the same destination.",
        ),
        (
            "zone,name_as_published,iso\nTOP," + "x" * 121 + ",CA",
            "too long or has signs that cannot be shown",
        ),
        ("zone,name_as_published,iso\nTOP,Cana\x00da,CA", "too long or has signs that cannot be shown"),
        ("TOP\nCanada\x00, Mexico", "too long or has signs that cannot be shown"),
        ("Canada, Mexico", "No destination was found."),
        ("TOP", "No destination was found."),
        ("x" * 300_000, "The list is too long."),
        ("TOP\nParis", "“Paris” is not the name of a country or territory we know."),
    ],
)
def test_what_stops_a_list(text: str, sentence: str) -> None:
    reading = said(text)
    assert not reading.can_be_taken_over
    assert any(defect.stops and sentence in defect.text for defect in reading.defects)


@pytest.mark.parametrize(
    "text", ["TOP: Canada, Mexico", "Zone TOP\nCanada, Mexico.", "top (all)\nCanada\nMexico"]
)
def test_ways_to_head_a_list(text: str) -> None:
    reading = said(text)
    assert [(place.zone, place.iso) for place in reading.places] == [("TOP", "CA"), ("TOP", "MX")]
    assert reading.defects == []


@pytest.mark.parametrize(
    "text", ["TOP\n- Canada\n* Mexico", "TOP\nCanada; Mexico", "TOP\n• Canada • Mexico."]
)
def test_ways_to_separate_entries(text: str) -> None:
    reading = said(text)
    assert [place.name for place in reading.places] == ["Canada", "Mexico"]
    assert reading.defects == []


@pytest.mark.parametrize(
    "header", ["Zone, Name_as_published, ISO", "zone\tname_as_published\tiso", "ZONE;NAME_AS_PUBLISHED;ISO"]
)
def test_ways_to_write_the_header(header: str) -> None:
    separator = next(sign for sign in "\t;," if sign in header)
    reading = said(f"{header}\n" + separator.join(["top", "Canada", "ca"]))
    assert [(place.zone, place.iso) for place in reading.places] == [("TOP", "CA")]


def test_a_name_that_means_several_is_told() -> None:
    reading = said("ROW1\nCongo, Guinea, Niger")
    assert [place.iso for place in reading.places] == ["CD", "GN", "NE"]
    assert [defect.text.split("”")[0] for defect in reading.defects] == ["“Congo", "“Guinea"]
    assert reading.can_be_taken_over


def test_lines_are_counted_from_one() -> None:
    reading = said("TOP\n\nCanada\nExamplestan\n")
    assert [defect.line for defect in reading.defects] == [4]


class AnyList(TestCase):
    """Whatever is pasted is read."""

    @settings(max_examples=100, deadline=None)
    @given(st.text(max_size=300))
    def test_no_text_raises(self, text: str) -> None:
        read(text, current())
        read(f"TOP\n{text}", current())
        read(f"zone,name_as_published,iso\n{text}", current())
