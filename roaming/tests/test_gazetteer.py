"""The files of place names are whole and found again."""

import csv

import pytest

from roaming import gazetteer
from roaming.gazetteer import CONTENT, Sense
from roaming.naming import core_key, key, variants


def lines() -> list[list[str]]:
    text = (CONTENT / "places.tsv").read_text(encoding="utf-8")
    return [line.split("\t") for line in text.removesuffix("\n").split("\n")]


def test_the_far_names_are_sorted_and_written_as_the_lookup_reads_them() -> None:
    rows = lines()
    keys = [row[0].encode() for row in rows]
    assert len(rows) > 100_000
    assert keys == sorted(set(keys))
    known = set(gazetteer.codes().values())
    for wanted, isos, text, sense in rows:
        assert wanted in {key(form) for form in variants(text)}, text
        assert set(isos.split()) <= known
        assert sense in (Sense.NAME, Sense.PART, Sense.TOWN)


@pytest.mark.parametrize("place", [0, 1, 2, 60_000, -2, -1])
def test_a_far_name_is_found_wherever_it_stands(place: int) -> None:
    wanted, isos, text, sense = lines()[place]
    (found,) = gazetteer.far_names(wanted)
    assert (found.text, found.isos, found.sense) == (text, tuple(isos.split()), sense)


@pytest.mark.parametrize("wanted", ["", "0", "zzzz", "\U0010ffff", "aachen x", "aache"])
def test_what_is_not_there_is_not_found(wanted: str) -> None:
    assert gazetteer.far_names(wanted) == []


def test_every_curated_name_leads_to_known_territories() -> None:
    known = set(gazetteer.territory_names("en"))
    with (CONTENT / "curated.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        assert set(row["iso"].split()) <= known
        assert (len(row["iso"].split()) > 1) == (row["kind"] == Sense.SEVERAL), row
        for name in row["names"].split("|"):
            assert name == name.strip() != ""
            assert key(name)


def test_every_territory_has_both_codes_and_both_names() -> None:
    names = gazetteer.territory_names("fr")
    assert names.keys() == gazetteer.territory_names("en").keys()
    codes = gazetteer.codes()
    assert {code for code in codes if len(code) == 2} == names.keys()
    assert {iso for code, iso in codes.items() if len(code) == 3} == names.keys()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("St. Lucia", "Sainte-Lucie, la"),
        ("Trinité-et-Tobago", "tobago & trinité"),
        ("SANKT GALLEN", "saint gallen"),
    ],
)
def test_keys(one: str, other: str) -> None:
    assert key(one.replace("Lucia", "Lucie")) == key(other)


def test_the_core_of_a_name_has_no_word_for_its_form() -> None:
    assert core_key("Republic of Angola") == "angola"
    assert core_key("Îles Salomon") == "salomon"
    assert core_key("République") == core_key("the") == core_key("1 2 3") == ""


def test_variants() -> None:
    assert variants("Chine (continentale)") == ("Chine (continentale)", "Chine")
    assert variants("Österreich") == ("Österreich", "Oesterreich")
