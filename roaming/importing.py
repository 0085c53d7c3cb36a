"""Reading a whole list of zones, as a CSV file or as pasted text, and saying what is wrong with it."""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from core.bilingual import reading_language
from core.folding import fold
from roaming import gazetteer
from roaming.gazetteer import Sense
from roaming.index import Index, collect
from roaming.naming import FORM_WORDS, JOINING_WORDS, key

LONGEST = 100_000
"""Characters of a list."""

LONGEST_NAME = 120
"""Characters of a name, as the table of the listings holds them."""

LONGEST_ENTRY = 9
"""Words of one entry."""

MISSING_COMMA, LITTLE_WORD, INNER_COMMA, UNKNOWN = 10, 2, 1, 100
"""What a reading of a line costs: the cheapest is taken."""

SEPARATOR = re.compile(r"\s*[,;\t]\s*")
WORD = re.compile(r"[^\s,;•]+|[,;•]")
"""A word of a line, or what parts its entries."""


@dataclass(frozen=True)
class Place:
    """One entry of the list."""

    zone: str
    iso: str
    name: str
    """As it stands in the list."""
    line: int
    name_fr: str = ""
    name_en: str = ""


@dataclass(frozen=True)
class Defect:
    """Something in the list that a person should see."""

    line: int
    text: str
    stops: bool = False
    """Whether the list cannot be taken over before it is mended."""


@dataclass
class Reading:
    """What a list says, in its order, and what is wrong with it."""

    places: list[Place] = field(default_factory=list)
    defects: list[Defect] = field(default_factory=list)

    @property
    def can_be_taken_over(self) -> bool:
        """Whether it has entries and nothing that must be corrected first."""
        return bool(self.places) and not any(defect.stops for defect in self.defects)


def read(text: str, index: Index) -> Reading:
    """Read a list: a CSV file with the columns of the export, or zones and names as on the company's page.

    As text, a line that begins with the code of a zone opens its list; the names follow, separated by commas.
    Never raises: what cannot be read is among the defects.
    """
    reading = Reading()
    if len(text) > LONGEST:
        reading.defects.append(Defect(1, _("The list is too long."), stops=True))
        return reading
    text = text.removeprefix("\ufeff")
    first = SEPARATOR.sub(",", text.lstrip().partition("\n")[0].lower())
    if "zone" in first and "name_as_published" in first:
        _read_csv(text.lstrip(), index, reading)
    elif "zone" in first.split(",") and ("name" in first or "iso" in first):
        sentence = _("The first line names columns, but “{missing}” is not among them. It needs {columns}.")
        said = sentence.format(missing="name_as_published", columns="zone, name_as_published, iso")
        reading.defects.append(Defect(1, said, stops=True))
        return reading
    else:
        _read_text(text, index, reading)
    _find_doubles(reading)
    if not reading.places:
        reading.defects.append(Defect(1, _("No destination was found."), stops=True))
    reading.defects.sort(key=lambda defect: defect.line)
    return reading


def _read_csv(text: str, index: Index, reading: Reading) -> None:
    header, _end, rest = text.partition("\n")
    separator = max(",;\t", key=header.count)
    text = f"{header.lower().replace(' ', '')}\n{rest}"
    zones = {zone.code for zone in index.zones}
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for row in rows:
            _read_row(
                {name: (value or "").strip() for name, value in row.items() if name},
                rows.line_num,
                index,
                zones,
                reading,
            )
    except (csv.Error, AttributeError):
        reading.defects.append(Defect(rows.line_num, _("This line is not a line of a CSV file."), stops=True))


def _read_row(row: Mapping[str, str], line: int, index: Index, zones: set[str], reading: Reading) -> None:
    if not any(row.values()):
        return
    zone, name = row.get("zone", "").upper(), row.get("name_as_published", "")
    iso = row.get("iso", "").upper()
    meant = _iso(index, name)
    if zone not in zones:
        text = _("There is no zone “{zone}”.").format(zone=zone)
    elif iso and gazetteer.codes().get(iso) != iso:
        text = _("“{iso}” is not an ISO 3166-1 code of two letters.").format(iso=iso)
    elif iso and meant and iso not in _isos(index, name):
        text = _("“{name}” and the code {iso} are not the same destination.").format(name=name, iso=iso)
    elif not (iso := iso or meant):
        text = _unknown(name)
    elif any(len(cell) > LONGEST_NAME or not cell.isprintable() for cell in row.values()):
        text = _("A text in this line is too long or has signs that cannot be shown.")
    else:
        names = (row.get("name_fr", ""), row.get("name_en", ""))
        reading.places.append(Place(zone, iso, name or iso, line, *names))
        return
    reading.defects.append(Defect(line, text, stops=True))


def _read_text(text: str, index: Index, reading: Reading) -> None:
    codes = "|".join(sorted((re.escape(zone.code) for zone in index.zones), key=len, reverse=True))
    heading = re.compile(rf"^(?:zone\s+)?({codes})(?:\s+zone)?\s*(?:\(.*\))?\s*(?::\s*(.*))?$", re.IGNORECASE)
    zone = ""
    for number, line in enumerate(text.splitlines(), start=1):
        line = " ".join(line.split()).lstrip("-*• ").rstrip(". ")
        if codes and (found := heading.match(line)):
            zone, line = found[1].upper(), found[2] or ""
        if not line:
            continue
        if zone:
            _read_line(zone, line, number, index, reading)
        else:
            shown = line if len(line) <= SHOWN else f"{line[:SHOWN]}…"
            sentence = _("“{text}” comes before any zone and is ignored.")
            reading.defects.append(Defect(number, sentence.format(text=shown)))


