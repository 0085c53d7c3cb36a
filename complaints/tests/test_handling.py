"""Every step is one transaction with its event and its mails, or refused with the reason."""

import datetime
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from post_office.models import STATUS, Email

from complaints import handling, inbox, receiving
from complaints.deadlines import answer_due_on
from complaints.models import Complaint, Event, Outcome, Stage, Status, Template
from complaints.steps import StepRefused
from complaints.tests.factories import FACTS, mails_sent, make_complaint, make_staff
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
    complaint = make_complaint(email="", answer_by="post")
    assert [mail.to for mail in Email.objects.all()] == [["complaints@proximus.lu"]]
    assert complaint.messages.get().by_post


def test_when_a_mail_cannot_be_stored_nothing_is() -> None:
    with patch("complaints.mail.notice_to_staff", side_effect=RuntimeError), pytest.raises(RuntimeError):
        make_complaint()
    assert not Complaint.objects.exists()
    assert not Event.objects.exists()
    assert not Email.objects.exists()


def test_a_reference_that_is_taken_is_drawn_again() -> None:
    taken = make_complaint().reference
    with patch("complaints.receiving.new_reference", side_effect=[taken, "R26-FREE-FREE"]):
        other = make_complaint(summary="Another")
    assert other.reference == "R26-FREE-FREE"


def test_references_are_easy_to_read() -> None:
    references = {receiving.new_reference(datetime.date(2026, 1, 1)) for _time in range(200)}
    assert len(references) == 200
    for reference in references:
        year, first, second = reference.split("-")
        assert year == "R26"
        assert len(first) == len(second) == 4
        assert set(first + second) <= set(receiving.REFERENCE_LETTERS)


def test_the_day_of_receipt_is_the_day_in_luxembourg() -> None:
    moment = datetime.datetime(2026, 1, 30, 23, 30, tzinfo=datetime.UTC)
    complaint = receiving.receive(key="k", facts=FACTS, language="fr", received_at=moment)
    assert complaint.received_on == datetime.date(2026, 1, 31)
    assert complaint.answer_due_on == datetime.date(2026, 2, 28)


def assigned(complaint: Complaint) -> tuple[User, User]:
    owner, sponsor = make_staff("owner"), make_staff("sponsor")
    handling.assign(complaint=complaint, owner=owner, sponsor=sponsor, by=owner)
    return owner, sponsor


def told(complaint: Complaint) -> list[str]:
    return list(complaint.messages.values_list("kind", flat=True))


def test_from_receipt_to_closure() -> None:
    complaint = make_complaint("en")
    owner, sponsor = assigned(complaint)
    until_on = complaint.answer_due_on + datetime.timedelta(days=10)
    handling.examine(complaint=complaint, by=owner)
    handling.request_information(complaint=complaint, request="Which invoice?", by=owner)
    handling.note(complaint=complaint, text="Ask the accountants.", by=owner)
    handling.announce_delay(complaint=complaint, causes="{{ a }} & {b}", until_on=until_on, by=owner)
    handling.answer(complaint=complaint, text="The point was examined.", outcome=Outcome.UPHELD, by=owner)
    mails_sent()
    handling.close(complaint=complaint, by=sponsor)
    complaint.refresh_from_db()
    assert (complaint.status, complaint.outcome) == (Status.CLOSED, Outcome.UPHELD)
    steps = ["received", "assigned", "examined", "asked", "noted", "delayed", "answered", "closed"]
    assert actions(complaint) == steps
    assert complaint.events.last().actor == "Example sponsor"  # type: ignore[union-attr]  # has events
    kinds = ["acknowledgement", "assignment", "information", "delay", "answer", "closed"]
    assert told(complaint) == kinds
    for message in complaint.messages.all():
        assert message.mail is not None
        assert complaint.reference in message.subject
        assert message.mail.headers["Reply-To"] == "complaints@proximus.lu"
        assert message.mail.to == ["customer@example.com"]
        assert message.mail.html_message.startswith("<!doctype html>")
        assert "Ask the accountants" not in message.mail.message
    assert "{{ a }} & {b}" in complaint.messages.get(kind="delay").text
    assert "{{ a }} &amp; {b}" in complaint.messages.get(kind="delay").mail.html_message  # type: ignore[union-attr]  # checked above
    assert "Example owner" in complaint.messages.get(kind="assignment").text


