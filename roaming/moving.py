"""Changing the lists from a day on: one destination, or whole lists. What applied before stays on record."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core.folding import fold
from core.stamps import stamp
from roaming import gazetteer
from roaming.importing import Place
from roaming.models import STAMP, Destination, Listing, Zone


class MoveRefused(Exception):
    """The change cannot be made; the message says why, in the language of the person."""


class ListsChanged(MoveRefused):
    """Somebody changed the lists after the person looked at them."""


@dataclass(frozen=True)
class Difference:
    """What becomes of one destination when lists are replaced."""

    name: str
    iso: str
    before: tuple[str, ...]
    """Codes of its zones now."""
    after: tuple[str, ...]
    is_new: bool = False
    """Whether the portal has no such destination yet."""


@dataclass(frozen=True)
class Announcement:
    """A change announced for a later day: a destination comes into a zone, or leaves it."""

    name: str
    zone: str
    on: datetime.date
    begins: bool


@transaction.atomic
def move(*, destination: Destination, zones: Sequence[Zone], from_on: datetime.date) -> None:
    """List a destination in `zones`, and in no other, from the day `from_on`; in none if there are none.

    What is listed there before that day stays on record; what was announced for later is replaced. Raises
    MoveRefused for a day that has passed, and when nothing would change.
    """
    _refuse_past(from_on)
    list(Zone.objects.select_for_update())
    listings = list(destination.listings.select_related("zone"))
    now = {listing.zone for listing in listings if listing.applies(from_on)}
    announced = any(
        day and day > from_on
        for listing in listings
        for day in (listing.listed_from_on, listing.listed_until_on)
    )
    if set(zones) == now and not announced:
        raise MoveRefused(_("The destination is in that list already, and no other change is announced."))
    name = listings[-1].name_as_published if listings else destination.name_en
    going_on = {listing.zone: listing for listing in reversed(listings) if listing.can_go_on(from_on)}
    kept = [going_on[zone].pk for zone in zones if zone in going_on]
    Listing.objects.filter(pk__in=kept).update(listed_until_on=None)
    _end(destination.listings.exclude(pk__in=kept), from_on)
    for zone in zones:
        if zone in going_on:
            continue
        last = Listing.objects.filter(zone=zone).aggregate(last=Max("position"))["last"] or 0
        Listing.objects.create(
            zone=zone,
            destination=destination,
            position=last + 1,
            name_as_published=name,
            listed_from_on=from_on,
        )


def differences(places: Iterable[Place], from_on: datetime.date) -> list[Difference]:
    """Return what replacing the lists of the zones in `places` would change from the day `from_on`."""
    zones = {place.zone for place in places}
    after: dict[str, list[Place]] = {}
    for place in places:
        after.setdefault(place.iso, []).append(place)
    known = {destination.iso: destination for destination in Destination.objects.all()}
    before: dict[str, list[str]] = {}
    for listing in Listing.objects.on(from_on).select_related("zone", "destination"):
        codes = before.setdefault(listing.destination.iso, [])
        if listing.zone.code not in codes:
            codes.append(listing.zone.code)
    found = []
    for iso in before.keys() | after.keys():
        old = before.get(iso, [])
        new = [code for code in old if code not in zones] + [place.zone for place in after.get(iso, ())]
        if set(old) != set(new):
            name = known[iso].name if iso in known else after[iso][0].name
            found.append(Difference(name, iso, tuple(old), tuple(sorted(new)), iso not in known))
    return sorted(found, key=lambda difference: fold(difference.name))


def cancelled(places: Iterable[Place], from_on: datetime.date) -> list[Announcement]:
    """Return the announced changes that replacing the lists of `places` from the day `from_on` cancels.

    A new list says where its destinations are from its day on, without end: what was announced for them,
    and for its zones, no longer holds.
    """
    wanted = {(place.zone, place.iso) for place in places}
    found = []
    for listing in Listing.objects.select_related("zone", "destination"):
        name, zone = listing.destination.name, listing.zone.code
        if _is_replaced(listing, wanted, from_on) and listing.listed_from_on:
            found.append(Announcement(name, zone, listing.listed_from_on, begins=True))
        elif (
            (zone, listing.destination.iso) in wanted
            and listing.applies(from_on)
            and listing.listed_until_on is not None
        ):
            found.append(Announcement(name, zone, listing.listed_until_on, begins=False))
    return sorted(found, key=lambda change: (change.on, fold(change.name), change.begins))


@transaction.atomic
def replace_lists(
    *, places: Sequence[Place], from_on: datetime.date, seen: str | None = None
) -> list[Difference]:
    """Put the lists in `places` in the place of those of their zones, from the day `from_on`.

    Zones that `places` does not name stay as they are, but for what was announced of its destinations. A
    destination that goes on keeps its entry, today with place and wording of the new list; one that leaves
    ends on that day; one that the portal does not know is added, with the names of the list or the usual
    ones. Returns what changed. Raises MoveRefused for a day that has passed, and ListsChanged when the
    lists are not those of the stamp `seen` (core.stamps).
    """
    _refuse_past(from_on)
    codes = {place.zone for place in places}
    zones = {zone.code: zone for zone in Zone.objects.select_for_update() if zone.code in codes}
    if seen is not None and seen != stamp(STAMP):
        raise ListsChanged(
            _("The lists have been changed in the meantime. Please check the differences again.")
        )
    changed = differences(places, from_on)
    staying = _make_room({(place.zone, place.iso) for place in places}, from_on)
    known = {destination.iso: destination for destination in Destination.objects.all()}
    is_today = from_on == timezone.localdate()
    positions: dict[str, int] = {}
    for place in places:
        positions[place.zone] = position = positions.get(place.zone, 0) + 1
        kept = staying.get((place.zone, place.iso))
        if kept is not None:
            # Until the day of the new list the entry reads as it did.
            wording = {"position": position, "name_as_published": place.name} if is_today else {}
            Listing.objects.filter(pk=kept).update(listed_until_on=None, **wording)
            continue
        if place.iso not in known:
            known[place.iso] = _new_destination(place)
        Listing.objects.create(
            zone=zones[place.zone],
            destination=known[place.iso],
            position=position,
            name_as_published=place.name,
            listed_from_on=from_on,
        )
    return changed


def _make_room(wanted: set[tuple[str, str]], from_on: datetime.date) -> dict[tuple[str, str], int]:
    """End what a new list ends, and return the keys of the listings that go on, by zone and code."""
    codes = {zone for zone, _iso in wanted}
    replaced: list[int] = []
    ending: list[int] = []
    staying: dict[tuple[str, str], int] = {}
    for listing in Listing.objects.select_related("zone", "destination"):
        mark = (listing.zone.code, listing.destination.iso)
        if _is_replaced(listing, wanted, from_on):
            replaced.append(listing.pk)
        elif mark in wanted and mark not in staying and listing.can_go_on(from_on):
            staying[mark] = listing.pk
        elif listing.zone.code in codes:
            ending.append(listing.pk)
    Listing.objects.filter(pk__in=replaced).delete()
    _end(Listing.objects.filter(pk__in=ending), from_on)
    return staying


def _is_replaced(listing: Listing, wanted: set[tuple[str, str]], from_on: datetime.date) -> bool:
    """Whether a listing is announced for later and a new list of its zone or destination replaces it."""
    return (
        listing.listed_from_on is not None
        and listing.listed_from_on > from_on
        and any(listing.zone.code == zone or listing.destination.iso == iso for zone, iso in wanted)
    )


def _refuse_past(from_on: datetime.date) -> None:
    if from_on < timezone.localdate():
        raise MoveRefused(_("The day must not have passed: what applied then stays on record."))


def _end(listings: QuerySet[Listing], from_on: datetime.date) -> None:
    """End listings on a day; those that would only begin then, or later, have never applied and go."""
    listings.filter(listed_from_on__gte=from_on).delete()
    listings.filter(Q(listed_until_on__isnull=True) | Q(listed_until_on__gt=from_on)).update(
        listed_until_on=from_on
    )


def _new_destination(place: Place) -> Destination:
    return Destination.objects.create(
        iso=place.iso,
        name_fr=place.name_fr or gazetteer.territory_names("fr")[place.iso],
        name_en=place.name_en or gazetteer.territory_names("en")[place.iso],
    )
