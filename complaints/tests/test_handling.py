"""Every step is one transaction with its event and its mails, or refused with the reason."""

import datetime
from unittest.mock import patch

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from post_office.models import Email

from complaints import handling
from complaints.models import Complaint, Event, Outcome, Status
from complaints.tests.factories import FACTS, make_complaint, make_staff
from core.append_only import AppendOnly

pytestmark = pytest.mark.django_db


def actions(complaint: Complaint) -> list[str]:
    return list(complaint.events.values_list("action", flat=True))


def test_receive_stores_case_event_and_mails() -> None:
    complaint = make_complaint()
    assert complaint.status == Status.RECEIVED
    assert complaint.answer_due_on > complaint.received_on
    assert actions(complaint) == ["received"]
    assert [mail.to for mail in Email.objects.order_by("pk")] == [
        ["customer@example.com"],
        ["complaints@proximus.lu"],
    ]


def test_the_same_form_twice_is_one_complaint() -> None:
    first, second = make_complaint(), make_complaint()
    assert first == second
    assert Complaint.objects.count() == Event.objects.count() == 1
    assert Email.objects.count() == 2


def test_a_changed_form_is_another_complaint() -> None:
    assert make_complaint() != make_complaint(description="It arrived a third time.")


def test_without_an_address_nobody_is_acknowledged() -> None:
    make_complaint(email="", answer_by="post")
    assert [mail.to for mail in Email.objects.all()] == [["complaints@proximus.lu"]]


def test_when_a_mail_cannot_be_stored_nothing_is() -> None:
    with patch("complaints.mail.notice_to_staff", side_effect=RuntimeError), pytest.raises(RuntimeError):
        make_complaint()
    assert not Complaint.objects.exists()
    assert not Event.objects.exists()
    assert not Email.objects.exists()


def test_a_reference_that_is_taken_is_drawn_again() -> None:
    taken = make_complaint().reference
    with patch("complaints.handling.new_reference", side_effect=[taken, "R26-FREE-FREE"]):
        other = make_complaint(summary="Another")
    assert other.reference == "R26-FREE-FREE"


def test_references_are_easy_to_read() -> None:
    references = {handling.new_reference(datetime.date(2026, 1, 1)) for _time in range(200)}
    assert len(references) == 200
    for reference in references:
        year, first, second = reference.split("-")
        assert year == "R26"
        assert len(first) == len(second) == 4
        assert set(first + second) <= set(handling.REFERENCE_LETTERS)


def test_the_day_of_receipt_is_the_day_in_luxembourg() -> None:
    moment = datetime.datetime(2026, 1, 30, 23, 30, tzinfo=datetime.UTC)
    complaint = handling.receive(key="k", facts=FACTS, language="fr", received_at=moment)
    assert complaint.received_on == datetime.date(2026, 1, 31)
    assert complaint.answer_due_on == datetime.date(2026, 2, 28)


def test_from_receipt_to_closure() -> None:
    complaint, owner, sponsor = make_complaint("en"), make_staff("owner"), make_staff("sponsor")
    until_on = complaint.answer_due_on + datetime.timedelta(days=10)
    handling.assign(complaint=complaint, owner=owner, sponsor=sponsor, by=owner)
    handling.announce_delay(complaint=complaint, causes="{{ a }} & b", until_on=until_on, by=owner)
    handling.answer(complaint=complaint, text="The point was examined.", by=owner)
    handling.close(complaint=complaint, outcome=Outcome.UPHELD, by=sponsor)
    complaint.refresh_from_db()
    assert (complaint.status, complaint.outcome) == (Status.CLOSED, Outcome.UPHELD)
    assert actions(complaint) == ["received", "assigned", "delayed", "answered", "closed"]
    assert complaint.events.last().actor == "Example sponsor"  # type: ignore[union-attr]  # has events
    acknowledgement, _notice, delay, answer = Email.objects.order_by("pk")
    assert complaint.reference in acknowledgement.subject
    assert {mail.headers["Reply-To"] for mail in (acknowledgement, delay, answer)} == {
        "complaints@proximus.lu"
    }
    assert "{{ a }} & b" in delay.message
    assert "The point was examined." in answer.message
    assert "management" in answer.message


