"""Loading the zone lists from roaming/content/ (its README explains the files)."""

import csv
import tomllib
from collections.abc import Iterator
from pathlib import Path

from core.loader import ContentLoader
from roaming.models import Destination, Listing, Zone

CONTENT = Path(__file__).parent / "content"


def load(loader: ContentLoader) -> None:
    """Bring zones, destinations, and listings in line with the files."""
    zones = {}
    zone_file = tomllib.loads((CONTENT / "zones.toml").read_text(encoding="utf-8"))
    for position, entry in enumerate(zone_file["zone"], start=1):
        code = entry.pop("code")
        zones[code] = loader.load(Zone, {"code": code}, {"position": position, **entry})
    destinations: dict[str, Destination | None] = {}
    for row in read_csv(CONTENT / "zones.csv"):
        iso = row["iso"]
        if iso not in destinations:
            destinations[iso] = loader.load(
                Destination, {"iso": iso}, {"name_fr": row["name_fr"], "name_en": row["name_en"]}
            )
        zone, destination = zones[row["zone"]], destinations[iso]
        if zone is not None and destination is not None:
            loader.load(
                Listing,
                {"zone": zone, "position": int(row["position"])},
                {"destination": destination, "name_as_published": row["name_as_published"]},
            )


def read_csv(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a CSV file as dictionaries. "NA" is Namibia's code, not a missing value."""
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
