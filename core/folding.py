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

    Two spellings that a reader would call the same fold to the same string: "Œuvre d'été" and
    "oeuvre d’ete" both give "oeuvre d ete".
    """
    decomposed = unicodedata.normalize("NFKD", text).casefold().translate(LETTERS)
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return NOT_A_WORD.sub(" ", bare).strip()
