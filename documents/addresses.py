"""The last part of a version's address: its date, and a number for a correction of the same day."""

import datetime
import re
from dataclasses import dataclass

from django.urls import register_converter


@dataclass(frozen=True)
class VersionAddress:
    """A date and a revision, written "2026-03-01" or, from the second revision on, "2026-03-01-2"."""

    effective_on: datetime.date
    revision: int = 1

    PATTERN = re.compile(r"(\d{4}-\d{2}-\d{2})(?:-([2-9]|[1-9]\d{1,3}))?")

    def __str__(self) -> str:
        date = self.effective_on.isoformat()
        return date if self.revision == 1 else f"{date}-{self.revision}"

    @classmethod
    def parse(cls, text: str) -> "VersionAddress":
        """Return the address written as `text`. Raises ValueError when it is none."""
        match = cls.PATTERN.fullmatch(text)
        if match is None:
            raise ValueError(f"not the address of a version: {text}")
        return cls(datetime.date.fromisoformat(match[1]), int(match[2] or 1))


class VersionAddressConverter:
    """Lets paths say <version:address>; what is no date does not match."""

    regex = r"\d{4}-\d{2}-\d{2}(?:-\d{1,4})?"

    def to_python(self, value: str) -> VersionAddress:
        return VersionAddress.parse(value)

    def to_url(self, value: object) -> str:
        return str(value)


class LanguageConverter:
    """Lets paths say <language:language>: fr or en."""

    regex = "fr|en"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(VersionAddressConverter, "version")
register_converter(LanguageConverter, "language")
