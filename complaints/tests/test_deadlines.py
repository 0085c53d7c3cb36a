"""One calendar month, as people and the law count it."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.deadlines import answer_due_on


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
    ],
)
def test_due(received: str, due: str) -> None:
    assert answer_due_on(datetime.date.fromisoformat(received)) == datetime.date.fromisoformat(due)


@given(st.dates(min_value=datetime.date(2000, 1, 1), max_value=datetime.date(2100, 1, 1)))
def test_due_in_the_next_month_never_later_in_it(received: datetime.date) -> None:
    due = answer_due_on(received)
    assert (due.year * 12 + due.month) - (received.year * 12 + received.month) == 1
    assert due.day == received.day or (
        due.day < received.day and (due + datetime.timedelta(days=1)).month != due.month
    )
