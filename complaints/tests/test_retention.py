"""When a case is forgotten, the command that does it, and the alarm when it is not done."""

import datetime
import logging
from io import StringIO
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from post_office.models import Email
from pytest_django.fixtures import Settings

from complaints import holds, retention
from complaints.models import AccessLink, Complaint, Draft, Status
from complaints.tests.factories import LONG_AGO, make_complaint, make_ended, make_staff

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
DAY = datetime.timedelta(days=1)


def at(year: int, month: int, day: int, hour: int = 12) -> datetime.datetime:
    return datetime.datetime(year, month, day, hour, 30, tzinfo=timezone.get_default_timezone())


def announced(complaint: Complaint, on: datetime.date | None = None) -> datetime.date:
    """Return the day that complainant and staff are told, by default on the day of receipt."""
    erasure = retention.erasure_of(complaint, on or complaint.received_on)
    assert erasure is not None
    return erasure.on


def is_due(complaint: Complaint, on: datetime.date) -> bool:
    return retention.due(on).filter(pk=complaint.pk).exists()


class TestDue:
    """Three years, to the day, unless the case is open or held."""

    @pytest.mark.parametrize(
        ("received_at", "first_on"),
        [
            (at(2023, 11, 24), datetime.date(2026, 11, 24)),
            (at(2023, 11, 24, 0), datetime.date(2026, 11, 24)),
            (at(2023, 11, 24, 23), datetime.date(2026, 11, 24)),
            (at(2023, 7, 1, 0), datetime.date(2026, 7, 1)),
            (at(2023, 10, 29, 23), datetime.date(2026, 10, 29)),
            (at(2024, 2, 28), datetime.date(2027, 2, 28)),
            (at(2024, 2, 29), datetime.date(2027, 2, 28)),
            (at(2024, 2, 29, 23), datetime.date(2027, 2, 28)),
            (at(2024, 3, 1, 0), datetime.date(2027, 3, 1)),
            (at(2025, 2, 28), datetime.date(2028, 2, 28)),
            (at(2025, 3, 1), datetime.date(2028, 3, 1)),
        ],
    )
    @pytest.mark.parametrize("setting", ["receipt", "closing"])
    def test_the_day_is_the_one_that_is_announced(
        self, settings: Settings, received_at: datetime.datetime, first_on: datetime.date, setting: str
    ) -> None:
        settings.COMPLAINT_RETENTION_FROM = setting
        complaint = make_ended(received_at)
        assert announced(complaint) == first_on
        assert not is_due(complaint, first_on - DAY)
        assert is_due(complaint, first_on)

    @pytest.mark.parametrize(
        ("changes", "first_on"),
        [
            ({"withdrawn_at": at(2021, 1, 10)}, datetime.date(2024, 1, 10)),
            (
                {
                    "status": Status.CLOSED, "withdrawn_at": None, "answer": "x", "outcome": "upheld",
                    "answered_at": at(2021, 1, 10), "closed_at": at(2021, 3, 4),
                },
                datetime.date(2024, 3, 4),
            ),
            (
                {
                    "status": Status.ANSWERED, "withdrawn_at": None, "answer": "x", "outcome": "upheld",
                    "answered_at": at(2021, 1, 10),
                },
                datetime.date(2024, 1, 10),
            ),
            (
                {"status": Status.RECEIVED, "withdrawn_at": None, "set_aside_at": at(2021, 1, 1)},
                datetime.date(2023, 5, 5),
            ),
        ],
    )  # fmt: skip
    def test_counted_from_the_end_of_the_case(
        self, settings: Settings, changes: dict[str, Any], first_on: datetime.date
    ) -> None:
        complaint = make_ended(**changes)
        assert announced(complaint) == datetime.date(2023, 5, 5)
        assert is_due(complaint, datetime.date(2023, 5, 5))
        settings.COMPLAINT_RETENTION_FROM = "closing"
        assert announced(complaint) == first_on
        assert not is_due(complaint, first_on - DAY)
        assert is_due(complaint, first_on)

    @pytest.mark.parametrize("status", ["received", "assigned", "examined"])
    @pytest.mark.parametrize("setting", ["receipt", "closing"])
    def test_never_while_it_is_open_unless_it_is_spam(
        self, settings: Settings, status: str, setting: str
    ) -> None:
        settings.COMPLAINT_RETENTION_FROM = setting
        complaint = make_ended(status=status, withdrawn_at=None)
        assert not is_due(complaint, TODAY + 9000 * DAY)
        assert retention.erasure_of(complaint, TODAY) is None
        Complaint.objects.filter(pk=complaint.pk).update(set_aside_at=LONG_AGO)
        assert is_due(complaint, TODAY)
        complaint.refresh_from_db()
        assert announced(complaint, TODAY) == TODAY

    @pytest.mark.parametrize(
        ("ended_at", "first_on"),
        [
            (at(2026, 1, 15, 0), datetime.date(2026, 4, 15)),
            (at(2026, 1, 15, 23), datetime.date(2026, 4, 15)),
            (at(2025, 11, 27), datetime.date(2026, 2, 27)),
            (at(2025, 11, 28), datetime.date(2026, 2, 28)),
            (at(2025, 11, 30, 23), datetime.date(2026, 2, 28)),
            (at(2025, 12, 1, 0), datetime.date(2026, 3, 1)),
        ],
    )
    @pytest.mark.parametrize("end", ["withdrawn_at", "closed_at", "answered_at", "set_aside_at"])
    def test_examined_for_longer_than_three_years_it_stays_three_months_after_its_end(
        self, ended_at: datetime.datetime, first_on: datetime.date, end: str
    ) -> None:
        none: dict[str, Any] = {"withdrawn_at": None, "status": Status.RECEIVED}
        answered = {**none, "answer": "x", "outcome": "upheld", "answered_at": LONG_AGO}
        ends: dict[str, dict[str, Any]] = {
            "withdrawn_at": {},
            "closed_at": answered | {"status": Status.CLOSED},
            "answered_at": answered | {"status": Status.ANSWERED},
            "set_aside_at": none,
        }
        complaint = make_ended(**ends[end] | {end: ended_at})
        assert announced(complaint) == first_on
        assert not is_due(complaint, first_on - DAY)
        assert is_due(complaint, first_on)

    def test_what_is_overdue_is_announced_for_today(self) -> None:
        assert announced(make_ended(), TODAY) == TODAY
        erased = make_ended()
        retention.erase(complaint=erased)
        erased.refresh_from_db()
        assert retention.erasure_of(erased, TODAY) is None

    def test_never_while_it_is_held(self) -> None:
        complaint, one, two = make_ended(), make_staff("one"), make_staff("two")
        until_on = TODAY + 30 * DAY
        holds.request_hold(complaint=complaint, reason="Court.", until_on=until_on, by=one)
        assert is_due(complaint, TODAY), "what one person asks for does not count yet"
        assert retention.erasure_of(complaint, TODAY) == retention.Erasure(TODAY, None)
        holds.confirm_hold(complaint=complaint, by=two)
        assert not is_due(complaint, TODAY)
        assert retention.erasure_of(complaint, TODAY) == retention.Erasure(until_on, until_on)
        assert retention.erasure_of(complaint, until_on) == retention.Erasure(until_on, None)
        assert not is_due(complaint, until_on - DAY)
        assert is_due(complaint, until_on)
        holds.lift_hold(complaint=complaint, by=two)
        assert is_due(complaint, TODAY)
        retention.erase(complaint=complaint)
        assert not is_due(complaint, TODAY)

    def test_what_is_held_or_reopened_at_the_last_moment_stays(self) -> None:
        held, reopened, erased = make_ended(), make_ended(), make_ended()
        one, two = make_staff("one"), make_staff("two")
        real = retention.due
        asked: list[int] = []

        def due(on: datetime.date, keep: models.Q | None) -> models.QuerySet[Complaint]:
            asked.append(1)
            # The first and third call find the cases; what happens then, happens before they are locked.
            if len(asked) == 2:
                holds.request_hold(complaint=held, reason="Court.", until_on=TODAY + DAY, by=one)
                holds.confirm_hold(complaint=held, by=two)
            if len(asked) == 4:
                Complaint.objects.filter(pk=reopened.pk).update(status=Status.RECEIVED, withdrawn_at=None)
            return real(on, keep)

        with patch("complaints.retention.due", due):
            assert list(retention.apply(TODAY)) == [erased]
        assert list(Complaint.objects.filter(erased_at__isnull=False)) == [erased]


