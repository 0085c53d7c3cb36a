"""The public holidays of Luxembourg: Labour Code, article L. 232-2."""

import datetime
from functools import lru_cache

from dateutil.easter import easter
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FIXED: tuple[tuple[int, int, Promise | str], ...] = (
    (1, 1, _("New Year’s Day")),
    (5, 1, _("Labour Day")),
    (6, 23, _("National Day")),
    (8, 15, _("Assumption Day")),
    (11, 1, _("All Saints’ Day")),
    (12, 25, _("Christmas Day")),
    (12, 26, _("Saint Stephen’s Day")),
)
"""Month and day of those on the same date each year."""

MOVABLE: tuple[tuple[int, Promise | str], ...] = (
    (1, _("Easter Monday")),
    (39, _("Ascension Day")),
    (50, _("Whit Monday")),
)
"""Days from Easter Sunday to those that move with it."""

EUROPE_DAY = _("Europe Day")

FIRST_EUROPE_DAY = 2019
"""9 May is one since the law of 25 April 2019."""


@lru_cache(maxsize=64)
def public_holidays(year: int) -> dict[datetime.date, tuple[Promise | str, ...]]:
    """Return the public holidays of a year with their names, in whichever language is read.

    Two may fall on one day, as Ascension Day and Europe Day did on 9 May 2024: both are named.
    """
    sunday = easter(year)
    found = [(datetime.date(year, month, day), name) for month, day, name in FIXED]
    found += [(sunday + datetime.timedelta(days=days), name) for days, name in MOVABLE]
    if year >= FIRST_EUROPE_DAY:
        found.append((datetime.date(year, 5, 9), EUROPE_DAY))
    named: dict[datetime.date, tuple[Promise | str, ...]] = {}
    for day, name in sorted(found, key=lambda each: each[0]):
        named[day] = (*named.get(day, ()), name)
    return named
