"""The steps by which a text is recognised as the name of a place, and how sure each is."""

import datetime
import re
from collections.abc import Iterable, Sequence

from roaming import gazetteer
from roaming.gazetteer import Name, Sense
from roaming.index import Found, Index, collect
from roaming.naming import JOINING_WORDS, compact, core_key, first_word, key, telling_words

SHORTEST_BEGINNING = 3
"""Letters from which a beginning is looked at."""

SURE_BEGINNING, SURE_SHARE = 4, 0.4
"""Letters, and share of the longest name that goes on so, from which a beginning is sure."""

TELLING_SHARE = 0.6
"""Share of a name's letters that its words alone must hold to stand for it."""

MOST_WORDS = 24
"""Words of one text that are tried as the names of several places."""

LONGEST_NAME = 8
"""Words of a name among others, without articles."""

WHOLE_NAME = 4
"""Letters; a shorter name among other words is not taken for a place."""

SURE_LETTERS = 5
"""Letters from which a name in another language is more than a suggestion, and one that differs by a letter a
rival."""

STEM = 5
"""First letters that a longer word must have in common with a name to suggest it."""

SLIPS = ((4, 1), (7, 2), (12, 3), (16, 4))
"""From how many letters on how many slips of the pen are looked past to suggest a name."""

SURE_SLIPS = ((6, 1), (10, 2))
"""The same, to take the name for what was meant."""

BETWEEN = frozenset(
    [
        "or",
        "ou",
        "oder",
        "o",
        "puis",
        "then",
        "via",
        "to",
        "from",
        "vers",
        "nach",
        "und",
        "plus",
        "avec",
        "with",
        "mit",
        "and",
    ]
)
"""Words that stand between the names of several places."""

POINTS = re.compile(r"[.\s]")