def test_the_delay_notice_says_whether_the_day_is_past() -> None:
    complaint, owner = make_complaint("en"), make_staff("owner")
    until_on = timezone.localdate() + datetime.timedelta(days=60)
    handling.announce_delay(complaint=complaint, causes="Causes.", until_on=until_on, by=owner)
    Complaint.objects.filter(pk=complaint.pk).update(answer_due_on="2026-01-31")
    handling.announce_delay(
        complaint=complaint, causes="Causes.", until_on=until_on + datetime.timedelta(days=1), by=owner
    )
    *_others, early, late = Email.objects.order_by("pk")
    assert "We will not be able to answer" in early.message
    assert "We have not been able to answer" in late.message


def test_answers_by_post_are_not_mailed() -> None:
    complaint, owner = make_complaint(answer_by="post"), make_staff("owner")
    handling.assign(complaint=complaint, owner=owner, sponsor=make_staff("sponsor"), by=owner)
    before = Email.objects.count()
    handling.answer(complaint=complaint, text="By letter.", by=owner)
    assert Email.objects.count() == before


def test_gates() -> None:
    complaint, owner, sponsor = make_complaint(), make_staff("owner"), make_staff("sponsor")
    with pytest.raises(handling.StepRefused):
        handling.answer(complaint=complaint, text="Too early.", by=owner)
    with pytest.raises(handling.StepRefused):
        handling.assign(complaint=complaint, owner=owner, sponsor=owner, by=owner)
    with pytest.raises(handling.StepRefused):
        handling.close(complaint=complaint, outcome=Outcome.UPHELD, by=owner)
    with pytest.raises(handling.StepRefused):
        handling.announce_delay(
            complaint=complaint, causes="None", until_on=complaint.answer_due_on, by=owner
        )
    overdue = make_complaint(summary="Overdue")
    Complaint.objects.filter(pk=overdue.pk).update(answer_due_on="2026-01-31")
    with pytest.raises(handling.StepRefused):
        handling.announce_delay(
            complaint=overdue, causes="None", until_on=datetime.date(2026, 2, 1), by=owner
        )
    handling.assign(complaint=complaint, owner=owner, sponsor=sponsor, by=owner)
    handling.answer(complaint=complaint, text="The answer.", by=owner)
    with pytest.raises(handling.StepRefused):
        handling.answer(complaint=complaint, text="Again.", by=owner)
    with pytest.raises(handling.StepRefused):
        handling.assign(complaint=complaint, owner=sponsor, sponsor=owner, by=owner)
    handling.close(complaint=complaint, outcome=Outcome.UPHELD, by=owner)
    with pytest.raises(handling.StepRefused):
        handling.close(complaint=complaint, outcome=Outcome.REJECTED, by=owner)
    assert actions(complaint) == ["received", "assigned", "answered", "closed"]


def test_the_database_holds_the_pairs_together() -> None:
    complaint, owner = make_complaint(), make_staff("owner")
    for broken in (
        {"owner": owner},
        {"owner": owner, "sponsor": owner},
        {"delay_causes": "without a date"},
        {"answer": "without a date"},
        {"closed_at": timezone.now()},
        {"answer_by": "email", "email": ""},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Complaint.objects.filter(pk=complaint.pk).update(**broken)


def test_events_are_append_only() -> None:
    complaint = make_complaint()
    event = complaint.events.get()
    event.note = "changed"
    with pytest.raises(AppendOnly):
        event.save()
    with pytest.raises(AppendOnly):
        event.delete()
    with pytest.raises(AppendOnly):
        complaint.events.update(note="changed")
    with pytest.raises(AppendOnly):
        Event.objects.bulk_update([event], ["note"])
    with pytest.raises(AppendOnly):
        complaint.events.all().delete()
    assert complaint.events.get().note == ""
    with pytest.raises(ProtectedError):
        complaint.delete()


def test_overdue() -> None:
    complaint = make_complaint()
    due = complaint.answer_due_on
    assert not Complaint.objects.overdue(due).exists()
    assert Complaint.objects.overdue(due + datetime.timedelta(days=1)).get() == complaint
