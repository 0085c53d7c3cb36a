"""The life of a document: which version applied from when to when. Pure; touches no database."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from documents.models import Version


class Standing(StrEnum):
    """Where a version stands on a given day."""

    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    ANNOUNCED = "announced"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Period:
    """A version and the days on which it applies."""

    version: Version
    until_on: datetime.date | None
    """First day on which it no longer applies; None while no later version is published."""
    standing: Standing

    @property
    def never_applied(self) -> bool:
        """Whether it was replaced by a correction of the same date, or withdrawn, before its first day."""
        return self.until_on is not None and self.until_on <= self.version.effective_on

    @property
    def last_on(self) -> datetime.date | None:
        """Last day on which it applies, None while that is open."""
        return self.until_on - datetime.timedelta(days=1) if self.until_on else None


def timeline(versions: Sequence[Version], on: datetime.date) -> list[Period]:
    """Return the periods of the published `versions` of one document, the latest first.

    `on` is the day from which each is judged in force, superseded or announced.
    """
    ordered = sorted(versions, key=lambda version: (version.effective_on, version.revision), reverse=True)
    periods: list[Period] = []
    next_on: datetime.date | None = None
    for version in ordered:
        is_withdrawn = version.withdrawn_on is not None and (
            next_on is None or version.withdrawn_on < next_on
        )
        until_on = version.withdrawn_on if is_withdrawn else next_on
        if until_on is not None and until_on <= on:
            standing = Standing.WITHDRAWN if is_withdrawn else Standing.SUPERSEDED
        elif version.effective_on > on:
            standing = Standing.WITHDRAWN if version.was_never_in_force else Standing.ANNOUNCED
        else:
            standing = Standing.IN_FORCE
        periods.append(Period(version, until_on, standing))
        if not version.was_never_in_force:
            next_on = version.effective_on
    return periods
