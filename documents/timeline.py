"""The life of a document: which version applied from when to when. Pure; touches no database."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from documents.contracts import ALL, Interval, without
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
    """First day on which it no longer applies to any contract; None while that is not known."""
    standing: Standing
    contracts: tuple[Interval, ...] = (ALL,)
    """The contracts it governs on the day of the timeline if it is in force, and else was meant to govern."""

    @property
    def never_applied(self) -> bool:
        """Whether it was replaced by a correction of the same date, or withdrawn, before its first day."""
        return self.until_on is not None and self.until_on <= self.version.effective_on

    @property
    def last_on(self) -> datetime.date | None:
        """Last day on which it applies, None while that is open."""
        return self.until_on - datetime.timedelta(days=1) if self.until_on else None

    @property
    def is_for_some_contracts(self) -> bool:
        """Whether other contracts than those of `contracts` come under another version, or none."""
        return self.contracts != (ALL,)


def timeline(versions: Sequence[Version], on: datetime.date) -> list[Period]:
    """Return the periods of the published `versions` of one document, the latest first.

    `on` is the day from which each is judged in force, superseded or announced. A version gives way to later
    ones for the contracts that these declare, and is superseded when none is left to it.
    """
    ordered = sorted(versions, key=lambda version: (version.effective_on, version.revision), reverse=True)
    periods: list[Period] = []
    later: list[Version] = []
    for version in ordered:
        next_on, contracts = _given_way(version, later, on)
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
        if standing is not Standing.IN_FORCE:
            contracts = (version.contracts,)
        periods.append(Period(version, until_on, standing, contracts))
        if not version.was_never_in_force:
            later.insert(0, version)
    return periods


def governing(periods: Sequence[Period], signed_on: datetime.date) -> Period | None:
    """Return the period of the version that is in force for a contract signed on a day, None without one."""
    in_force = (period for period in periods if period.standing is Standing.IN_FORCE)
    return next((p for p in in_force if any(signed_on in interval for interval in p.contracts)), None)


def _given_way(
    version: Version, later: Sequence[Version], on: datetime.date
) -> tuple[datetime.date | None, tuple[Interval, ...]]:
    """Return the day from which `later` versions leave nothing to `version`, and what they leave it `on`.

    `later` is ordered from the next one to the last.
    """
    left: tuple[Interval, ...] = (version.contracts,)
    left_on = left
    for other in later:
        left = without(left, other.contracts)
        if other.effective_on <= on:
            left_on = left
        if not left:
            return other.effective_on, left_on
    return None, left_on