class Finder:
    """Recognises places in one index, for one day and a reader of one language."""

    def __init__(self, index: Index, on: datetime.date, language: str) -> None:
        self.index = index
        self.on = on
        self.language = language
        self._steps = (
            self._far,
            self._core,
            self._several_places,
            self._telling_words,
            self._beginning,
            self._some_words,
            self._slips,
            self._among_words,
            self._stem,
        )
        self._steps_without_core = (self._far, self._slips)
        """For "the" and "United Kingdon": articles and words for a form begin too many names."""

    def find(self, text: str) -> tuple[Found, bool]:
        """Return the territories that `text` names, the foremost first, and whether that is sure.

        The first step that finds something wins: an ISO code; a name as it is, in any order of its words; a
        name in another language, a city or a region; a name without the words for its form; the names of
        several places; the telling words of one name; its beginning; a name with slips of the pen; a name
        among other words; the stem of a word.
        """
        if found := self.known(text):
            return found, True
        is_ordinary = key(text) in gazetteer.ordinary_words()
        for step in self._steps if core_key(text) else self._steps_without_core:
            found, is_sure = step(text)
            if found:
                return found, is_sure and not is_ordinary
        return {}, False

    def known(self, text: str) -> Found:
        """Return what an ISO code or a name that people here use stands for."""
        code = POINTS.sub("", text).upper()
        if len(code) in (2, 3) and (iso := gazetteer.codes().get(code)):
            return {iso: Name(code, (iso,))}
        wanted = key(text)
        if len(wanted) == 1 and wanted.isascii():
            return {}
        return self.index.known(wanted) or collect(self.index.near.by_letters.get(compact(text), ()))

    def names_one(self, text: str) -> bool:
        """Whether the text as a whole is the name of a place."""
        return bool(self.known(text) or self._far(text)[0] or self._core(text)[0])

    def names_in(self, text: str) -> list[str]:
        """Return the names, folded, that together are the whole text: "Niger Nigeria", "Ireland and UK"."""
        words = telling_words(text)
        if len(words) > MOST_WORDS:
            return []
        names: list[str] = []
        start = 0
        while start < len(words):
            for end in range(min(len(words), start + LONGEST_NAME), start, -1):
                wanted = " ".join(sorted(words[start:end]))
                if self.index.near.by_key.get(wanted) or self.index.near.by_core.get(wanted):
                    names.append(" ".join(words[start:end]))
                    start = end
                    break
            else:
                if words[start] not in BETWEEN:
                    return []
                start += 1
        return names

    def places_named(self, text: str) -> set[str]:
        """Return the codes of all territories that have a place of this name, however small."""
        wanted = key(text)
        names = [*self.index.near.by_key.get(wanted, ()), *gazetteer.far_names(wanted)]
        return {iso for name in names for iso in name.isos}

    def is_one_answer(self, isos: Iterable[str]) -> bool:
        """Whether all the territories are in the same zones, so that a mistake between them costs nothing."""
        zones = {frozenset(listing.zone_id for listing in self.index.listed(iso, self.on)) for iso in isos}
        return len(zones) == 1

    def _far(self, text: str) -> tuple[Found, bool]:
        """Find a name in another language, a city or a region; unsure where a better-known name is close."""
        names = gazetteer.far_names(key(text))
        if not names:
            return {}, False
        found, sense = collect(names), names[0].sense
        rivals = self._rivals(text)
        is_short = len(compact(text)) < SURE_LETTERS and text.isascii()
        # "La Marsa" is not "Marsa": of a place its articles are part.
        is_whole = sense is Sense.NAME or _articles(text) == _articles(names[0].text)
        if sense is not Sense.TOWN and is_whole and not is_short and self.is_one_answer([*found, *rivals]):
            return found, True
        comes_first = sense is Sense.NAME or (sense is Sense.PART and not is_short)
        return ({**found, **rivals} if comes_first else {**rivals, **found}), False

    def _rivals(self, text: str) -> Found:
        """Find the well-known names that the text begins or nearly is."""
        names = [name for _, name in self.index.near.beginning(" ".join(telling_words(text)))]
        spelling = compact(text)
        if len(spelling) >= SURE_LETTERS:
            names += [near.name for near in self.index.near.resembling(spelling, 1)]
        return self._ranked(names)

    def _core(self, text: str) -> tuple[Found, bool]:
        """Find a name without the words for its form: "Republic of Angola", "Salomon"."""
        core = core_key(text)
        if not core:
            return {}, False
        found = self.index.known(core) if core != key(text) else {}
        found = found or collect(self.index.near.by_core.get(core, ()))
        if not found:
            found = collect(name for name in gazetteer.far_names(core) if name.sense is Sense.NAME)
        return found, True

    def _several_places(self, text: str) -> tuple[Found, bool]:
        found: Found = {}
        for piece in self.names_in(text):
            here = self.index.known(key(piece)) or collect(self.index.near.by_core.get(key(piece), ()))
            found |= {iso: name for iso, name in here.items() if iso not in found}
        return found, True

    def _telling_words(self, text: str) -> tuple[Found, bool]:
        """Find the one name that is meant by most of its words: "Emirats arabes"."""
        wanted = core_key(text)
        holding = self.index.near.holding(wanted.split())
        shares = (
            len(wanted) / len(other)
            for other, name in holding
            if name.sense is Sense.NAME and first_word(name.text) in wanted.split()
        )
        found = self._ranked(name for _, name in holding)
        is_sure = max(shares, default=0) >= TELLING_SHARE and self.is_one_answer(found)
        return (found, True) if is_sure else ({}, False)

    def _some_words(self, text: str) -> tuple[Found, bool]:
        """Suggest the names that hold all words of the text: "Leste"."""
        return self._ranked(name for _, name in self.index.near.holding(core_key(text).split())), False

    def _beginning(self, text: str) -> tuple[Found, bool]:
        """Find the names that begin so; sure of the only one, unless a whole word of it has been typed.

        "Belgisch" begins "Belgisch-Kongo", but it is a word by itself and may mean something else.
        """
        start = " ".join(telling_words(text))
        if len(start) < SHORTEST_BEGINNING:
            return {}, False
        going_on = list(self.index.near.beginning(start))
        if not going_on:
            return {}, False
        found = self._ranked(name for _, name in going_on)
        longest = max(len(opening) for opening, _ in going_on)
        is_sure = (
            len(found) == 1
            and len(start) >= max(SURE_BEGINNING, longest * SURE_SHARE)
            and any(name.sense is Sense.NAME for _, name in going_on)
            and not any(opening.startswith(f"{start} ") for opening, _ in going_on)
        )
        if is_sure:
            return found, True
        return self._ranked([*(name for _, name in going_on), *self._sharing_stem(text)]), False

    def _slips(self, text: str) -> tuple[Found, bool]:
        """Find the names that differ by a few letters; sure when no other, in another zone, is as near."""
        spelling = compact(text)
        most = _allowed(SLIPS, len(spelling))
        if not most:
            return {}, False
        near = sorted(
            self.index.near.resembling(spelling, most + 1),
            key=lambda other: (other.distance, self._rank(other.name), other.name.text),
        )
        found = collect(other.name for other in near if other.distance <= most)
        if not found:
            return {}, False
        best = near[0]
        rivals = {iso for other in near if other.distance <= best.distance + 1 for iso in other.name.isos}
        is_sure = (
            best.distance <= _allowed(SURE_SLIPS, len(spelling))
            and best.name.sense is Sense.NAME
            and compact(best.name.text)[:1] == spelling[:1]
            and self.is_one_answer(rivals)
        )
        return collect([best.name]) if is_sure else found, is_sure

    def _among_words(self, text: str) -> tuple[Found, bool]:
        """Suggest the places named among other words: "hotel in Tunisia"."""
        words = telling_words(text)[:MOST_WORDS]
        found: Found = {}
        for start in range(len(words)):
            for end in range(min(len(words), start + LONGEST_NAME), start, -1):
                piece = words[start:end]
                if len("".join(piece)) >= WHOLE_NAME and (here := self.index.known(" ".join(sorted(piece)))):
                    found |= {iso: name for iso, name in here.items() if iso not in found}
                    break
        return found, False

    def _stem(self, text: str) -> tuple[Found, bool]:
        """Suggest the names that share the stem of a word: "Tunesische Republik", "Portuguese"."""
        return self._ranked(self._sharing_stem(text)), False

    def _sharing_stem(self, text: str) -> list[Name]:
        for word in sorted(core_key(text).split(), key=len, reverse=True):
            if len(word) > STEM and (names := [name for _, name in self.index.near.beginning(word[:STEM])]):
                return names
        return []

    def _ranked(self, names: Iterable[Name]) -> Found:
        return collect(sorted(names, key=lambda name: (self._rank(name), len(name.text), name.text)))

    def _rank(self, name: Name) -> tuple[bool, bool, bool]:
        """Return what comes first: the territories themselves, named in the reader's language, in a list."""
        return (
            name.sense is not Sense.NAME,
            name.language != self.language,
            not any(iso in self.index.listings for iso in name.isos),
        )


def _allowed(steps: Sequence[tuple[int, int]], letters: int) -> int:
    return max((slips for least, slips in steps if letters >= least), default=0)


def _articles(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text.casefold())) & JOINING_WORDS
