"""Every name of every territory, listed or not, from Unicode CLDR through Babel."""

from collections.abc import Mapping
from functools import cache

from babel import Locale
from babel.core import get_global

from core.folding import fold

NAME_LANGUAGES = ("fr", "en", "de", "lb", "pt", "it", "es", "nl")
"""Languages of the Grand Duchy's residents, the portal's own two first."""

NOT_TERRITORIES = frozenset({"CP", "EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
"""Two-letter CLDR codes that are groupings, test locales, uninhabited (Clipperton) or "unknown"."""

PART_OF = {"AC": "SH", "CQ": "GG", "DG": "IO", "EA": "ES", "IC": "ES", "TA": "SH"}
"""Parts that CLDR names under a reserved code, and the territory whose code ISO 3166-1 gives them."""

# fmt: off
JOINING_WORDS = frozenset({
    "the", "of", "and", "a", "an",
    "le", "la", "les", "l", "de", "du", "des", "d", "et",
    "der", "die", "das", "und", "von",
    "el", "los", "las", "y", "o", "os", "as", "e", "da", "do", "il", "lo", "i", "gli", "del", "di",
    "den", "het", "van", "en",
})
# fmt: on
"""Articles and little words that people add or leave out."""


def key(name: str) -> str:
    """Return what two spellings of a place name share: folded words, in any order, without articles."""
    words = fold(name).split()
    telling = [word for word in words if word not in JOINING_WORDS]
    return " ".join(sorted(telling or words))


@cache
def territory_names(language: str) -> Mapping[str, str]:
    """Return the CLDR name in `language` of every territory, by ISO 3166-1 alpha-2 code."""
    names = Locale(language).territories
    return {
        code: name
        for code, name in names.items()
        if len(code) == 2 and code.isalpha() and code not in NOT_TERRITORIES
    }


def is_code(text: str) -> bool:
    """Whether `text` could be an ISO code: two or three ASCII letters."""
    return len(text) in (2, 3) and text.isascii() and text.isalpha()


@cache
def codes() -> Mapping[str, str]:
    """Return the alpha-2 code for every ISO alpha-2 and alpha-3 code and every former one, in capitals."""
    known = {code: PART_OF.get(code, code) for code in territory_names("en")}
    for alias, targets in get_global("territory_aliases").items():
        if len(targets) == 1 and targets[0] in known and is_code(alias):
            known.setdefault(alias, known[targets[0]])
    return known


@cache
def names() -> Mapping[str, Mapping[str, str]]:
    """Return, for each key of a CLDR name, the territories it names and the name as written."""
    index: dict[str, dict[str, str]] = {}
    for language in NAME_LANGUAGES:
        for code, name in territory_names(language).items():
            for variant in variants(name):
                index.setdefault(key(variant), {}).setdefault(PART_OF.get(code, code), variant)
    return index


def variants(name: str) -> list[str]:
    """Return the ways in which a usual name stands for its place: whole, and without what is in brackets.

    What is in the brackets alone may name anything ("mainland", "British") and is no name.
    """
    before, bracket, after = name.partition("(")
    if not bracket:
        return [name]
    return [name, f"{before} {after.partition(')')[2]}".strip(" ,")]
