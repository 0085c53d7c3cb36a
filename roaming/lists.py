"""The zone lists as people read them: by zone, from A to Z, as a file, and what changed."""

import csv
import datetime
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from core.folding import fold
from roaming.models import Destination, Listing, Zone

COLUMNS = (
    "zone",
    "position",
    "name_as_published",
    "iso",
    "name_fr",
    "name_en",
    "listed_from_on",
    "listed_until_on",
)
"""Columns of the lists as a file: what the export writes and the import reads."""


@dataclass(frozen=True)
class Entry:
    """A destination and the zones it is listed in, in the order of the zones."""

    destination: Destination
    zones: tuple[Zone, ...]

    @property
    def is_excluded(self) -> bool:
        """Whether one of its zones is excluded."""
        return any(zone.is_excluded for zone in self.zones)

    @property
    def letter(self) -> str:
        """The first letter of its name in the reader's language, without accent."""
        return fold(self.destination.name)[:1].upper()


@dataclass(frozen=True)
class Change:
    """A destination that is in other zones from one day to the next."""

    destination: Destination
    before: tuple[Zone, ...]
    after: tuple[Zone, ...]


def entries(on: datetime.date) -> list[Entry]:
    """Return every listed destination on the day `on`, in the reader's alphabet."""
    listings = Listing.objects.on(on).select_related("zone", "destination")
    return _entries(listings)


def by_letter(found: Iterable[Entry]) -> list[tuple[str, list[Entry]]]:
    """Return the entries, in their order, by the first letter of their names."""
    return [(letter, list(group)) for letter, group in groupby(found, key=lambda entry: entry.letter)]


def by_zone(found: Sequence[Entry], zones: Iterable[Zone]) -> list[tuple[Zone, list[Entry]]]:
    """Return, for each zone, the entries in it."""
    return [(zone, [entry for entry in found if zone in entry.zones]) for zone in zones]


def changes() -> list[tuple[datetime.date, list[Change]]]:
    """Return what moved from zone to zone, came in or went out, by day, the latest day first.

    Nothing is said of the first lists, which have no date of their own.
    """
    listings = list(Listing.objects.select_related("zone", "destination"))
    days = {day for listing in listings for day in (listing.listed_from_on, listing.listed_until_on) if day}
    touched: dict[datetime.date, set[int]] = defaultdict(set)
    for listing in listings:
        for day in (listing.listed_from_on, listing.listed_until_on):
            if day:
                touched[day].add(listing.destination_id)
    found = []
    for day in sorted(days, reverse=True):
        near = [listing for listing in listings if listing.destination_id in touched[day]]
        moved = _changes(near, day)
        if moved:
            found.append((day, moved))
    return found


def as_rows(listings: Iterable[Listing]) -> list[dict[str, Any]]:
    """Return the listings as rows of COLUMNS."""
    return [
        {
            "zone": listing.zone.code,
            "position": listing.position,
            "name_as_published": listing.name_as_published,
            "iso": listing.destination.iso,
            "name_fr": listing.destination.name_fr,
            "name_en": listing.destination.name_en,
            "listed_from_on": listing.listed_from_on,
            "listed_until_on": listing.listed_until_on,
        }
        for listing in listings
    ]


def as_csv(rows: Iterable[dict[str, Any]]) -> str:
    """Return rows of COLUMNS as a CSV file (RFC 4180), with a byte order mark for spreadsheets."""
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return "\ufeff" + file.getvalue()


def _entries(listings: Iterable[Listing]) -> list[Entry]:
    destinations: dict[int, Destination] = {}
    zones: dict[int, dict[int, Zone]] = defaultdict(dict)
    for listing in listings:
        destinations[listing.destination_id] = listing.destination
        zones[listing.destination_id][listing.zone_id] = listing.zone
    found = [Entry(destination, _in_order(zones[pk].values())) for pk, destination in destinations.items()]
    return sorted(found, key=lambda entry: fold(entry.destination.name))


def _changes(listings: Sequence[Listing], day: datetime.date) -> list[Change]:
    before, after = (
        {
            entry.destination: entry.zones
            for entry in _entries(listing for listing in listings if listing.applies(on))
        }
        for on in (day - datetime.timedelta(days=day > datetime.date.min), day)
    )
    moved = [
        Change(destination, before.get(destination, ()), after.get(destination, ()))
        for destination in before | after
        if before.get(destination) != after.get(destination)
    ]
    return sorted(moved, key=lambda change: fold(change.destination.name))


def _in_order(zones: Iterable[Zone]) -> tuple[Zone, ...]:
    return tuple(sorted(zones, key=lambda zone: (zone.position, zone.code)))
