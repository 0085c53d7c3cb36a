"""Short labels kept as a pair of columns, `title_fr` and `title_en`.

Reading one never lies about its language: what comes back knows which language it is in, so a page can
set `lang` on it when the reader's language has no wording of its own.
"""

from typing import Any

from django.utils.translation import get_language

LANGUAGES = ("fr", "en")


def reading_language() -> str:
    """Return the language of the page being made: "fr" or "en"; French when none is active."""
    language = (get_language() or "fr")[:2]
    return language if language in LANGUAGES else "fr"


def other_language(language: str) -> str:
    """Return the language of the pair that is not `language`."""
    return "en" if language == "fr" else "fr"


class Wording(str):
    """A text together with the language it is written in."""

    language: str

    def __new__(cls, text: str, language: str) -> "Wording":
        """Make a wording of `text`, written in `language` ("fr" or "en")."""
        wording = super().__new__(cls, text)
        wording.language = language
        return wording

    @property
    def is_foreign(self) -> bool:
        """Whether the text is in another language than the page being made."""
        return bool(self) and self.language != reading_language()


class Bilingual:
    """Model attribute that reads the column pair `<name>_fr`, `<name>_en` in the reader's language.

    When the reader's language has no text the other one is returned, marked as such.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Wording:
        if instance is None:
            raise AttributeError(f"{self.name} can only be read from a record")
        return self.in_language(instance, reading_language())

    def in_language(self, instance: Any, language: str) -> Wording:
        """Return the wording in `language`, or else the one in the other language."""
        for candidate in (language, other_language(language)):
            text = getattr(instance, f"{self.name}_{candidate}")
            if text:
                return Wording(text, candidate)
        return Wording("", language)