@pytest.mark.parametrize(
    ("outcome", "expected"), [(Outcome.UPHELD, 0), (Outcome.PARTLY_UPHELD, 1), (Outcome.REJECTED, 1)]
)
def test_an_answer_that_does_not_grant_everything_says_how_to_go_on(outcome: Outcome, expected: int) -> None:
    complaint = make_complaint("en")
    owner, _sponsor = assigned(complaint)
    handling.answer(complaint=complaint, text="The answer.", outcome=outcome, by=owner)
    assert complaint.messages.get(kind="answer").text.count("examined at management level") == expected


def test_without_the_paragraph_such_an_answer_is_refused() -> None:
    complaint = make_complaint("en")
    owner, _sponsor = assigned(complaint)
    Template.objects.filter(kind="management").update(text="  ")
    with pytest.raises(StepRefused, match="direction"):
        handling.answer(complaint=complaint, text="No.", outcome=Outcome.REJECTED, by=owner)
    assert actions(complaint) == ["received", "assigned"]
    handling.answer(complaint=complaint, text="Yes.", outcome=Outcome.UPHELD, by=owner)


def test_answers_by_post_are_letters_and_close_when_posted() -> None:
    complaint = make_complaint(answer_by="post")
    owner, _sponsor = assigned(complaint)
    handling.answer(complaint=complaint, text="By letter.", outcome=Outcome.UPHELD, by=owner)
    answer = complaint.messages.get(kind="answer")
    assert (answer.by_post, answer.mail) == (True, None)
    # The acknowledgement goes at once, to the address that was given all the same.
    assert complaint.messages.get(kind="acknowledgement").mail is not None
    with pytest.raises(StepRefused):
        handling.close(complaint=complaint, by=owner)
    handling.mark_posted(message=answer, by=owner)
    with pytest.raises(StepRefused):
        handling.mark_posted(message=answer, by=owner)
    handling.close(complaint=complaint, by=owner)
    assert actions(complaint)[-2:] == ["posted", "closed"]


@pytest.mark.parametrize("status", [STATUS.queued, STATUS.requeued, STATUS.failed])
def test_a_case_whose_answer_has_not_left_is_not_closed(status: int) -> None:
    complaint = make_complaint()
    owner, _sponsor = assigned(complaint)
    handling.answer(complaint=complaint, text="Yes.", outcome=Outcome.UPHELD, by=owner)
    Email.objects.update(status=status)
    with pytest.raises(StepRefused, match="parti" if status == STATUS.queued else "lettre"):
        handling.close(complaint=complaint, by=owner)
    mails_sent()
    handling.close(complaint=complaint, by=owner)


def test_what_no_mail_server_takes_goes_by_post() -> None:
    complaint = make_complaint()
    owner, _sponsor = assigned(complaint)
    handling.answer(complaint=complaint, text="Yes.", outcome=Outcome.UPHELD, by=owner)
    given = complaint.messages.get(kind="answer")
    with pytest.raises(StepRefused):
        handling.mark_posted(message=given, by=owner)
    Email.objects.filter(pk=given.mail_id).update(status=STATUS.failed)
    assert inbox.waiting(Complaint.objects.all(), "mail", timezone.localdate()).get() == complaint
    handling.mark_posted(message=given, by=owner)
    assert not inbox.waiting(Complaint.objects.all(), "mail", timezone.localdate()).exists()
    given.refresh_from_db()
    assert given.by_post
    handling.close(complaint=complaint, by=owner)


def test_an_answer_whose_mail_is_no_longer_in_the_queue_was_sent() -> None:
    complaint = make_complaint()
    owner, _sponsor = assigned(complaint)
    handling.answer(complaint=complaint, text="Yes.", outcome=Outcome.UPHELD, by=owner)
    Email.objects.all().delete()
    handling.close(complaint=complaint, by=owner)


