"""One calendar month, as people and the law count it, and working days, as Luxembourg works them."""

import calendar
import datetime
from zoneinfo import ZoneInfo

import holidays
import pytest
from django.utils import timezone, translation
from hypothesis import example, given
from hypothesis import strategies as st

from complaints.deadlines import (
    Counted,
    answer_due_on,
    count_month,
    count_working_days,
    explain,
    holiday_name,
    is_working_day,
    target_on,
)
from complaints.public_holidays import public_holidays

LUXEMBOURG = ZoneInfo("Europe/Luxembourg")
DAY = datetime.timedelta(days=1)

days = st.dates(min_value=datetime.date(2000, 1, 1), max_value=datetime.date(2100, 12, 31))
numbers = st.integers(min_value=1, max_value=60)


def date(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def days_after(first: datetime.date, last: datetime.date) -> list[datetime.date]:
    """Return the days after `first` up to `last`."""
    return [first + DAY * number for number in range(1, (last - first).days + 1)]


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-23", "2026-12-23"),
        ("2026-12-31", "2027-01-31"),
        ("2026-01-31", "2026-02-28"),
        ("2028-01-31", "2028-02-29"),
        ("2028-02-29", "2028-03-29"),
        ("2026-02-28", "2026-03-28"),
        ("2026-03-31", "2026-04-30"),
        ("2100-01-31", "2100-02-28"),
    ],
)
def test_due(received: str, due: str) -> None:
    assert answer_due_on(date(received)) == date(due)


@pytest.mark.parametrize("received", ["2026-04-09", "2026-10-15", "2026-11-25"])
def test_a_holiday_or_a_weekend_does_not_put_the_promised_day_off(received: str) -> None:
    """9 May 2026 is a Saturday and Europe Day, 15 November a Sunday, 25 December a Friday."""
    due = answer_due_on(date(received))
    assert not is_working_day(due)
    assert due.day == date(received).day


@given(days)
def test_due_in_the_next_month_never_later_in_it(received: datetime.date) -> None:
    due = answer_due_on(received)
    assert (due.year * 12 + due.month) - (received.year * 12 + received.month) == 1
    assert due.day == received.day or (due.day < received.day and (due + DAY).month != due.month)


@given(days)
@example(datetime.date(2028, 1, 31))
@example(datetime.date(2028, 2, 29))
@example(datetime.date(2100, 1, 29))
def test_a_month_says_how_it_was_counted(received: datetime.date) -> None:
    counted = count_month(received)
    assert counted.on == answer_due_on(received)
    assert 28 <= counted.days == (counted.on - received).days <= 31
    _weekday, length = calendar.monthrange(counted.on.year, counted.on.month)
    assert counted.last_of_month == (received.day > length)
    assert counted.on.day == (length if counted.last_of_month else received.day)
    assert counted.skipped_on == ()


@given(days, days)
def test_later_receipt_is_never_due_earlier(one: datetime.date, other: datetime.date) -> None:
    first, second = sorted([one, other])
    assert answer_due_on(first) <= answer_due_on(second)


@pytest.mark.parametrize(
    ("moment", "received"),
    [
        # Summer time ends on 25 October 2026 and begins on 29 March 2026: the day has 25 or 23 hours.
        ("2026-10-24T23:30", "2026-10-24"),
        ("2026-10-25T00:30", "2026-10-25"),
        ("2026-10-25T23:30", "2026-10-25"),
        ("2026-10-26T00:30", "2026-10-26"),
        ("2026-03-28T23:30", "2026-03-28"),
        ("2026-03-29T00:30", "2026-03-29"),
        ("2026-03-29T23:30", "2026-03-29"),
        ("2026-03-30T00:30", "2026-03-30"),
    ],
)
def test_the_day_of_receipt_is_that_of_luxembourg_around_the_change_of_clocks(
    moment: str, received: str
) -> None:
    in_utc = datetime.datetime.fromisoformat(moment).replace(tzinfo=LUXEMBOURG).astimezone(datetime.UTC)
    received_on = timezone.localdate(in_utc)
    assert received_on == date(received)
    assert answer_due_on(received_on).day == received_on.day
    assert target_on(received_on, 1) > received_on


@pytest.mark.parametrize(
    ("day", "english", "french"),
    [
        ("2026-01-01", "New Year’s Day", "Jour de l’An"),
        ("2026-04-06", "Easter Monday", "Lundi de Pâques"),
        ("2026-05-01", "Labour Day", "Fête du Travail"),
        ("2025-05-09", "Europe Day", "Jour de l’Europe"),
        ("2026-05-25", "Whit Monday", "Lundi de Pentecôte"),
        ("2026-06-23", "National Day", "Fête nationale"),
        ("2024-05-09", "Ascension Day, Europe Day", "Ascension, Jour de l’Europe"),
        ("2026-06-24", "", ""),
        ("2018-05-09", "", ""),
    ],
)
def test_holidays(day: str, english: str, french: str) -> None:
    with translation.override("en"):
        assert holiday_name(date(day)) == english
    with translation.override("fr"):
        assert holiday_name(date(day)) == french
    assert is_working_day(date(day)) == (not english)


