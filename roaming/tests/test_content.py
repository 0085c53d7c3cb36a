"""The zone lists in the database are those of the reviewed file."""

import csv
from collections import Counter

import pytest
from django.core.management import call_command

from roaming.loading import CONTENT
from roaming.models import Alias, Destination, Listing, Zone

pytestmark = pytest.mark.django_db


def rows() -> list[dict[str, str]]:
    with (CONTENT / "zones.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_entry_of_the_file_is_a_listing() -> None:
    stored = Listing.objects.values_list("zone__code", "position", "name_as_published", "destination__iso")
    assert set(stored) == {
        (row["zone"], int(row["position"]), row["name_as_published"], row["iso"]) for row in rows()
    }
    assert len(rows()) == Listing.objects.count() == 218


def test_the_lists_name_215_destinations_two_of_them_in_two_zones() -> None:
    assert Destination.objects.count() == 215
    zones: dict[str, set[str]] = {}
    for iso, code in Listing.objects.values_list("destination__iso", "zone__code"):
        zones.setdefault(iso, set()).add(code)
    assert {iso: codes for iso, codes in zones.items() if len(codes) > 1} == {
        "DM": {"TOP", "ROW1"},
        "SM": {"ROW1", "EU"},
    }


def test_sizes_of_the_zones() -> None:
    sizes = Counter(Listing.objects.values_list("zone__code", flat=True))
    assert sizes == {"TOP": 30, "ROW1": 115, "EU": 49, "ROW2": 24}
    assert Listing.objects.filter(zone__code="EU", destination__iso="IS").count() == 2


def test_only_row2_is_excluded() -> None:
    assert [zone.code for zone in Zone.objects.filter(is_excluded=True)] == ["ROW2"]


def test_every_destination_has_a_french_and_an_english_name() -> None:
    assert not Destination.objects.filter(name_fr="").exists()
    assert not Destination.objects.filter(name_en="").exists()


def test_loading_again_respects_staff() -> None:
    tunisia = Listing.objects.get(destination__iso="TN")
    tunisia.zone = Zone.objects.get(code="TOP")
    tunisia.position = 99
    tunisia.save()
    Alias.objects.filter(name="Hollande").delete()
    Destination.objects.filter(iso="FR").update(name_en="France (mainland)")
    call_command("load_content", verbosity=0)
    assert [listing.zone.code for listing in Listing.objects.filter(destination__iso="TN")] == ["TOP"]
    assert not Alias.objects.filter(name="Hollande").exists()
    assert Destination.objects.get(iso="FR").name_en == "France (mainland)"