def test_gates() -> None:
    complaint, owner, sponsor = make_complaint(), make_staff("owner"), make_staff("sponsor")
    until_on = complaint.answer_due_on + datetime.timedelta(days=1)
    upheld: dict[str, Any] = {"text": "x", "outcome": Outcome.UPHELD, "by": owner}
    delay: dict[str, Any] = {"causes": "c", "until_on": until_on, "by": owner}
    both: dict[str, Any] = {"owner": owner, "sponsor": sponsor, "by": owner}

    def refused(step: Callable[..., None], **values: Any) -> None:
        before = actions(complaint)
        with pytest.raises(StepRefused):
            step(complaint=complaint, **values)
        assert actions(complaint) == before

    refused(handling.answer, **upheld)
    refused(handling.examine, by=owner)
    refused(handling.close, by=owner)
    refused(handling.assign, **{**both, "sponsor": owner})
    refused(handling.announce_delay, **{**delay, "until_on": complaint.answer_due_on})
    refused(handling.announce_delay, **{**delay, "causes": "  "})
    refused(handling.escalate, reason="too early", by=owner)
    refused(handling.reopen, reason="too early", by=owner)
    refused(handling.restore, by=owner)
    handling.assign(complaint=complaint, **both)
    refused(handling.set_aside, reason="too late", by=owner)
    handling.examine(complaint=complaint, by=owner)
    refused(handling.examine, by=owner)
    handling.answer(complaint=complaint, **upheld)
    refused(handling.answer, **upheld)
    refused(handling.assign, **both)
    refused(handling.announce_delay, **delay)
    refused(handling.escalate, reason="granted in full", by=owner)
    refused(handling.close, by=owner)
    mails_sent()
    handling.close(complaint=complaint, by=owner)
    refused(handling.close, by=owner)
    refused(handling.withdraw, reason="too late", by=owner)


def test_a_delay_is_announced_after_today_also_when_the_answer_is_overdue() -> None:
    complaint, owner = make_complaint(), make_staff("owner")
    Complaint.objects.filter(pk=complaint.pk).update(answer_due_on="2026-01-31")
    with pytest.raises(StepRefused):
        handling.announce_delay(complaint=complaint, causes="c", until_on=datetime.date(2026, 2, 1), by=owner)


@pytest.mark.parametrize("named", ["Example Owner", "m. OWNER du service", "Mme Ówner", "sponsor, owner"])
def test_who_is_named_as_concerned_is_not_put_in_charge_without_a_reason(named: str) -> None:
    complaint = make_complaint(involved=named)
    owner, sponsor, other = make_staff("Owner"), make_staff("Boss"), make_staff("Ow")
    with pytest.raises(StepRefused, match="Owner"):
        handling.assign(complaint=complaint, owner=owner, sponsor=sponsor, by=other)
    with pytest.raises(StepRefused):
        handling.assign(complaint=complaint, owner=sponsor, sponsor=owner, by=other)
    handling.assign(complaint=complaint, owner=other, sponsor=sponsor, by=other)
    reason = "Nobody else knows the matter."
    handling.assign(complaint=complaint, owner=owner, sponsor=sponsor, by=other, conflict_reason=reason)
    assert reason in complaint.events.last().note  # type: ignore[union-attr]  # has events


