"""Changing the lists from a day on."""

import datetime

import pytest
from django.core.management import call_command
from django.utils import timezone

from core.stamps import stamp
from roaming import lists
from roaming.importing import Place, read
from roaming.index import current
from roaming.lookup import look_up
from roaming.models import STAMP, Destination, Listing, Zone
from roaming.moving import ListsChanged, MoveRefused, cancelled, differences, move, replace_lists

pytestmark = pytest.mark.django_db


@pytest.fixture
def today() -> datetime.date:
    return timezone.localdate()


def days(today: datetime.date, *numbers: int) -> list[datetime.date]:
    return [today + datetime.timedelta(days=number) for number in numbers]


def zones_of(iso: str, on: datetime.date) -> list[str]:
    return [zone.code for zone in look_up([iso], on)[0].matches[0].zones]


def shift(iso: str, codes: list[str], from_on: datetime.date) -> None:
    zones = list(Zone.objects.filter(code__in=codes))
    move(destination=Destination.objects.get(iso=iso), zones=zones, from_on=from_on)


def test_a_move_counts_from_its_day_and_the_past_stays(today: datetime.date) -> None:
    yesterday, soon, before = days(today, -1, 10, 9)
    shift("TN", ["TOP"], soon)
    assert [zones_of("TN", day) for day in (yesterday, today, before, soon)] == [
        ["ROW2"],
        ["ROW2"],
        ["ROW2"],
        ["TOP"],
    ]
    assert lists.changes() == [(soon, lists.changes()[0][1])]
    (change,) = lists.changes()[0][1]
    assert (
        change.destination.iso,
        [zone.code for zone in change.before],
        [zone.code for zone in change.after],
    ) == (
        "TN",
        ["ROW2"],
        ["TOP"],
    )


def test_settling_a_destination_listed_twice(today: datetime.date) -> None:
    shift("DM", ["ROW1"], today)
    assert zones_of("DM", today) == ["ROW1"]
    assert zones_of("DM", today - datetime.timedelta(days=1)) == ["TOP", "ROW1"]
    assert Listing.objects.filter(destination__iso="DM").count() == 2


def test_a_later_announcement_is_replaced(today: datetime.date) -> None:
    soon, later = days(today, 10, 20)
    shift("TN", ["TOP"], later)
    shift("TN", ["EU"], soon)
    assert [zones_of("TN", day) for day in (today, soon, later)] == [["ROW2"], ["EU"], ["EU"]]
    shift("TN", ["ROW2"], soon)
    assert [zones_of("TN", day) for day in (today, soon, later)] == [["ROW2"], ["ROW2"], ["ROW2"]]
    assert Listing.objects.filter(destination__iso="TN").count() == 1


def test_leaving_the_lists_and_coming_back(today: datetime.date) -> None:
    soon, later = days(today, 1, 2)
    shift("TN", [], soon)
    assert zones_of("TN", soon) == []
    shift("TN", ["ROW2"], later)
    assert [zones_of("TN", day) for day in (today, soon, later)] == [["ROW2"], [], ["ROW2"]]


def test_what_is_refused(today: datetime.date) -> None:
    with pytest.raises(MoveRefused, match="passée"):
        shift("TN", ["TOP"], today - datetime.timedelta(days=1))
    with pytest.raises(MoveRefused, match="déjà"):
        shift("TN", ["ROW2"], today)
    with pytest.raises(MoveRefused, match="passée"):
        replace_lists(places=[Place("TOP", "CA", "Canada", 1)], from_on=today - datetime.timedelta(days=1))
    assert Listing.objects.count() == 218


def places(text: str) -> list[Place]:
    reading = read(text, current())
    assert reading.can_be_taken_over
    return reading.places


def test_a_new_list_replaces_only_its_zones(today: datetime.date) -> None:
    (soon,) = days(today, 30)
    wanted = places("ROW2\nTunisia, Oman, Canada")
    expected = differences(wanted, soon)
    changed = replace_lists(places=wanted, from_on=soon)
    assert changed == expected
    by_iso = {difference.iso: difference for difference in changed}
    assert by_iso["OM"].is_new
    assert (by_iso["CA"].before, by_iso["CA"].after) == (("TOP",), ("ROW2", "TOP"))
    assert (by_iso["AO"].before, by_iso["AO"].after) == (("ROW2",), ())
    assert "TN" not in by_iso
    assert len(changed) == 23 + 2
    assert zones_of("AO", today) == ["ROW2"]
    assert (zones_of("AO", soon), zones_of("OM", soon), zones_of("OM", today)) == ([], ["ROW2"], [])
    assert Destination.objects.get(iso="OM").name_fr == "Oman"
    assert Listing.objects.on(soon).filter(zone__code="TOP").count() == 30
    assert Listing.objects.on(today).count() == 218
    order = Listing.objects.on(today).filter(zone__code="ROW2").order_by("position")
    assert [listing.position for listing in order] == list(range(1, 25))


