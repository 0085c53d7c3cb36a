"""The day in Luxembourg, and dates in words."""

import datetime
from time import time

from django.utils import timezone
from django.utils.formats import date_format

from core.bilingual import reading_language

NO_BREAK_SPACE = "\u00a0"


class Today:
    """The day in Luxembourg, worked out anew only when the clock leaves it."""

    def __init__(self) -> None:
        self._span = (0.0, 0.0, datetime.date.min)

    def get(self) -> datetime.date:
        """Return the day."""
        begins, ends, day = self._span
        if not begins <= time() < ends:
            day = timezone.localdate()
            begins, ends = (
                datetime.datetime.combine(one, datetime.time.min, timezone.get_default_timezone()).timestamp()
                for one in (day, day + datetime.timedelta(days=1))
            )
            self._span = (begins, ends, day)
        return day


_today = Today()


def today() -> datetime.date:
    """Return the day in Luxembourg, for what asks with every request."""
    return _today.get()


def moment(value: datetime.datetime | None) -> str:
    """Write a moment in figures, in the time of Luxembourg; "–" for none."""
    return date_format(timezone.localtime(value), "DATETIME_FORMAT") if value else "–"


def long_date(value: datetime.date | datetime.datetime) -> str:
    """Write a date in words, as the reader's language does: "1er mars 2026", "1 March 2026".

    The parts hold together with no-break spaces. A moment counts by its day in Luxembourg.
    """
    day = timezone.localdate(value) if isinstance(value, datetime.datetime) else value
    number = "1er" if day.day == 1 and reading_language() == "fr" else str(day.day)
    return NO_BREAK_SPACE.join([number, date_format(day, "F"), str(day.year)])