def test_the_management_examines_anew_and_the_old_clock_stays_on_record() -> None:
    complaint = make_complaint("en")
    Complaint.objects.filter(pk=complaint.pk).update(
        received_at="2026-01-31T12:00Z", answer_due_on="2026-02-28"
    )
    complaint.refresh_from_db()
    owner, sponsor = assigned(complaint)
    first_due_on = complaint.answer_due_on
    handling.answer(complaint=complaint, text="No.", outcome=Outcome.REJECTED, by=owner)
    mails_sent()
    handling.close(complaint=complaint, by=owner)
    handling.escalate(complaint=complaint, reason="I disagree.", by=None)
    complaint.refresh_from_db()
    today = timezone.localdate()
    assert (complaint.stage, complaint.status, complaint.owner) == (Stage.MANAGEMENT, Status.RECEIVED, None)
    assert complaint.clock_began_on == today
    assert complaint.answer_due_on == answer_due_on(today) != first_due_on
    assert (complaint.answer, complaint.outcome, complaint.closed_at) == ("", "", None)
    assert complaint.news_at is not None
    past = complaint.past_examinations.get()
    assert (past.stage, past.answer_due_on, past.answer, past.outcome) == (
        Stage.FIRST,
        first_due_on,
        "No.",
        Outcome.REJECTED,
    )
    assert past.began_on == complaint.received_on
    assert told(complaint)[-1] == "escalation"
    handling.assign(complaint=complaint, owner=sponsor, sponsor=owner, by=owner)
    handling.answer(complaint=complaint, text="Still no.", outcome=Outcome.REJECTED, by=owner)
    # Nobody stands above the management.
    assert "management level" not in complaint.messages.filter(kind="answer").last().text  # type: ignore[union-attr]  # has one
    with pytest.raises(StepRefused):
        handling.escalate(complaint=complaint, reason="Again.", by=None)


def test_no_answer_in_time_is_a_ground_for_the_management() -> None:
    complaint = make_complaint()
    with pytest.raises(StepRefused):
        handling.escalate(complaint=complaint, reason="Early.", by=None)
    Complaint.objects.filter(pk=complaint.pk).update(answer_due_on="2026-01-31")
    handling.escalate(complaint=complaint, reason="No answer.", by=None)
    assert complaint.past_examinations.get().answered_at is None


def test_reopening_begins_a_clock_of_its_own() -> None:
    complaint = make_complaint()
    owner, _sponsor = assigned(complaint)
    handling.answer(complaint=complaint, text="Yes.", outcome=Outcome.UPHELD, by=owner)
    handling.reopen(complaint=complaint, reason="The refund was not made.", by=owner)
    complaint.refresh_from_db()
    assert (complaint.stage, complaint.status) == (Stage.REOPENED, Status.RECEIVED)
    assert complaint.stage_began_on == timezone.localdate()
    assert complaint.past_examinations.count() == 1


def test_withdrawing_ends_the_case() -> None:
    complaint = make_complaint()
    handling.withdraw(complaint=complaint, reason="Settled.", by=None)
    complaint.refresh_from_db()
    assert complaint.status == Status.WITHDRAWN
    assert told(complaint)[-1] == "withdrawn"
    with pytest.raises(StepRefused):
        handling.withdraw(complaint=complaint, reason="Again.", by=None)
    with pytest.raises(StepRefused):
        assigned(complaint)


def test_what_is_suspected_is_set_aside_and_written_to_when_restored() -> None:
    complaint = receiving.receive(key="k", facts=FACTS, language="fr", suspicions=["trap"])
    assert complaint.set_aside_at is not None
    assert complaint.answer_due_on > complaint.received_on
    assert not Email.objects.exists()
    owner = make_staff("owner")
    with pytest.raises(StepRefused):
        handling.assign(complaint=complaint, owner=owner, sponsor=make_staff("s"), by=owner)
    handling.restore(complaint=complaint, by=owner)
    assert told(complaint) == ["acknowledgement"]
    assert Email.objects.count() == 2
    handling.set_aside(complaint=complaint, reason="It is.", by=owner)
    handling.restore(complaint=complaint, by=owner)
    assert told(complaint) == ["acknowledgement"]


def test_the_database_holds_the_pairs_together() -> None:
    complaint, owner = make_complaint(), make_staff("owner")
    for broken in (
        {"owner": owner},
        {"owner": owner, "sponsor": owner},
        {"delay_causes": "without a date"},
        {"answer": "without a date"},
        {"status": Status.CLOSED, "closed_at": timezone.now()},
        {"status": Status.WITHDRAWN},
        {"withdrawn_at": timezone.now()},
        {"erased_at": timezone.now()},
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
