"""What is forgotten, when, and how completely."""

import datetime
from io import StringIO
from unittest.mock import patch

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from post_office.models import Email

from complaints import retention as retention_of_complaints
from complaints.models import Complaint
from complaints.tests.factories import make_ended, make_staff
from privacy import connecting, handling, retention
from privacy.models import Event, Link, Outcome, Request
from privacy.tests.factories import FACTS, enter_request, make_request, send_request

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


def answered(day: datetime.datetime) -> Request:
    officer = make_staff("officer")
    with patch("django.utils.timezone.now", return_value=day):
        request = make_request()
        assert request.due_on is not None
        until_on = request.due_on + DAY
        handling.extend(request=request, reasons="Secret reasons.", until_on=until_on, by=officer)
        handling.answer(request=request, text="A secret answer.", outcome=Outcome.GRANTED, by=officer)
        handling.send_link(reference=request.reference, email=request.email)
    LogEntry.objects.create(
        user=officer,
        content_type=ContentType.objects.get_for_model(Request),
        object_id=str(request.pk),
        object_repr=str(request),
        action_flag=CHANGE,
        change_message="about Example Customer",
    )
    request.refresh_from_db()
    return request


def test_three_years_after_the_answer_nothing_personal_is_left() -> None:
    day = timezone.now() - datetime.timedelta(days=800)
    request = answered(day)
    due_on = retention.erased_on(request)
    assert due_on is not None
    assert not retention.due(due_on - DAY).exists()
    assert [each.pk for each in retention.apply(due_on)] == [request.pk]
    assert list(retention.apply(due_on)) == []
    request.refresh_from_db()
    assert request.erased_at is not None
    assert (request.reference, request.right) == (request.reference, "access")
    assert not Link.objects.exists()
    # What is left of the mails is the notice to staff, which names nobody.
    everything = []
    with connection.cursor() as cursor:
        for table in ("privacy_request", "privacy_event", "post_office_email", "django_admin_log"):
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608
            everything += [str(row) for row in cursor.fetchall()]
    for secret in (FACTS["full_name"], FACTS["email"], FACTS["text"], "ecret", "Example officer"):
        assert secret not in " ".join(everything)
    assert Email.objects.count() == 1


def test_the_three_years_of_a_leap_day_end_when_the_page_says() -> None:
    day = datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.UTC)
    request = answered(day)
    due_on = retention.erased_on(request)
    assert due_on == datetime.date(2027, 2, 28)
    assert not retention.due(due_on - DAY).exists()
    assert retention.due(due_on).exists()


def test_late_erasures_are_told(client: Client) -> None:
    request = answered(timezone.now() - datetime.timedelta(days=3 * 366 + 10))
    assert retention.late(timezone.localdate()) == 1
    assert client.get("/readyz").json()["retention"] is False
    client.force_login(make_staff("auditor", "view_request"))
    assert "errornote" in client.get("/admin/").text
    call_command("apply_retention", verbosity=0)
    request.refresh_from_db()
    assert request.erased_at is not None
    assert client.get("/readyz").json()["retention"] is True


def test_an_open_request_is_kept() -> None:
    make_request()
    assert not retention.due(timezone.localdate() + datetime.timedelta(days=9_999)).exists()


def test_what_nobody_confirms_is_gone_after_a_week() -> None:
    confirmed = make_request()
    send_request(text="Unconfirmed")
    out = StringIO()
    with patch("django.utils.timezone.now", return_value=timezone.now() + retention.UNCONFIRMED_KEPT - DAY):
        call_command("apply_retention", stdout=out)
    assert Request.objects.count() == 2
    with patch("django.utils.timezone.now", return_value=timezone.now() + retention.UNCONFIRMED_KEPT + DAY):
        call_command("apply_retention", stdout=out)
    assert Request.objects.get() == confirmed
    assert set(Event.objects.values_list("request", flat=True)) == {confirmed.pk}
    # Its link went with its mail when it was a day old.
    assert not Link.objects.exists()
    assert not Email.objects.filter(subject__icontains="address").exists()


def test_a_dry_run_erases_nothing() -> None:
    request = answered(timezone.now() - datetime.timedelta(days=3 * 366 + 10))
    out = StringIO()
    call_command("apply_retention", dry_run=True, stdout=out)
    assert "1 requests and" in out.getvalue()
    request.refresh_from_db()
    assert request.erased_at is None


@pytest.mark.parametrize(
    ("right", "is_kept"), [("access", True), ("restriction", True), ("deletion", False), ("objection", False)]
)
@pytest.mark.parametrize("way", ["confirmed", "address", "reference"])
def test_what_somebody_asks_about_is_not_erased_before_the_answer(
    client: Client, right: str, way: str, *, is_kept: bool
) -> None:
    officer = make_staff("officer")
    asked_about, other = make_ended(), make_ended()
    Complaint.objects.filter(pk=asked_about.pk).update(email="Known@example.lu")
    if way == "confirmed":
        request = make_request(right=right, email="known@example.lu")
    else:
        request = enter_request(right=right, identity="Called back.")
        what = "known@example.lu" if way == "address" else asked_about.reference
        connecting.connect(request=request, what=what, reason="x", by=officer)
    out = StringIO()
    call_command("apply_retention", dry_run=True, stdout=out)
    assert f"{1 if is_kept else 2} complaints" in out.getvalue()
    call_command("apply_retention", verbosity=0)
    asked_about.refresh_from_db()
    other.refresh_from_db()
    assert (asked_about.erased_at is None, other.erased_at is None) == (is_kept, False)
    assert client.get("/readyz").json()["retention"] is True
    if is_kept:
        handling.answer(request=request, text="Done.", outcome=Outcome.GRANTED, by=officer)
        assert client.get("/readyz").json()["retention"] is True
        Request.objects.update(answered_at=timezone.now() - DAY)
        call_command("apply_retention", verbosity=0)
        asked_about.refresh_from_db()
        assert asked_about.erased_at is not None


def test_what_nobody_confirmed_keeps_nothing() -> None:
    case = make_ended()
    send_request(email=case.email)
    keep = connecting.asked_about(timezone.localdate())
    assert retention_of_complaints.due(timezone.localdate(), keep).get() == case