class TestTheCommand:
    """`manage.py apply_retention`, and what says that it does not run."""

    def run(self, *arguments: str) -> str:
        out = StringIO()
        call_command("apply_retention", *arguments, stdout=out)
        return out.getvalue()

    def test_a_dry_run_only_counts(self) -> None:
        complaint, _other = make_ended(), make_complaint()
        AccessLink.objects.create(complaint=complaint, digest="0", created_at=LONG_AGO)
        Draft.objects.create(created_at=LONG_AGO)
        with CaptureQueriesContext(connection) as queries:
            assert self.run("--dry-run") == (
                "1 complaints, 0 requests and 0 entries of the audit log are due to be erased.\n"
            )
        assert all(query["sql"].startswith("SELECT") for query in queries)

    def test_a_run_erases_counts_and_names_nobody(self, caplog: pytest.LogCaptureFixture) -> None:
        cases = [make_ended(full_name="Zebulon Quarterstaff") for _time in range(3)]
        open_one = make_complaint()
        mail = Email.objects.earliest("pk")
        AccessLink.objects.create(complaint=open_one, digest="0", created_at=LONG_AGO, mail=mail)
        AccessLink.objects.create(complaint=open_one, digest="1")
        Draft.objects.create(created_at=LONG_AGO)
        Draft.objects.create()
        with caplog.at_level(logging.DEBUG, logger="complaints"), caplog.at_level(logging.INFO):
            assert self.run() == (
                "Erased: 3 complaints, 0 requests (0 never confirmed), 1 drafts, 1 links, "
                "0 entries of the audit log.\n"
            )
        assert "retention: erased 3 complaints, 0 requests" in caplog.text
        for word in ("Quarterstaff", "@", *(case.reference for case in cases)):
            assert word not in caplog.text
        assert Complaint.objects.filter(erased_at__isnull=False).count() == 3
        assert (AccessLink.objects.count(), Draft.objects.count()) == (1, 1)
        assert not Email.objects.filter(pk=mail.pk).exists()
        assert self.run() == (
            "Erased: 0 complaints, 0 requests (0 never confirmed), 0 drafts, 0 links, "
            "0 entries of the audit log.\n"
        )

    def test_readyz_names_what_is_late_and_serves_on(self, client: Client) -> None:
        complaint = make_ended()
        for expected in (False, True):
            response = client.get("/readyz")
            assert response.status_code == 200
            assert response.json()["retention"] is expected
            retention.erase(complaint=complaint)

    def test_it_is_late_after_two_days_and_not_before(self) -> None:
        complaint = make_ended(at(2023, 1, 10))
        first_on = announced(complaint)
        assert [retention.late(first_on + days * DAY) for days in (0, 1, 2, 3)] == [0, 0, 1, 1]

    def test_what_became_free_only_now_is_not_late(self) -> None:
        one, two = make_staff("one"), make_staff("two")
        held, _withdrawn = (make_ended() for _time in range(2))
        holds.request_hold(complaint=held, reason="Court.", until_on=TODAY + DAY, by=one)
        holds.confirm_hold(complaint=held, by=two)
        assert retention.late(TODAY) == 1
        holds.lift_hold(complaint=held, by=two)
        assert retention.due(TODAY).count() == 2
        assert retention.late(TODAY) == 1
        assert retention.late(TODAY + 3 * DAY) == 2