SHOWN = 60
"""Characters of a line that are shown again."""


def _read_line(zone: str, line: str, number: int, index: Index, reading: Reading) -> None:
    before = ""
    words = ["," if word in ",;•" else word for word in WORD.findall(line)]
    for entry in _segments(words, index):
        if len(entry.text) > LONGEST_NAME or not entry.text.isprintable():
            text = _("A text in this line is too long or has signs that cannot be shown.")
            reading.defects.append(Defect(number, text, stops=True))
        elif entry.iso:
            reading.places.append(Place(zone, entry.iso, entry.text, number))
            if entry.comma_is_missing:
                sentence = _(
                    "A comma is missing between “{one}” and “{other}”; they are read as two destinations."
                )
                reading.defects.append(Defect(number, sentence.format(one=before, other=entry.text)))
            if len(_isos(index, entry.text)) > 1:
                usual = gazetteer.territory_names(reading_language())[entry.iso]
                sentence = _("“{name}” can mean several destinations; it is read as “{usual}”.")
                reading.defects.append(Defect(number, sentence.format(name=entry.text, usual=usual)))
        else:
            reading.defects.append(Defect(number, _unknown(entry.text), stops=True))
        before = entry.text


@dataclass(frozen=True)
class _Entry:
    text: str
    iso: str
    comma_is_missing: bool


def _segments(words: Sequence[str], index: Index) -> list[_Entry]:
    """Part a line into entries in the cheapest way: known names, commas between them, and none inside."""
    best: list[tuple[int, int, int, _Entry | None]] = [(0, 0, 0, None)]
    for end in range(1, len(words) + 1):
        choices = []
        for start in range(max(0, end - LONGEST_ENTRY), end):
            cost, number, _before, _entry_before = best[start]
            entry, extra = _entry(words, start, end, index)
            choices.append((cost + extra, number + bool(entry), start, entry))
        best.append(min(choices, key=lambda choice: choice[:2]))
    entries = []
    place = len(words)
    while place:
        _cost, _number, place, entry = best[place]
        if entry:
            entries.append(entry)
    return entries[::-1]


def _entry(words: Sequence[str], start: int, end: int, index: Index) -> tuple[_Entry | None, int]:
    """Return the entry that the words from `start` to `end` are, and what this reading costs."""
    piece = words[start:end]
    if piece == [","]:
        return None, 0
    text = " ".join(piece).replace(" ,", ",")
    if piece[0] == "," or piece[-1] == ",":
        return _Entry(text.strip(" ,"), "", comma_is_missing=False), UNKNOWN * len(piece) * 2
    inner = piece.count(",")
    comma_is_missing = start > 0 and words[start - 1] != ","
    iso = _iso(index, text)
    cost = inner * INNER_COMMA + comma_is_missing * MISSING_COMMA
    if fold(piece[0]) in JOINING_WORDS | FORM_WORDS:
        cost += LITTLE_WORD
    if text.count("(") != text.count(")"):
        cost += UNKNOWN
    if not iso:
        # Every unknown word and every comma inside costs, so that a line falls apart at its commas.
        cost += UNKNOWN * (1 + inner) + len(piece)
    return _Entry(text, iso, comma_is_missing), cost


def _iso(index: Index, name: str) -> str:
    """Return the code of the territory that `name` is a full name of, the company's own names first."""
    return next(iter(_isos(index, name)), "")


def _isos(index: Index, name: str) -> list[str]:
    """Return the codes of all territories that `name` is a full name of, the foremost first."""
    wanted = key(name)
    near = [*index.own.get(wanted, ()), *index.near.by_key.get(wanted, ())]
    whole = [name for name in near or gazetteer.far_names(wanted) if name.sense is Sense.NAME]
    if not whole:
        return []
    several = [name for name in near if name.sense is Sense.SEVERAL]
    return list(collect([*whole, *several]))


def _unknown(name: str) -> str:
    return _("“{name}” is not the name of a country or territory we know.").format(name=name)


def _find_doubles(reading: Reading) -> None:
    """Keep a destination once in each zone, and tell which stand twice in one or in two zones."""
    kept: list[Place] = []
    for place in reading.places:
        same = next((other for other in kept if (other.zone, other.iso) == (place.zone, place.iso)), None)
        if same is None:
            kept.append(place)
            continue
        text = _("“{name}” appears twice in zone {zone}; it is counted once.").format(
            name=place.name, zone=place.zone
        )
        reading.defects.append(Defect(place.line, text))
    zones: dict[str, list[Place]] = defaultdict(list)
    for place in kept:
        zones[place.iso].append(place)
    for places in zones.values():
        if len(places) > 1:
            codes = ", ".join(place.zone for place in places)
            text = _("“{name}” appears in more than one zone: {zones}.").format(
                name=places[0].name, zones=codes
            )
            reading.defects.append(Defect(places[-1].line, text))
    reading.places = kept
