"""From what a person typed to an answer: which destination, which zone, included or not."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.bilingual import reading_language
from core.dates import today
from roaming import gazetteer
from roaming.finding import Finder
from roaming.gazetteer import Name, Sense
from roaming.index import Index, current
from roaming.models import HOME, Listing, Zone
from roaming.naming import key

LONGEST_NAME = 100
"""Characters; nothing longer is the name of a place."""

MOST_QUERIES = 10
"""Destinations answered at once."""

LOOKUPS_A_MINUTE = 6_000
"""By one network, pages and programs together: as many as nginx allows one address, and a twentieth of what
one process answers. The page asks at each pause of whoever types, and programs for whole lists of places."""

MOST_SUGGESTIONS = 5


class Kind(StrEnum):
    """What sort of answer it is. The values are those of the JSON interface."""

    LISTED = "listed"
    SEVERAL = "several"
    SUGGESTIONS = "suggestions"
    HOME = "home"
    UNLISTED = "unlisted"
    NONE = "none"


@dataclass(frozen=True)
class Match:
    """A territory that the text names, and its listings on the day asked for."""

    iso: str
    name: str
    matched: str
    """The name or code that was recognised."""
    is_part: bool
    """Whether `matched` is only a part of the territory: an island, a region, a city."""
    listings: tuple[Listing, ...]
    """Empty for a place in no list; more than one when the company's lists name it twice."""
    changes_on: datetime.date | None = None
    """The next day on which its listings change, if one is announced."""
    listings_then: tuple[Listing, ...] = ()
    """The listings from that day on."""

    @property
    def zones(self) -> tuple[Zone, ...]:
        """The zones it is in."""
        return tuple(listing.zone for listing in self.listings)

    @property
    def zones_then(self) -> tuple[Zone, ...]:
        """The zones it will be in from `changes_on`."""
        return tuple(listing.zone for listing in self.listings_then)

    @property
    def is_included(self) -> bool:
        """Whether it is listed, and in no excluded zone."""
        return bool(self.listings) and not self.is_excluded

    @property
    def is_excluded(self) -> bool:
        """Whether one of its zones is excluded."""
        return any(zone.is_excluded for zone in self.zones)

    @property
    def is_in_two_zones(self) -> bool:
        """Whether the published lists contradict each other about it."""
        return len(self.listings) > 1

    @property
    def is_home(self) -> bool:
        """Whether it is Luxembourg, where there is no roaming."""
        return self.iso == HOME and not self.listings


@dataclass(frozen=True)
class Answer:
    """The answer to one query."""

    query: str
    kind: Kind
    matches: tuple[Match, ...] = ()
    is_grouping: bool = False
    """Whether the text names a continent or a union of states, which is no destination."""


def look_up(queries: Sequence[str], on: datetime.date | None = None) -> list[Answer]:
    """Answer each query, in the reader's language, from the lists that apply on the day `on` (today).

    Never raises: what names no place is answered with Kind.NONE. How a place is recognised: roaming.finding.
    """
    reader = Reader.now(on)
    return [reader.answer(query) for query in list(queries)[:MOST_QUERIES]]


class Reader:
    """Answers queries from one index, for one day and one language."""

    def __init__(self, index: Index, on: datetime.date, language: str) -> None:
        self.index = index
        self.on = on
        self.language = language
        self.finder = Finder(index, on, language)

    @classmethod
    def now(cls, on: datetime.date | None = None) -> "Reader":
        """Return a reader of the content as it is now, for the day `on` (today), in the reader's language."""
        return cls(current(), on or today(), reading_language())

    def answer(self, query: str) -> Answer:
        """Answer one query."""
        text = " ".join(query.split())
        if not text or len(text) > LONGEST_NAME or not (wanted := key(text)):
            return Answer(query, Kind.NONE)
        if wanted in gazetteer.groupings() and not self.finder.known(text):
            return Answer(query, Kind.NONE, is_grouping=True)
        found, is_sure = self.finder.find(text)
        matches = [self.match(iso, name) for iso, name in found.items()]
        if not matches:
            return Answer(query, Kind.NONE)
        if not is_sure:
            return Answer(query, Kind.SUGGESTIONS, tuple(matches[:MOST_SUGGESTIONS]))
        matches.sort(key=lambda match: not match.listings)
        return Answer(query, kind_of(matches), tuple(matches))

    def question(self, match: Match) -> str:
        """Return what to ask to get this match alone: its name, or its code where the name means several."""
        return match.name if list(self.finder.known(match.name)) == [match.iso] else match.iso

    def match(self, iso: str, name: Name) -> Match:
        """Return what is known of a territory that was found by a name."""
        known = self.index.destinations.get(iso)
        usual = known.name if known else gazetteer.territory_names(self.language)[iso]
        is_part = name.sense in (Sense.PART, Sense.TOWN)
        listings = tuple(self.index.listed(iso, self.on))
        changes_on = self.index.next_change(iso, self.on)
        then = tuple(self.index.listed(iso, changes_on)) if changes_on else ()
        return Match(iso, usual, name.text, is_part, listings, changes_on, then)


def kind_of(matches: Sequence[Match]) -> Kind:
    """Return what sort of answer it is to be sure of these matches."""
    if len(matches) > 1 or matches[0].is_in_two_zones:
        return Kind.SEVERAL
    if matches[0].is_home:
        return Kind.HOME
    return Kind.LISTED if matches[0].listings else Kind.UNLISTED
