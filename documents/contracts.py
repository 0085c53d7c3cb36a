"""Which contracts a version governs, by the day they were signed. Pure; touches no database."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Interval:
    """The contracts signed from a day on until another; None where it is open."""

    from_on: datetime.date | None = None
    until_on: datetime.date | None = None
    """First day of signature that is not in it any more."""

    @property
    def last_on(self) -> datetime.date | None:
        """Last day of signature in it, None while that is open."""
        return self.until_on - DAY if self.until_on else None

    def __contains__(self, signed_on: datetime.date) -> bool:
        return (self.from_on is None or self.from_on <= signed_on) and (
            self.until_on is None or signed_on < self.until_on
        )


ALL = Interval()


def without(intervals: Iterable[Interval], taken: Interval) -> tuple[Interval, ...]:
    """Return what is left of `intervals` when the contracts of `taken` are gone from them."""
    left = []
    for interval in intervals:
        before = Interval(interval.from_on, _earlier(interval.until_on, taken.from_on))
        after = Interval(_later(interval.from_on, taken.until_on), interval.until_on)
        left += [before] if taken.from_on and not _is_empty(before) else []
        left += [after] if taken.until_on and not _is_empty(after) else []
    return tuple(left)


def _is_empty(interval: Interval) -> bool:
    return bool(interval.from_on and interval.until_on and interval.from_on >= interval.until_on)


def _earlier(one: datetime.date | None, other: datetime.date | None) -> datetime.date | None:
    return min((day for day in (one, other) if day), default=None)


def _later(one: datetime.date | None, other: datetime.date | None) -> datetime.date | None:
    return max((day for day in (one, other) if day), default=None)
