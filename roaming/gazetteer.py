"""Every name of every territory, listed or not, and of the places in them, from roaming/content/gazetteer."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from roaming.naming import key
from roaming.sorted_lines import SortedLines

CONTENT = Path(__file__).parent / "content" / "gazetteer"


class Sense(StrEnum):
    """What a name stands for."""

    NAME = "name"
    """The territory itself, under a usual, official, former or foreign name."""
    PART = "part"
    """A place in it: an island, a region, a city."""
    TOWN = "town"
    """A place in it that is too small, or has too many namesakes, to be sure that it was meant."""
    SEVERAL = "several"
    """A name that honestly means several territories."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name and the territories it stands for, the foremost first."""

    text: str
    isos: tuple[str, ...]
    sense: Sense = Sense.NAME
    language: str = ""
    """Language of the name where it is known."""


@cache
def codes() -> Mapping[str, str]:
    """Return the alpha-2 code for each ISO 3166 code of two or three letters, in capitals."""
    return {row["code"]: row["iso"] for row in _rows("codes.csv")}


@cache
def near_names() -> tuple[Name, ...]:
    """Return the names that people here use: Unicode CLDR in eight languages, and the portal's own list.

    They are recognised by their beginning and with slips of the pen too; those of `far_names` only as they
    are.
    """
    found = [
        Name(row["name"], (row["iso"],), Sense(row["kind"]), row["language"]) for row in _rows("names.csv")
    ]
    for row in _rows("curated.csv"):
        isos = tuple(row["iso"].split())
        found += [Name(name, isos, Sense(row["kind"])) for name in row["names"].split("|")]
    return tuple(found)


@cache
def territory_names(language: str) -> Mapping[str, str]:
    """Return the usual name in `language` ("fr" or "en") of every territory, by ISO 3166-1 alpha-2 code."""
    names: dict[str, str] = {}
    for row in _rows("names.csv"):
        if row["language"] == language and row["kind"] == Sense.NAME:
            names.setdefault(row["iso"], row["name"])
    return names


@cache
def groupings() -> frozenset[str]:
    """Return the keys of the names of continents, their parts and unions of states: no destinations."""
    return frozenset(key(row["name"]) for row in _rows("groupings.csv"))


@cache
def ordinary_words() -> frozenset[str]:
    """Return the keys of everyday words that resemble names of places: suggested, never asserted."""
    return frozenset((CONTENT / "ordinary.txt").read_text(encoding="utf-8").split())


def far_names(wanted: str) -> list[Name]:
    """Return the names with the key `wanted` in other languages, and the cities and regions so named.

    The file is read where it lies, so that its 120,000 lines cost no memory of the process.
    """
    line = _far_file().find(wanted)
    if line is None:
        return []
    isos, text, sense = line.split("\t")
    return [Name(text, tuple(isos.split()), Sense(sense))]


@cache
def _far_file() -> SortedLines:
    return SortedLines(CONTENT / "places.tsv")


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (CONTENT / name).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
