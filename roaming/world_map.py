"""The map of the world, each territory in the look of its zone and a link to its answer.

The shapes are in static/roaming/world.svg and the places of their marks in roaming/content/map.csv, both
built by scripts/world_map from Natural Earth.
"""

import csv
import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from core.bilingual import reading_language
from core.dates import today
from roaming import gazetteer
from roaming.gazetteer import CONTENT
from roaming.index import Index
from roaming.models import HOME
from roaming.wording import verdict

WIDTH, HEIGHT = 1000, 438
"""Units of the map; the `viewBox` of world.svg."""

RING = 9
"""Radius, in units of the map, of the ring around a chosen place."""


@dataclass(frozen=True)
class Spot:
    """Where a territory is on the map, in units of the map."""

    is_point: bool
    x: float
    y: float


@cache
def spots() -> Mapping[str, Spot]:
    """Return the spot of every territory on the map, shapes before points: no land covers an island."""
    with (CONTENT.parent / "map.csv").open(encoding="utf-8", newline="") as lines:
        rows = sorted(csv.DictReader(lines), key=lambda row: (row["kind"] == "point", row["iso"]))
    return {row["iso"]: Spot(row["kind"] == "point", float(row["x"]), float(row["y"])) for row in rows}


def territories(index: Index, on: datetime.date) -> SafeString:
    """Return a link for each territory on the map, for the day `on` and in the reader's language.

    Kept with the index: it changes only with it, with the day and with the language.
    """
    wanted = (on, on == today(), reading_language())
    links = index.maps.get(wanted)
    if links is None:
        links = _links(index, on)
        if len(index.maps) >= MOST_MAPS:
            index.maps.clear()
        index.maps[wanted] = links
    return links


MOST_MAPS = 8
"""Days and languages for which the map is kept."""


def chosen(isos: Iterable[str]) -> SafeString:
    """Return the outlines and rings that mark the chosen territories."""
    return format_html_join(
        "",
        '<g class="chosen"><use href="{}#{}"/><circle cx="{}" cy="{}" r="{}"/></g>',
        (
            (static("roaming/world.svg"), iso, spots()[iso].x, spots()[iso].y, RING)
            for iso in sorted(isos)
            if iso in spots()
        ),
    )


def _links(index: Index, on: datetime.date) -> SafeString:
    names = gazetteer.territory_names(reading_language())
    sprite = static("roaming/world.svg")
    day = "" if on == today() else f"&on={on.isoformat()}"
    return format_html_join(
        "",
        '<a href="?q={0}{4}" class="{1}"><title>{2}</title><use href="{3}#{0}"/></a>',
        ((iso, *_look(index, on, iso, names[iso]), sprite, day) for iso in spots() if iso in names),
    )


def _look(index: Index, on: datetime.date, iso: str, name: str) -> tuple[str, str]:
    """Return the class and the title of a territory."""
    if iso in index.destinations:
        name = index.destinations[iso].name
    zones = [listing.zone for listing in index.listed(iso, on)]
    title = verdict(iso, name, zones)
    if not zones:
        return "home" if iso == HOME else "unlisted", title
    if any(zone.is_excluded for zone in zones):
        return "excluded", title
    return "two" if len(zones) > 1 else f"zone-{index.zones.index(zones[0]) + 1}", title
