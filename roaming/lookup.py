"""From what a person typed to an answer: which destination, which zone, included or not."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils import timezone

from core.bilingual import reading_language
from roaming import gazetteer
from roaming.gazetteer import Name, Sense
from roaming.index import Found, Index, collect, current
from roaming.models import HOME, Listing, Zone
from roaming.naming import compact, core_key, first_word, key, telling_words

LONGEST_NAME = 100
"""Characters; nothing longer is the name of a place."""

MOST_QUERIES = 10
"""Destinations answered at once."""

MOST_SUGGESTIONS = 5

SHORTEST_BEGINNING = 3
"""Letters from which a beginning is looked at."""

SURE_BEGINNING, SURE_SHARE = 4, 0.4
"""Letters, and share of the longest name that goes on so, from which a beginning is sure."""

MOST_WORDS = 12
"""Words of one text that are tried as the names of several places."""

WHOLE_NAME = 4
"""Letters; a shorter name among other words is not taken for a place."""

SURE_LETTERS = 5
"""Letters from which a name in another language is more than a suggestion, and one that differs by a letter a
rival."""

STEM = 5
"""First letters that a longer word must have in common with a name to suggest it."""

TELLING_SHARE = 0.5
"""Share of a name's letters that its words alone must hold to stand for it."""

SLIPS = ((4, 1), (7, 2), (12, 3), (16, 4))
"""From how many letters on how many slips of the pen are looked past to suggest a name."""