@pytest.mark.parametrize(("language", "theirs"), [("fr", "fr"), ("en", "en_US")])
def test_the_holidays_are_those_that_the_library_knows(language: str, theirs: str) -> None:
    british = {"Labor Day": "Labour Day", "Pentecost Monday": "Whit Monday"}
    for year in range(1990, 2100):
        known = holidays.country_holidays("LU", years=year, expand=False, language=theirs)
        with translation.override(language):
            ours = {day: sorted(map(str, names)) for day, names in public_holidays(year).items()}
        assert ours == {
            day: sorted(british.get(name, name).replace("'", "’") for name in known.get_list(day))
            for day in known
        }


@pytest.mark.parametrize("day", ["2026-11-21", "2026-11-22"])
def test_a_weekend_is_not_worked(day: str) -> None:
    assert not is_working_day(date(day))


@pytest.mark.parametrize(
    ("began", "number", "target"),
    [
        ("2026-11-23", 1, "2026-11-24"),
        ("2026-11-23", 10, "2026-12-07"),
        ("2026-11-20", 1, "2026-11-23"),
        ("2026-11-21", 1, "2026-11-23"),
        ("2026-04-23", 10, "2026-05-08"),
        ("2026-12-23", 2, "2026-12-28"),
        ("2026-12-31", 1, "2027-01-04"),
    ],
)
def test_target(began: str, number: int, target: str) -> None:
    assert target_on(date(began), number) == date(target)


@given(days, numbers)
def test_so_many_working_days_lie_between(began: datetime.date, number: int) -> None:
    target = target_on(began, number)
    assert is_working_day(target)
    assert sum(is_working_day(day) for day in days_after(began, target)) == number


@given(days, days, numbers)
def test_later_receipt_has_never_an_earlier_target(
    one: datetime.date, other: datetime.date, number: int
) -> None:
    first, second = sorted([one, other])
    assert target_on(first, number) <= target_on(second, number)


@given(days, numbers)
def test_working_days_name_every_holiday_passed_over(began: datetime.date, number: int) -> None:
    counted = count_working_days(began, number)
    assert counted.on == target_on(began, number)
    passed = [day for day in days_after(began, counted.on) if not is_working_day(day) and day.weekday() < 5]
    assert [day for day, _name in counted.holidays] == passed
    assert all(name for _day, name in counted.holidays)


@pytest.mark.parametrize("number", [0, -1])
def test_no_working_day_at_all_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        target_on(date("2026-11-23"), number)


@pytest.mark.parametrize(
    ("counted", "sentence"),
    [
        (
            count_month(date("2026-11-23")),
            "One calendar month from receipt on 23 November 2026: the same day of the next month.",
        ),
        (
            count_month(date("2026-01-31")),
            "One calendar month from receipt on 31 January 2026; February 2026 has only 28 days, "
            "so its last day.",
        ),
        (
            count_month(date("2028-01-30")),
            "One calendar month from receipt on 30 January 2028; February 2028 has only 29 days, "
            "so its last day.",
        ),
        (
            count_working_days(date("2026-11-23"), 10),
            "10 working days from the day after receipt on 23 November 2026; "
            "not counted: Saturdays and Sundays.",
        ),
        (
            count_working_days(date("2026-11-23"), 1),
            "1 working day from the day after receipt on 23 November 2026; "
            "not counted: Saturdays and Sundays.",
        ),
        (
            count_working_days(date("2026-04-23"), 10),
            "10 working days from the day after receipt on 23 April 2026; "
            "not counted: Saturdays, Sundays and 1 May 2026 (Labour Day).",
        ),
        (
            count_working_days(date("2026-12-21"), 10),
            "10 working days from the day after receipt on 21 December 2026; not counted: Saturdays, "
            "Sundays, 25 December 2026 (Christmas Day) and 1 January 2027 (New Year’s Day).",
        ),
    ],
)
def test_a_sentence_says_how_it_was_counted(counted: Counted, sentence: str) -> None:
    with translation.override("en"):
        assert explain(counted).replace("\u00a0", " ") == sentence


@pytest.mark.parametrize(
    ("counted", "sentence"),
    [
        (count_month(date("2026-11-23")), "One calendar month from 23 November 2026, when this examination"),
        (count_month(date("2028-01-30")), "One calendar month from 30 January 2028, when this examination"),
        (
            count_working_days(date("2026-11-23"), 1),
            "1 working day from the day after 23 November 2026",
        ),
    ],
)
def test_the_clock_of_a_later_examination_is_not_said_to_run_from_receipt(
    counted: Counted, sentence: str
) -> None:
    with translation.override("en"):
        explained = explain(counted, from_receipt=False).replace("\u00a0", " ")
    assert explained.startswith(sentence)
    assert "receipt" not in explained


def test_the_sentence_names_the_holidays_in_the_language_of_the_reader() -> None:
    counted = count_working_days(date("2026-04-23"), 10)
    with translation.override("fr"):
        assert "1er\u00a0mai\u00a02026 (Fête du Travail)" in explain(counted)
