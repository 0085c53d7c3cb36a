"""Data protection staff are reminded once of each thing, nothing personal is in it, and the lists agree."""

import datetime

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from post_office.models import STATUS, Email

from complaints.tests.factories import make_staff
from privacy import handling, inbox, mail, reminders
from privacy.models import Digest, Outcome, Reminder, Request
from privacy.tests.factories import FACTS, enter_request, make_officer, make_request, send_request

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
MAILBOX = "dpo@proximus.lu"


def due_on(request: Request) -> datetime.date:
    assert request.due_on is not None
    return request.due_on


def member(name: str, email: str, group: str = "Data protection", *, is_active: bool = True) -> User:
    user = User.objects.create_user(f"example-{name}", email=email, is_staff=True, is_active=is_active)
    user.groups.add(Group.objects.get(name=group))
    return user


def test_seven_days_two_days_and_the_day_after_and_each_once() -> None:
    request = make_request()
    expected = {8: 0, 7: 1, 6: 0, 3: 0, 2: 1, 1: 0, 0: 0, -1: 1, -2: 0, -30: 0}
    for days, number in expected.items():
        Email.objects.all().delete()
        day = due_on(request) - days * DAY
        assert reminders.remind(day) == number, days
        assert reminders.remind(day) == 0
        assert [found.to for found in Email.objects.all()] == [[MAILBOX]] * number
        for found in Email.objects.all():
            assert request.reference in found.subject
            for personal in (FACTS["full_name"], FACTS["email"], FACTS["text"]):
                assert personal not in f"{found.subject} {found.message}"


def test_who_was_away_is_reminded_once_of_the_most_urgent() -> None:
    request = make_request()
    assert reminders.remind(due_on(request) + 10 * DAY) == 1
    assert Reminder.objects.count() == 3
    assert reminders.remind(due_on(request) + 11 * DAY) == 0


def test_an_extension_begins_anew() -> None:
    request, officer = make_request(), make_officer()
    assert reminders.remind(due_on(request) - 7 * DAY) == 1
    until_on = due_on(request) + 20 * DAY
    handling.extend(request=request, reasons="Many files.", until_on=until_on, by=officer)
    assert reminders.remind(due_on(request) + DAY) == 0
    assert reminders.remind(until_on - 7 * DAY) == 1


def test_what_is_answered_or_not_confirmed_reminds_nobody() -> None:
    request, _unconfirmed = make_request(), send_request(text="Unconfirmed")
    handling.answer(request=request, text="Done.", outcome=Outcome.GRANTED, by=make_officer())
    assert reminders.remind(due_on(request) + 30 * DAY) == 0


def test_the_group_is_reminded_and_nobody_else() -> None:
    member("one", "one@example.lu")
    member("two", "DPO@proximus.lu")
    member("gone", "gone@example.lu", is_active=False)
    member("silent", "")
    member("odd", '"a,b"@example.lu')
    member("auditor", "auditor@example.lu", "Auditors")
    member("handler", "handler@example.lu", "Complaint handlers")
    User.objects.create_superuser("example-admin", email="admin@example.lu")
    assert mail.staff_addresses() == [MAILBOX, "one@example.lu"]
    request = make_request()
    Email.objects.all().delete()
    reminders.remind(due_on(request) - 2 * DAY)
    assert sorted(found.to[0] for found in Email.objects.all()) == [MAILBOX, "one@example.lu"]


def test_the_digest_leaves_once_a_day_and_says_numbers_only() -> None:
    request = make_request()
    Email.objects.all().delete()
    day = due_on(request) + DAY
    assert reminders.send_digest(day)
    assert not reminders.send_digest(day)
    assert reminders.send_digest(day + DAY)
    found = Email.objects.order_by("pk")[0]
    assert found.to == [MAILBOX]
    assert "En retard\u00a0: 1" in found.message
    assert "?waiting=overdue" in found.message
    assert request.reference not in found.message


def test_without_anything_to_say_there_is_no_digest() -> None:
    send_request()
    assert not reminders.send_digest(timezone.localdate())
    assert not Digest.objects.exists()


def test_the_worker_does_it() -> None:
    request = make_request()
    Request.objects.filter(pk=request.pk).update(due_on="2026-01-31")
    call_command("mail_worker", once=True)
    assert request.reminders.count() == 3
    assert Digest.objects.exists()


def test_the_inbox_knows_what_waits(client: Client) -> None:
    client.force_login(make_officer())
    today = timezone.localdate()
    late, soon, calm = (make_request(text=str(number)) for number in range(3))
    unchecked = enter_request()
    for request, day in ((late, today - DAY), (soon, today + 7 * DAY), (calm, today + 8 * DAY)):
        Request.objects.filter(pk=request.pk).update(due_on=day)
    answered = make_request(text="Answered")
    handling.answer(request=answered, text="Done.", outcome=Outcome.GRANTED, by=make_staff("x"))
    answered.mails.update(status=STATUS.failed)
    expected = {
        "overdue": {late},
        "soon": {soon},
        "identity": {unchecked},
        "mail": {answered},
        "letters": {unchecked},
        "open": {late, soon, calm, unchecked},
    }
    everything = {late, soon, calm, unchecked, answered}
    for what, found in expected.items():
        assert set(inbox.waiting(Request.objects.all(), what, today)) == found, what
        shown = client.get(reverse("admin:privacy_request_changelist"), {"waiting": what}).text
        assert {request for request in everything if request.reference in shown} == found, what
    assert {what: number for what, _words, number in inbox.counts(today)} == {
        what: len(found) for what, found in expected.items()
    }
    start = client.get(reverse("admin:index")).text
    for what in expected:
        assert f"{reverse('admin:privacy_request_changelist')}?waiting={what}" in start
    assert start.index(late.reference) < start.index(soon.reference)
    assert answered.reference not in start


def test_the_request_shows_whether_the_mail_has_left(client: Client) -> None:
    client.force_login(make_officer())
    request = make_request()
    request.mails.update(status=STATUS.failed)
    headers = {"accept-language": "en"}
    shown = client.get(reverse("admin:privacy_request_change", args=[request.pk]), headers=headers).text
    assert "acknowledgement of receipt: given up" in shown
    listed = client.get(reverse("admin:privacy_request_changelist"), headers=headers).text
    assert "mail not delivered" in listed
