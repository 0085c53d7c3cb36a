"""Changing the lists from a day on: one destination, or whole lists. What applied before stays on record."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core.folding import fold
from roaming import gazetteer
from roaming.importing import Place
from roaming.models import Destination, Listing, Zone


class MoveRefused(Exception):
    """The change cannot be made; the message says why, in the language of the person."""


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


@transaction.atomic
def move(*, destination: Destination, zones: Sequence[Zone], from_on: datetime.date) -> None:
    """List a destination in `zones`, and in no other, from the day `from_on`; in none if there are none.

    What is listed there before that day stays on record; what was announced for later is replaced. Raises
    MoveRefused for a day that has passed, and when nothing would change.
    """
    _refuse_past(from_on)
    list(Zone.objects.select_for_update())
    if set(zones) == {
        listing.zone for listing in destination.listings.on(from_on).select_related("zone")
    } and not (destination.listings.filter(listed_from_on__gt=from_on).exists()):
        raise MoveRefused(_("The destination is in that list already, and no other change is announced."))
    name = (
        destination.listings.order_by("-pk").values_list("name_as_published", flat=True).first()
        or destination.name_en
    )
    _end(destination.listings.exclude(zone__in=zones), from_on)
    _end(destination.listings.filter(listed_from_on__gt=from_on), from_on)
    for zone in zones:
        if destination.listings.filter(_going_on(from_on), zone=zone).update(listed_until_on=None):
            continue
        last = zone.listings.aggregate(last=Max("position"))["last"] or 0
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


@transaction.atomic
def replace_lists(*, places: Sequence[Place], from_on: datetime.date) -> list[Difference]:
    """Put the lists in `places` in the place of those of their zones, from the day `from_on`.

    Zones that `places` does not name stay as they are. A destination that goes on keeps its entry, with
    place and wording of the new list; one that leaves ends on that day; one that the portal does not know
    is added, with the names of the list or the usual ones. Returns what changed. Raises MoveRefused for a
    day that has passed.
    """
    _refuse_past(from_on)
    zones = {
        zone.code: zone
        for zone in Zone.objects.select_for_update().filter(code__in={place.zone for place in places})
    }
    changed = differences(places, from_on)
    wanted = {(place.zone, place.iso) for place in places}
    here = Listing.objects.filter(zone__in=zones.values()).select_related("zone", "destination")
    going = [
        listing.pk
        for listing in here
        if (listing.zone.code, listing.destination.iso) not in wanted
        or (listing.listed_from_on and listing.listed_from_on > from_on)
    ]
    _end(here.filter(pk__in=going), from_on)
    known = {destination.iso: destination for destination in Destination.objects.all()}
    staying: dict[tuple[str, str], Listing] = {}
    for listing in here.filter(_going_on(from_on)):
        mark = (listing.zone.code, listing.destination.iso)
        if mark in staying:
            _end(here.filter(pk=listing.pk), from_on)
        else:
            staying[mark] = listing
    positions: dict[str, int] = {}
    for place in places:
        positions[place.zone] = position = positions.get(place.zone, 0) + 1
        kept = staying.get((place.zone, place.iso))
        if kept is not None:
            Listing.objects.filter(pk=kept.pk).update(
                position=position, name_as_published=place.name, listed_until_on=None
            )
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


def _refuse_past(from_on: datetime.date) -> None:
    if from_on < timezone.localdate():
        raise MoveRefused(_("The day must not have passed: what applied then stays on record."))


def _end(listings: QuerySet[Listing], from_on: datetime.date) -> None:
    """End listings on a day; those that would only begin then, or later, have never applied and go."""
    listings.filter(listed_from_on__gte=from_on).delete()
    listings.filter(Q(listed_until_on__isnull=True) | Q(listed_until_on__gt=from_on)).update(
        listed_until_on=from_on
    )


def _going_on(from_on: datetime.date) -> Q:
    """Select the listings that apply on a day or until it, and so can go on from it."""
    begun = Q(listed_from_on__isnull=True) | Q(listed_from_on__lte=from_on)
    return begun & (Q(listed_until_on__isnull=True) | Q(listed_until_on__gte=from_on))


def _new_destination(place: Place) -> Destination:
    return Destination.objects.create(
        iso=place.iso,
        name_fr=place.name_fr or gazetteer.territory_names("fr")[place.iso],
        name_en=place.name_en or gazetteer.territory_names("en")[place.iso],
    )
