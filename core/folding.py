"""Text reduced to what two spellings of the same words have in common."""

import re
import unicodedata

LETTERS = str.maketrans(
    {
        "œ": "oe",
        "æ": "ae",
        "ß": "ss",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ł": "l",
        "ı": "i",
        "ŋ": "ng",
        "ə": "e",
    }
)
NOT_A_WORD = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Return `text` in lower case without accents, ligatures, punctuation or doubled spaces.

    Two spellings that a reader would call the same fold to the same string: "Œuvre d'été" and "oeuvre
    d’ete" both give "oeuvre d ete". The vowel signs of Indic and South-East Asian scripts are no accents
    (their canonical combining class is 0) and stay.
    """
    if text.isascii():
        return NOT_A_WORD.sub(" ", text.lower()).strip()
    decomposed = unicodedata.normalize("NFKD", text).casefold().translate(LETTERS)
    bare = "".join(_letter(letter) for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(bare.split())


def _letter(letter: str) -> str:
    return letter if letter.isalnum() or unicodedata.category(letter).startswith("M") else " "
