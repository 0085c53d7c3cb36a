"""From what a person typed to an answer: which destination, which zone, included or not."""

import datetime
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils import timezone

from core.bilingual import reading_language
from roaming import gazetteer
from roaming.models import HOME, Alias, Destination, Listing, Zone

LONGEST_NAME = 100
"""Characters; nothing longer is the name of a place."""

MOST_QUERIES = 10
"""Destinations answered at once."""


PARTS = re.compile(r"[;\n]")
"""What parts places in one text for certain; a comma may belong to a name."""


class Kind(StrEnum):
    """What sort of answer it is. The values are those of the JSON interface."""

    LISTED = "listed"
    SEVERAL = "several"
    HOME = "home"
    UNLISTED = "unlisted"
    NONE = "none"


@dataclass(frozen=True)
class Match:
    """A territory that the text names, and the zones it is listed in."""

    iso: str
    name: str
    matched: str
    """The name or code that was recognised."""
    zones: tuple[Zone, ...]
    """Empty for a place in no list; more than one when the company's lists name it twice."""

    @property
    def is_included(self) -> bool:
        """Whether it is listed, and in no excluded zone."""
        return bool(self.zones) and not any(zone.is_excluded for zone in self.zones)

    @property
    def is_in_two_zones(self) -> bool:
        """Whether the published lists contradict each other about it."""
        return len(self.zones) > 1


@dataclass(frozen=True)
class Answer:
    """The answer to one query."""

    query: str
    kind: Kind
    matches: tuple[Match, ...] = ()


def look_up(queries: Sequence[str], on: datetime.date | None = None) -> list[Answer]:
    """Answer each query, in the reader's language, from the lists that apply on the day `on` (today).

    A name counts when its key (see gazetteer.key) equals that of a published name, an alias, a
    destination's French or English name, or a CLDR name; a code when it is an ISO one. Never raises:
    what names no place is answered with Kind.NONE.
    """
    book = _Book(on or timezone.localdate())
    return [book.answer(query) for query in list(queries)[:MOST_QUERIES]]


def look_up_trip(texts: Sequence[str]) -> tuple[list[Answer], bool]:
    """Answer texts that may each name several places, parted by semicolons, lines or commas.

    A comma parts only what is no place as a whole: "Tanzania, United Republic of" is one. Returns the answers
    for today and whether some were left out, beyond MOST_QUERIES.
    """
    book = _Book(timezone.localdate())
    answers: list[Answer] = []
    for part in (part.strip() for text in texts for part in PARTS.split(text)):
        if not part:
            continue
        if len(answers) > MOST_QUERIES:
            break
        whole = book.answer(part)
        pieces = [piece.strip() for piece in part.split(",") if piece.strip()]
        if whole.kind is Kind.NONE and len(pieces) > 1:
            answers += [book.answer(piece) for piece in pieces[: MOST_QUERIES + 1]]
        else:
            answers.append(whole)
    return answers[:MOST_QUERIES], len(answers) > MOST_QUERIES


class _Book:
    """The names and listings of one day, read from the database in three queries."""

    def __init__(self, on: datetime.date) -> None:
        self.destinations = {found.iso: found for found in Destination.objects.all()}
        self.zones: dict[str, dict[str, Zone]] = defaultdict(dict)
        self.names: dict[str, dict[str, str]] = defaultdict(dict)
        for iso, found in self.destinations.items():
            for name in (found.name_fr, found.name_en):
                for variant in gazetteer.variants(name):
                    self._know(variant, iso)
        for listing in (
            Listing.objects.on(on).select_related("zone", "destination").order_by("zone__position")
        ):
            self.zones[listing.destination.iso][listing.zone.code] = listing.zone
            self._know(listing.name_as_published, listing.destination.iso)
        for name, iso in Alias.objects.values_list("name", "destination__iso"):
            self._know(name, iso)

    def answer(self, query: str) -> Answer:
        """Answer one query."""
        text = " ".join(query.split())
        if not text or len(text) > LONGEST_NAME:
            return Answer(query, Kind.NONE)
        found = self._found(text)
        matches = tuple(
            Match(iso, self._name(iso), matched, tuple(self.zones.get(iso, {}).values()))
            for iso, matched in sorted(found.items(), key=lambda item: not self.zones.get(item[0]))
        )
        return Answer(query, _kind(matches), matches)

    def _know(self, name: str, iso: str) -> None:
        self.names[gazetteer.key(name)].setdefault(iso, name)

    def _found(self, text: str) -> dict[str, str]:
        if gazetteer.is_code(text) and (iso := gazetteer.codes().get(text.upper())):
            return {iso: text.upper()}
        wanted = gazetteer.key(text)
        if not wanted:
            return {}
        return {**gazetteer.names().get(wanted, {}), **self.names.get(wanted, {})}

    def _name(self, iso: str) -> str:
        if iso in self.destinations:
            return self.destinations[iso].name
        return gazetteer.territory_names(reading_language())[iso]


def _kind(matches: Sequence[Match]) -> Kind:
    if not matches:
        return Kind.NONE
    if len(matches) > 1 or matches[0].is_in_two_zones:
        return Kind.SEVERAL
    if matches[0].iso == HOME:
        return Kind.HOME
    return Kind.LISTED if matches[0].zones else Kind.UNLISTED
