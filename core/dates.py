"""Dates in words."""

import datetime

from django.utils import timezone
from django.utils.formats import date_format

from core.bilingual import reading_language

NO_BREAK_SPACE = "\u00a0"


def long_date(value: datetime.date | datetime.datetime) -> str:
    """Write a date in words, as the reader's language does: "1er mars 2026", "1 March 2026".

    The parts hold together with no-break spaces. A moment counts by its day in Luxembourg.
    """
    day = timezone.localdate(value) if isinstance(value, datetime.datetime) else value
    number = "1er" if day.day == 1 and reading_language() == "fr" else str(day.day)
    return NO_BREAK_SPACE.join([number, date_format(day, "F"), str(day.year)])
