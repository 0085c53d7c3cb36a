"""When an answer is due, by the promise and by the internal target.

Pure date arithmetic: nothing here reads the clock, the settings or the database. Dates are calendar days in
Luxembourg; whoever has a moment takes django.utils.timezone.localdate of it first.
"""

import calendar
import datetime
from dataclasses import dataclass
from typing import Literal

from dateutil.relativedelta import relativedelta
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from complaints.public_holidays import public_holidays
from core.dates import NO_BREAK_SPACE, long_date

ANSWER_WITHIN = relativedelta(months=1)
"""The complaint handling policy, step 2: "a period which may not exceed one month"."""

SATURDAY = 5
"""As datetime.date.weekday counts; Sunday is the one after."""

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Counted:
    """A day on which something is due, and how it was counted."""

    on: datetime.date
    """The last day that is in time."""

    from_on: datetime.date
    """The day of receipt; it does not count itself."""

    kind: Literal["month", "working_days"]

    days: int
    """Working days, or the calendar days that the month turned out to have (28 to 31)."""

    last_of_month: bool = False
    """Months only: the next month has no such day, so its last day was taken."""

    skipped_on: tuple[datetime.date, ...] = ()
    """Working days only: the public holidays from Monday to Friday that were passed over, in order."""

    @property
    def holidays(self) -> tuple[tuple[datetime.date, str], ...]:
        """The holidays of `skipped_on`, each with its name in the reader's language."""
        return tuple((day, holiday_name(day)) for day in self.skipped_on)


def answer_due_on(received_on: datetime.date) -> datetime.date:
    """Return the last day on which the answer to a complaint received on `received_on` is in time.

    One calendar month: the same day of the next month, or its last day when it has no such day (received on
    31 January, due on 28 or 29 February). So counts Article 4(2) of the European Convention on the
    Calculation of Time-Limits (Basel, 16 May 1972, ETS 076).

    Article 5 of the same Convention would extend a limit that ends on a Saturday, a Sunday or an official
    holiday to the next working day. The portal does not do so, on purpose: it promises the earlier day, which
    is in time whichever way the month is read.
    """
    return received_on + ANSWER_WITHIN


def count_month(received_on: datetime.date) -> Counted:
    """Return the day answer_due_on gives for `received_on`, with how it was counted."""
    due_on = answer_due_on(received_on)
    return Counted(
        on=due_on,
        from_on=received_on,
        kind="month",
        days=(due_on - received_on).days,
        last_of_month=due_on.day != received_on.day,
    )


def is_working_day(day: datetime.date) -> bool:
    """Tell whether `day` is neither a Saturday, nor a Sunday, nor a public holiday of Luxembourg."""
    return day.weekday() < SATURDAY and day not in public_holidays(day.year)


def target_on(began_on: datetime.date, working_days: int) -> datetime.date:
    """Return the internal target: the `working_days`th working day after `began_on`.

    The first working day after `began_on` counts as one. This is the company's own aim within the month that
    it promises, no rule of law. Raises ValueError when `working_days` is less than 1.
    """
    return count_working_days(began_on, working_days).on


def count_working_days(began_on: datetime.date, working_days: int) -> Counted:
    """Return the day target_on gives, with how it was counted. Raises ValueError as target_on does."""
    if working_days < 1:
        raise ValueError(f"working_days must be at least 1, not {working_days}")
    day, counted, skipped = began_on, 0, []
    while counted < working_days:
        day += DAY
        if is_working_day(day):
            counted += 1
        elif day.weekday() < SATURDAY:
            skipped.append(day)
    return Counted(
        on=day, from_on=began_on, kind="working_days", days=working_days, skipped_on=tuple(skipped)
    )


def holiday_name(day: datetime.date) -> str:
    """Return what the public holiday on `day` is called in the reader's language; "" when it is none.

    Two holidays may fall together, as Ascension Day and Europe Day did on 9 May 2024: both are named.
    """
    return ", ".join(map(str, public_holidays(day.year).get(day, ())))


def explain(counted: Counted, *, from_receipt: bool = True) -> str:
    """Return in one sentence, in the reader's language, how a day was counted.

    `from_receipt` is False when the clock began with a later examination, and not with the receipt.
    """
    since = long_date(counted.from_on)
    if counted.kind == "working_days":
        return _explain_working_days(counted, since, from_receipt)
    if not counted.last_of_month:
        sentence = (
            _("One calendar month from receipt on %(since)s: the same day of the next month.")
            if from_receipt
            else _(
                "One calendar month from %(since)s, when this examination began: "
                "the same day of the next month."
            )
        )
        return sentence % {"since": since}
    sentence = (
        _("One calendar month from receipt on %(since)s; %(month)s has only %(days)d days, so its last day.")
        if from_receipt
        else _(
            "One calendar month from %(since)s, when this examination began; "
            "%(month)s has only %(days)d days, so its last day."
        )
    )
    return sentence % {
        "since": since,
        "month": NO_BREAK_SPACE.join([date_format(counted.on, "F"), str(counted.on.year)]),
        "days": calendar.monthrange(counted.on.year, counted.on.month)[1],
    }


def _explain_working_days(counted: Counted, since: str, from_receipt: bool) -> str:
    *others, last = [
        _("Saturdays"),
        _("Sundays"),
        *(
            _("%(date)s (%(holiday)s)") % {"date": long_date(day), "holiday": name}
            for day, name in counted.holidays
        ),
    ]
    sentence = (
        ngettext(
            "%(days)d working day from the day after receipt on %(since)s; not counted: %(skipped)s.",
            "%(days)d working days from the day after receipt on %(since)s; not counted: %(skipped)s.",
            counted.days,
        )
        if from_receipt
        else ngettext(
            "%(days)d working day from the day after %(since)s, when this examination began; "
            "not counted: %(skipped)s.",
            "%(days)d working days from the day after %(since)s, when this examination began; "
            "not counted: %(skipped)s.",
            counted.days,
        )
    )
    return sentence % {
        "days": counted.days,
        "since": since,
        "skipped": _("%(others)s and %(last)s") % {"others": ", ".join(others), "last": last},
    }
