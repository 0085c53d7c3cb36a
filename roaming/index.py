"""Every known name in memory, arranged for the steps of the lookup, and read anew when staff change one."""

import datetime
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from django.utils.safestring import SafeString
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from core.stamps import Kept
from roaming import gazetteer
from roaming.gazetteer import Name, Sense
from roaming.models import STAMP, Alias, Destination, Listing, Zone
from roaming.naming import FORM_WORDS, core_key, key, telling_words, variants

T = TypeVar("T")

Found = dict[str, Name]
"""ISO code → the name by which it was found, the foremost first."""

END = 3
"""Letters. One slip of the pen in a longer word leaves its first or its last letters as they are."""

WHOLE_WORD = 4
"""Letters; a shorter word alone does not stand for a longer name."""


def _add(arranged: dict[str, tuple[T, ...]], word: str, one: T) -> None:
    """Put one under a word, unless it is there. Most words have one, for which a list takes twice as much."""
    there = arranged.get(word, ())
    if one not in there:
        arranged[word] = (*there, one)


@dataclass(frozen=True)
class Near:
    """A name that resembles what was typed, and how many letters differ."""

    name: Name
    distance: int


class Names:
    """Names arranged by key, by spelling, by beginning and by length."""

    def __init__(self, names: Sequence[Name]) -> None:
        self.by_key: dict[str, tuple[Name, ...]] = {}
        self.by_core: dict[str, tuple[Name, ...]] = {}
        self.by_letters: dict[str, tuple[Name, ...]] = {}
        self.by_spelling: dict[str, tuple[Name, ...]] = {}
        self.by_opening: dict[str, tuple[Name, ...]] = {}
        self.by_word: dict[str, tuple[tuple[str, Name], ...]] = {}
        for name in names:
            for form in variants(name.text):
                self._arrange(name, form)
        self.openings = sorted(self.by_opening)
        self.by_length: dict[int, list[str]] = defaultdict(list)
        self.by_end: dict[str, list[str]] = defaultdict(list)
        for spelling in self.by_spelling:
            self.by_length[len(spelling)].append(spelling)
            for end in (f"{spelling[:END]}-", f"-{spelling[-END:]}"):
                self.by_end[end].append(spelling)

    def _arrange(self, name: Name, form: str) -> None:
        wanted = key(form)
        _add(self.by_key, wanted, name)
        if name.sense is Sense.NAME and form == name.text and (bare := core_key(form)):
            _add(self.by_core, bare, name)
        words = telling_words(form)
        _add(self.by_letters, "".join(words), name)
        core = [word for word in words if word not in FORM_WORDS]
        for known in (words, core):
            if known:
                _add(self.by_spelling, "".join(known), name)
                _add(self.by_opening, " ".join(known), name)
        one = (wanted, name)
        for word in words:
            if len(word) >= WHOLE_WORD and word not in FORM_WORDS:
                _add(self.by_word, word, one)

    def beginning(self, start: str) -> Iterator[tuple[str, Name]]:
        """Yield the folded words, without articles, that begin with `start`, and the name they are of."""
        for place in range(bisect_left(self.openings, start), len(self.openings)):
            opening = self.openings[place]
            if not opening.startswith(start):
                return
            for name in self.by_opening[opening]:
                yield opening, name

    def holding(self, words: Sequence[str]) -> set[tuple[str, Name]]:
        """Return key and name of each name that has all the words."""
        found = [set(self.by_word.get(word, ())) for word in words]
        return set.intersection(*found) if found else set()

    def resembling(self, spelling: str, most: int) -> Iterator[Near]:
        """Yield the names at most `most` letters from a spelling: added, left out, changed or swapped."""
        for other, distance, _ in extract(
            spelling, self._alike(spelling, most), scorer=OSA.distance, score_cutoff=most, limit=None
        ):
            for name in self.by_spelling[other]:
                yield Near(name, int(distance))

    def _alike(self, spelling: str, most: int) -> list[str]:
        """Return the spellings among which those that resemble one are: not thousands for a single slip."""
        if most == 1 and len(spelling) > 2 * END:
            ends = (f"{spelling[:END]}-", f"-{spelling[-END:]}")
            return list(dict.fromkeys(other for end in ends for other in self.by_end.get(end, ())))
        lengths = range(len(spelling) - most, len(spelling) + most + 1)
        return [other for length in lengths for other in self.by_length.get(length, ())]


class Index:
    """The company's own names, zones and lists, and with them the names that people here use."""

    def __init__(self) -> None:
        # Each query is whole by itself: what a colleague commits between two of them must not make one fail.
        # It changes the stamp too, and the next reader builds the index anew.
        self.destinations = {found.iso: found for found in Destination.objects.all()}
        self.zones = list(Zone.objects.all())
        self.listings: dict[str, list[Listing]] = defaultdict(list)
        own: list[Name] = []
        for iso, found in self.destinations.items():
            own.append(Name(found.name_fr, (iso,), language="fr"))
            own.append(Name(found.name_en, (iso,), language="en"))
        listings = Listing.objects.select_related("zone", "destination")
        for listing in listings.order_by("zone__position", "position"):
            self.listings[listing.destination.iso].append(listing)
            own.append(Name(listing.name_as_published, (listing.destination.iso,)))
        own += [
            Name(alias.name, (alias.destination.iso,), Sense.PART if alias.is_part else Sense.NAME)
            for alias in Alias.objects.select_related("destination")
        ]
        self.own: dict[str, tuple[Name, ...]] = {}
        for name in own:
            for form in variants(name.text):
                _add(self.own, key(form), name)
        # Looked through together for beginnings and slips of the pen; the company's names come first.
        self.near = Names([*dict.fromkeys(own), *gazetteer.near_names()])
        self.maps: dict[tuple[datetime.date, bool, str], SafeString] = {}

    def known(self, wanted: str) -> Found:
        """Return what a key names here: the company's names first, then the usual ones; parts if no other."""
        own = self.own.get(wanted, ())
        near = self.near.by_key.get(wanted, ())
        whole = [*own, *_of(near, Sense.SEVERAL), *_of(near, Sense.NAME)]
        return collect(whole or near)

    def listed(self, iso: str, on: datetime.date) -> list[Listing]:
        """Return the listings of a territory that apply on the day `on`, one for each zone."""
        unique = {listing.zone_id: listing for listing in self.listings.get(iso, ()) if listing.applies(on)}
        return list(unique.values())

    def next_change(self, iso: str, on: datetime.date) -> datetime.date | None:
        """Return the first day after `on` from which a territory's listings are others."""
        days = {
            day
            for listing in self.listings.get(iso, ())
            for day in (listing.listed_from_on, listing.listed_until_on)
            if day is not None and day > on
        }
        return min(days, default=None)


def _of(names: Sequence[Name], sense: Sense) -> list[Name]:
    return [name for name in names if name.sense is sense]


def collect(names: Iterable[Name]) -> Found:
    """Return the territories that the names stand for, each with the first name it has."""
    found: Found = {}
    for name in names:
        for iso in name.isos:
            found.setdefault(iso, name)
    return found


@cache
def _current() -> Kept[Index]:
    return Kept(STAMP, Index)


def current() -> Index:
    """Return the index of the content as it was half a second ago at most; four queries after a change."""
    return _current().get()
