"""The day in Luxembourg, at its edges."""

import datetime

import pytest

from core.dates import Today


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-23T22:59:59.999+00:00", "2026-11-23"),
        ("2026-11-23T23:00:00+00:00", "2026-11-24"),
        # Summer time ends on this day, which is 25 hours long; and begins on that, of 23 hours.
        ("2026-10-25T22:59:59+00:00", "2026-10-25"),
        ("2026-10-25T23:00:00+00:00", "2026-10-26"),
        ("2026-03-29T21:59:59+00:00", "2026-03-29"),
        ("2026-03-29T22:00:00+00:00", "2026-03-30"),
    ],
)
def test_the_day_begins_at_midnight_in_luxembourg(
    moment: str, day: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.datetime.fromisoformat(moment)
    today = Today()
    # From the day before and from the day after alike: clocks are put right in both directions.
    for distance in (-1, 1, 0):
        there = now + datetime.timedelta(days=distance)
        monkeypatch.setattr("core.dates.time", there.timestamp)
        monkeypatch.setattr("django.utils.timezone.now", lambda there=there: there)
        found = today.get()
    assert found.isoformat() == day