SURE_SLIPS = ((6, 1), (10, 2))
"""The same, to take the name for what was meant."""


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

    Never raises: what names no place is answered with Kind.NONE. The steps, the first that finds something
    wins: an ISO code; a name as it is, in any order of its words; the names of several places; the telling
    words of one name; its beginning; a name with slips of the pen; a name among other words.
    """
    reader = Reader.now(on)
    return [reader.answer(query) for query in list(queries)[:MOST_QUERIES]]


class Reader:
    """Answers queries from one index, for one day and one language."""

    def __init__(self, index: Index, on: datetime.date, language: str) -> None:
        self.index = index
        self.on = on
        self.language = language

    @classmethod
    def now(cls, on: datetime.date | None = None) -> "Reader":
        """Return a reader of the content as it is now, for the day `on` (today), in the reader's language."""
        return cls(current(), on or timezone.localdate(), reading_language())

    def answer(self, query: str) -> Answer:
        """Answer one query."""
        text = " ".join(query.split())
        if not text or len(text) > LONGEST_NAME or not key(text):
            return Answer(query, Kind.NONE)
        if found := self._known(text):
            return self._answer(query, found)
        if key(text) in gazetteer.groupings():
            return Answer(query, Kind.NONE, is_grouping=True)
        if not core_key(text):
            return Answer(query, Kind.NONE)
        for step in (
            self._far,
            self._several_places,
            self._by_beginning,
            self._by_words,
            self._despite_slips,
            self._by_stem,
            self._among_words,
        ):
            found, is_sure = step(text)
            if found:
                return self._answer(query, found, is_sure=is_sure)
        return Answer(query, Kind.NONE)

    def question(self, match: Match) -> str:
        """Return what to ask to get this match alone: its name, or its code where the name means several."""
        return match.name if list(self._known(match.name)) == [match.iso] else match.iso

    def names_one_place(self, text: str) -> bool:
        """Whether the text as a whole is the name of a place."""
        return bool(self._known(text) or self._far(text)[0])

    def _answer(self, query: str, found: Found, *, is_sure: bool = True) -> Answer:
        matches = [self._match(iso, name) for iso, name in found.items()]
        if not is_sure:
            return Answer(query, Kind.SUGGESTIONS, tuple(matches[:MOST_SUGGESTIONS]))
        matches.sort(key=lambda match: not match.listings)
        return Answer(query, _kind(matches), tuple(matches))

    def _match(self, iso: str, name: Name) -> Match:
        known = self.index.destinations.get(iso)
        usual = known.name if known else gazetteer.territory_names(self.language)[iso]
        is_part = name.sense in (Sense.PART, Sense.TOWN)
        listings = tuple(self.index.listed(iso, self.on))
        changes_on = self.index.next_change(iso, self.on)
        then = tuple(self.index.listed(iso, changes_on)) if changes_on else ()
        return Match(iso, usual, name.text, is_part, listings, changes_on, then)

    def _known(self, text: str) -> Found:
        """Find what an ISO code or a name that people here use stands for."""
        if len(text) in (2, 3) and (iso := gazetteer.codes().get(text.upper())):
            return {iso: Name(text.upper(), (iso,))}
        if found := self.index.known(key(text)):
            return found
        if found := collect(self.index.near.by_letters.get(compact(text), ())):
            return found
        core = core_key(text)
        return self.index.known(core) or collect(self.index.near.by_core.get(core, ())) if core else {}

    def _far(self, text: str) -> tuple[Found, bool]:
        """Find a name in another language, a city or a region; unsure where a better-known name is close."""
        names = gazetteer.far_names(key(text)) or gazetteer.far_names(core_key(text))
        if not names:
            return {}, False
        found = collect(names)
        rivals = self._rivals(text)
        is_short = len(compact(text)) < SURE_LETTERS and text.isascii()
        if names[0].sense is not Sense.TOWN and not is_short and self._is_one_answer([*found, *rivals]):
            return found, True
        return ({**found, **rivals} if names[0].sense is Sense.NAME else {**rivals, **found}), False

    def _rivals(self, text: str) -> Found:
        """Find the well-known names that the text begins or nearly is."""
        spelling = compact(text)
        names = list(self.index.near.beginning(spelling))
        if len(spelling) >= SURE_LETTERS:
            names += [near.name for near in self.index.near.resembling(spelling, 1)]
        return self._ranked(names)

    def names_in(self, text: str) -> list[str]:
        """Return the names that together are the whole text: "Niger Nigeria", "Ireland and UK". Or none."""
        return [name.text for found in self._names_in(text) for name in list(found.values())[:1]]

    def _names_in(self, text: str) -> list[Found]:
        words = telling_words(text)[:MOST_WORDS]
        names: list[Found] = []
        start = 0
        while start < len(words):
            for end in range(len(words), start, -1):
                piece = key(" ".join(words[start:end]))
                here = self.index.near.by_key.get(piece) or self.index.near.by_core.get(piece)
                if here:
                    names.append(collect(here))
                    start = end
                    break
            else:
                return []
        return names

    def _several_places(self, text: str) -> tuple[Found, bool]:
        found: Found = {}
        for here in self._names_in(text):
            found |= {iso: name for iso, name in here.items() if iso not in found}
        return found, True

    def _by_words(self, text: str) -> tuple[Found, bool]:
        """Find the names that hold all words of the text: "Emirats arabes"."""
        wanted = key(text)
        holding = self.index.near.holding(core_key(text).split())
        found = self._ranked(name for _, name in holding)
        shares = (
            len(wanted) / len(other)
            for other, name in holding
            if name.sense is Sense.NAME and first_word(name.text) in wanted.split()
        )
        return found, self._is_one_answer(found) and max(shares, default=0) >= TELLING_SHARE

    def _by_beginning(self, text: str) -> tuple[Found, bool]:
        start = compact(text)
        if len(start) < SHORTEST_BEGINNING:
            return {}, False
        names = list(self.index.near.beginning(start))
        found = self._ranked(names)
        longest = max((len(compact(name.text)) for name in names), default=0)
        is_sure = (
            len(found) == 1
            and len(start) >= max(SURE_BEGINNING, longest * SURE_SHARE)
            and any(name.sense is Sense.NAME for name in names)
        )
        return found, is_sure

    def _despite_slips(self, text: str) -> tuple[Found, bool]:
        spelling = compact(text)
        most = _allowed(SLIPS, len(spelling))
        if not most:
            return {}, False
        near = sorted(
            self.index.near.resembling(spelling, most + 1),
            key=lambda other: (other.distance, self._rank(other.name), other.name.text),
        )
        least: dict[str, int] = {}
        for other in near:
            for iso in other.name.isos:
                least.setdefault(iso, other.distance)
        found = collect([other.name for other in near if other.distance <= most])
        if not found:
            return {}, False
        best = near[0]
        rivals = {iso for iso, distance in least.items() if distance <= best.distance + 1}
        is_sure = (
            best.distance <= _allowed(SURE_SLIPS, len(spelling))
            and compact(best.name.text)[:1] == spelling[:1]
            and len(best.name.isos) == 1
            and self._is_one_answer(rivals)
        )
        return collect([best.name]) if is_sure else found, is_sure

    def _by_stem(self, text: str) -> tuple[Found, bool]:
        """Suggest the names that share the stem of a word: "Tunesische Republik", "Portuguese"."""
        for word in sorted(core_key(text).split(), key=len, reverse=True):
            if len(word) > STEM and (found := self._ranked(self.index.near.beginning(word[:STEM]))):
                return found, False
        return {}, False

    def _among_words(self, text: str) -> tuple[Found, bool]:
        """Suggest the places named among other words: "hotel in Tunisia"."""
        words = telling_words(text)[:MOST_WORDS]
        found: Found = {}
        for start in range(len(words)):
            for end in range(len(words), start, -1):
                piece = words[start:end]
                if len("".join(piece)) >= WHOLE_NAME and (
                    here := self.index.near.by_key.get(key(" ".join(piece)))
                ):
                    found |= {iso: name for iso, name in collect(here).items() if iso not in found}
                    break
        return found, False

    def _ranked(self, names: Iterable[Name]) -> Found:
        return collect(sorted(names, key=lambda name: (self._rank(name), len(name.text), name.text)))

    def _rank(self, name: Name) -> tuple[bool, bool, bool]:
        """Return what comes first: the territories themselves, named in the reader's language, in a list."""
        return (
            name.sense is not Sense.NAME,
            name.language != self.language,
            not any(iso in self.index.listings for iso in name.isos),
        )

    def _is_one_answer(self, isos: Iterable[str]) -> bool:
        """Whether all the territories are in the same zones, so that a mistake between them costs nothing."""
        zones = {frozenset(listing.zone_id for listing in self.index.listed(iso, self.on)) for iso in isos}
        return len(zones) == 1


def _allowed(steps: Sequence[tuple[int, int]], letters: int) -> int:
    return max((slips for least, slips in steps if letters >= least), default=0)


def _kind(matches: Sequence[Match]) -> Kind:
    if len(matches) > 1 or matches[0].is_in_two_zones:
        return Kind.SEVERAL
    if matches[0].is_home:
        return Kind.HOME
    return Kind.LISTED if matches[0].listings else Kind.UNLISTED
