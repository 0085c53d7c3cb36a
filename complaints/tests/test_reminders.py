"""Staff are reminded once of each thing, and nothing personal is in it."""

import datetime

import pytest
from django.core.management import call_command
from post_office.models import Email

from complaints import handling, reminders
from complaints.models import Complaint
from complaints.tests.factories import make_complaint, make_staff

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


@pytest.fixture
def case() -> Complaint:
    complaint = make_complaint("en")
    owner, sponsor = make_staff("owner"), make_staff("sponsor")
    owner.email, sponsor.email = "owner@example.lu", "sponsor@example.lu"
    owner.save()
    sponsor.save()
    handling.assign(complaint=complaint, owner=owner, sponsor=sponsor, by=owner)
    Email.objects.all().delete()
    complaint.refresh_from_db()
    return complaint


def sent_to() -> list[str]:
    return [mail.to[0] for mail in Email.objects.order_by("pk")]


def test_the_owner_then_the_sponsor_then_the_mailbox_and_each_once(case: Complaint) -> None:
    due_on = case.answer_due_on
    expected = {
        due_on - 6 * DAY: [],
        due_on - 5 * DAY: ["owner@example.lu"],
        due_on - 4 * DAY: [],
        due_on - 2 * DAY: ["sponsor@example.lu"],
        due_on: [],
        due_on + DAY: ["complaints@proximus.lu"],
        due_on + 2 * DAY: [],
    }
    for day, people in expected.items():
        Email.objects.all().delete()
        assert reminders.remind(day) == len(people)
        assert reminders.remind(day) == 0
        assert sent_to() == people
        for mail in Email.objects.all():
            assert case.reference in mail.subject
            assert "Example Customer" not in mail.message


def test_who_was_away_is_reminded_all_at_once(case: Complaint) -> None:
    assert reminders.remind(case.answer_due_on + 10 * DAY) == 3


def test_an_announced_delay_begins_anew(case: Complaint) -> None:
    assert reminders.remind(case.answer_due_on - 5 * DAY) == 1
    until_on = case.answer_due_on + 20 * DAY
    owner = case.owner
    assert owner is not None
    handling.announce_delay(complaint=case, causes="c", until_on=until_on, by=owner)
    assert reminders.remind(case.answer_due_on + DAY) == 0
    assert reminders.remind(until_on - 5 * DAY) == 1


def test_what_is_answered_or_set_aside_reminds_nobody(case: Complaint) -> None:
    spam = make_complaint(summary="Spam")
    handling.set_aside(complaint=spam, reason="Spam.", by=make_staff("x"))
    handling.withdraw(complaint=case, reason="", by=None)
    assert reminders.remind(case.answer_due_on + 10 * DAY) == 0


def test_a_case_without_owner_reminds_the_mailbox() -> None:
    complaint = make_complaint()
    Email.objects.all().delete()
    assert reminders.remind(complaint.answer_due_on - 5 * DAY) == 1
    assert sent_to() == ["complaints@proximus.lu"]


def test_the_digest_leaves_once_a_day_and_says_numbers_only(case: Complaint) -> None:
    day = case.answer_due_on + DAY
    assert reminders.send_digest(day)
    assert not reminders.send_digest(day)
    assert reminders.send_digest(day + DAY)
    mail = Email.objects.order_by("pk").first()
    assert mail is not None
    assert "En retard\u00a0: 1" in mail.message
    assert "?waiting=overdue" in mail.message
    assert case.reference not in mail.message


def test_without_anything_to_say_there_is_no_digest() -> None:
    assert not reminders.send_digest(datetime.date(2026, 1, 1))


def test_the_worker_does_it(case: Complaint) -> None:
    Complaint.objects.filter(pk=case.pk).update(answer_due_on="2026-01-31")
    call_command("mail_worker", once=True)
    assert case.reminders.count() == 3
