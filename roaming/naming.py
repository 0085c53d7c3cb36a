"""What two spellings of the same place name have in common."""

import re
from functools import lru_cache

from core.folding import fold

# fmt: off
JOINING_WORDS = frozenset({
    "the", "of", "and", "a", "an", "in",
    "le", "la", "les", "l", "de", "du", "des", "d", "et", "au", "aux",
    "der", "die", "das", "und", "von",
    "el", "los", "las", "y", "o", "os", "as", "e", "da", "do", "dos",
    "il", "lo", "i", "gli", "del", "di", "den", "het", "van", "en", "vun",
})
"""Articles and little words that people add or leave out."""

FORM_WORDS = frozenset({
    "republic", "republique", "republik", "republica", "repubblica", "republiek",
    "kingdom", "royaume", "konigreich", "koenigreich", "reino", "regno", "koninkrijk",
    "state", "etat", "staat", "estado", "stato", "rep", "dem",
    "principality", "principaute", "furstentum", "fuerstentum", "principado", "principato",
    "duchy", "duche", "sultanate", "sultanat", "emirate", "emirat", "commonwealth",
    "federation", "federal", "federale", "federated", "federative", "bundesrepublik",
    "islamic", "islamique", "socialist", "socialiste", "bolivarian", "plurinational", "hashemite",
    "territory", "territoire", "country", "pays", "land",
    "island", "islands", "ile", "iles", "isle", "isles", "insel", "inseln",
    "ilha", "ilhas", "isla", "islas", "isola", "isole", "eiland", "eilanden",
    "united", "uni", "unie", "unis", "unido", "unidos", "unito", "verenigd", "verenigde",
    "vereinigte", "vereinigtes", "independent", "grand", "grande",
})
"""Words for the form of a state or place, which its official name has and its usual one has not."""

# "St" before a name is "Saint" in English and French, "Sankt" in German, "Sint" in Dutch.
SAME_WORDS = {"st": "saint", "ste": "saint", "sainte": "saint", "sankt": "saint", "sint": "saint"}
# fmt: on

UMLAUTS = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "Ä": "Ae",
        "Ö": "Oe",
        "Ü": "Ue",
        "å": "aa",
        "Å": "Aa",
        "ø": "oe",
        "Ø": "Oe",
    }
)
BRACKETS = re.compile(r"\s*[(\[][^)\]]*[)\]]?")


def key(name: str) -> str:
    """Return what two spellings of a place name share: folded words, in any order, without articles."""
    return " ".join(sorted(telling_words(name)))


def compact(name: str) -> str:
    """Return the folded letters of a name, without articles and spaces: "Viet Nam" as "vietnam"."""
    return "".join(telling_words(name))


@lru_cache(maxsize=256)
def telling_words(name: str) -> tuple[str, ...]:
    """Return the folded words of a name in their order, without articles unless there are only such.

    One lookup asks half a dozen times for those of the same text.
    """
    words = tuple(SAME_WORDS.get(word, word) for word in _joined(fold(name).split()))
    return tuple(word for word in words if word not in JOINING_WORDS) or words


def _joined(words: list[str]) -> list[str]:
    """Make one word of single letters in a row: "U.A.E." is folded to "u a e" and means "uae"."""
    joined: list[str] = []
    run = ""
    for word in [*words, ""]:
        if len(word) == 1:
            run += word
            continue
        joined += [run] if run else []
        run = ""
        joined.append(word)
    return joined[:-1]


def core_key(name: str) -> str:
    """Return the key without the words for the form of a state: "Republic of Angola" as "angola".

    Empty when nothing is left, or only figures, articles, single letters and "Saint".
    """
    words = [word for word in key(name).split() if word not in FORM_WORDS | JOINING_WORDS]
    telling = [word for word in words if len(word) > 1 and not word.isdigit() and word != "saint"]
    return " ".join(words) if telling else ""


def first_word(name: str) -> str:
    """Return the first folded word of a name that is neither an article nor a word for its form."""
    words = telling_words(name)
    return next((word for word in words if word not in FORM_WORDS), words[0])


def variants(name: str) -> tuple[str, ...]:
    """Return the ways in which a usual name stands for its place.

    As it is; without what is in brackets, which alone may name anything ("mainland", "British") and is no
    name; and with its umlauts written as two letters, where it has any.
    """
    found = [name]
    if (bare := " ".join(BRACKETS.sub(" ", name).split()).strip(" ,")) != name:
        found.append(bare)
    found += [spelled for form in list(found) if (spelled := form.translate(UMLAUTS)) != form]
    return tuple(form for form in found if form)