def test_a_list_from_today_brings_its_order_and_wording(today: datetime.date) -> None:
    replace_lists(places=places("ROW2\nTunisie, Oman, Angola"), from_on=today)
    order = Listing.objects.on(today).filter(zone__code="ROW2").order_by("position")
    assert [listing.name_as_published for listing in order] == ["Tunisie", "Oman", "Angola"]


def test_a_new_list_cancels_what_was_announced_of_its_destinations_and_says_so(today: datetime.date) -> None:
    soon, later = days(today, 30, 60)
    shift("TN", ["TOP"], later)
    wanted = [
        Place(row["zone"], row["iso"], row["name_as_published"], 1)
        for row in lists.as_rows(
            Listing.objects.on(today).filter(zone__code="ROW2").select_related("destination")
        )
    ]
    told = [(change.name, change.zone, change.on, change.begins) for change in cancelled(wanted, soon)]
    assert told == [("Tunisie", "ROW2", later, False), ("Tunisie", "TOP", later, True)]
    assert differences(wanted, soon) == []
    replace_lists(places=wanted, from_on=soon)
    assert [zones_of("TN", day) for day in (today, soon, later)] == [["ROW2"], ["ROW2"], ["ROW2"]]
    assert cancelled(wanted, soon) == []


def test_an_announced_leave_can_be_taken_back(today: datetime.date) -> None:
    (soon,) = days(today, 60)
    shift("TN", [], soon)
    shift("TN", ["ROW2"], today)
    assert [zones_of("TN", day) for day in (today, soon)] == [["ROW2"], ["ROW2"]]
    assert Listing.objects.filter(destination__iso="TN").count() == 1


def test_a_destination_listed_twice_in_a_zone_comes_back_once(today: datetime.date) -> None:
    (soon,) = days(today, 10)
    shift("IS", ["TOP"], soon)
    shift("IS", ["EU"], soon)
    assert Listing.objects.on(soon).filter(destination__iso="IS").count() == 1
    assert Listing.objects.on(today).filter(destination__iso="IS").count() == 2


def test_lists_changed_since_they_were_seen_are_not_replaced(today: datetime.date) -> None:
    seen = stamp(STAMP)
    shift("TN", ["TOP"], today)
    with pytest.raises(ListsChanged):
        replace_lists(places=places("ROW2\nTunisia"), from_on=today, seen=seen)
    assert zones_of("AO", today) == ["ROW2"]


def test_the_same_list_again_changes_nothing(today: datetime.date) -> None:
    same = read(lists.as_csv(lists.as_rows(Listing.objects.select_related("zone", "destination"))), current())
    before = {zone.code: zones_of_zone(zone, today) for zone in Zone.objects.all()}
    assert replace_lists(places=same.places, from_on=today) == []
    assert {zone.code: zones_of_zone(zone, today) for zone in Zone.objects.all()} == before
    assert replace_lists(places=same.places, from_on=today) == []


def zones_of_zone(zone: Zone, on: datetime.date) -> set[str]:
    return set(zone.listings.on(on).values_list("destination__iso", flat=True))


def test_an_announced_list_can_be_announced_anew(today: datetime.date) -> None:
    soon, later = days(today, 10, 20)
    replace_lists(places=places("ROW2\nTunisia, Oman"), from_on=later)
    replace_lists(places=places("ROW2\nTunisia, Angola"), from_on=soon)
    assert [zones_of("OM", day) for day in (today, soon, later)] == [[], [], []]
    assert [zones_of("AO", day) for day in (today, soon, later)] == [["ROW2"], ["ROW2"], ["ROW2"]]
    assert [zones_of("TG", day) for day in (today, soon, later)] == [["ROW2"], [], []]


def test_loading_the_content_again_leaves_a_new_list(today: datetime.date) -> None:
    replace_lists(places=places("ROW2\nTunisia, Oman, Canada"), from_on=today)
    before = set(Listing.objects.values_list("pk", "zone", "destination", "position", "listed_until_on"))
    call_command("load_content", verbosity=0)
    assert (
        set(Listing.objects.values_list("pk", "zone", "destination", "position", "listed_until_on")) == before
    )


def test_all_or_nothing(today: datetime.date, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = places("ROW2\nTunisia, Oman")
    before = set(Listing.objects.values_list("pk", "listed_until_on", "position"))

    def fail(place: Place) -> Destination:
        raise RuntimeError(place.iso)

    monkeypatch.setattr("roaming.moving._new_destination", fail)
    with pytest.raises(RuntimeError):
        replace_lists(places=wanted, from_on=today)
    assert set(Listing.objects.values_list("pk", "listed_until_on", "position")) == before
