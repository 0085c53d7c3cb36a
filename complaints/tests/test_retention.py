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
        assert retention.erased_on(complaint) == first_on
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
        assert retention.erased_on(complaint) == datetime.date(2023, 5, 5)
        assert is_due(complaint, datetime.date(2023, 5, 5))
        settings.COMPLAINT_RETENTION_FROM = "closing"
        assert retention.erased_on(complaint) == first_on
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
        Complaint.objects.filter(pk=complaint.pk).update(set_aside_at=timezone.now())
        assert is_due(complaint, TODAY)

    def test_never_while_it_is_held(self) -> None:
        complaint, one, two = make_ended(), make_staff("one"), make_staff("two")
        until_on = TODAY + 30 * DAY
        holds.request_hold(complaint=complaint, reason="Court.", until_on=until_on, by=one)
        assert is_due(complaint, TODAY), "what one person asks for does not count yet"
        holds.confirm_hold(complaint=complaint, by=two)
        assert not is_due(complaint, TODAY)
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
            assert self.run("--dry-run") == "1 complaints, 0 requests are due to be erased.\n"
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
            assert self.run() == "Erased: 3 complaints, 0 requests (0 never confirmed), 1 drafts, 1 links.\n"
        assert "retention: erased 3 complaints, 0 requests" in caplog.text
        for word in ("Quarterstaff", "@", *(case.reference for case in cases)):
            assert word not in caplog.text
        assert Complaint.objects.filter(erased_at__isnull=False).count() == 3
        assert (AccessLink.objects.count(), Draft.objects.count()) == (1, 1)
        assert not Email.objects.filter(pk=mail.pk).exists()
        assert self.run() == "Erased: 0 complaints, 0 requests (0 never confirmed), 0 drafts, 0 links.\n"

    def test_readyz_names_what_is_late_and_serves_on(self, client: Client) -> None:
        complaint = make_ended()
        for expected in (False, True):
            response = client.get("/readyz")
            assert response.status_code == 200
            assert response.json()["retention"] is expected
            retention.erase(complaint=complaint)

    def test_it_is_late_after_two_days_and_not_before(self) -> None:
        complaint = make_ended(at(2023, 1, 10))
        first_on = retention.erased_on(complaint)
        assert [retention.late(first_on + days * DAY) for days in (0, 1, 2, 3)] == [0, 0, 1, 1]

    def test_what_became_free_only_now_is_not_late(self) -> None:
        one, two = make_staff("one"), make_staff("two")
        held, answered, withdrawn, spam = (make_ended() for _time in range(4))
        holds.request_hold(complaint=held, reason="Court.", until_on=TODAY + DAY, by=one)
        holds.confirm_hold(complaint=held, by=two)
        assert retention.late(TODAY) == 3
        holds.lift_hold(complaint=held, by=two)
        now = timezone.now()
        none: dict[str, Any] = {"status": Status.RECEIVED, "withdrawn_at": None}
        answer = {**none, "status": Status.ANSWERED, "answer": "x", "answered_at": now}
        Complaint.objects.filter(pk=answered.pk).update(**answer)
        Complaint.objects.filter(pk=withdrawn.pk).update(withdrawn_at=now)
        Complaint.objects.filter(pk=spam.pk).update(**none, set_aside_at=now)
        assert retention.due(TODAY).count() == 4
        assert retention.late(TODAY) == 0
        assert retention.late(TODAY + 3 * DAY) == 4
