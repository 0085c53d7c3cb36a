"""The case as its complainant sees it: what it shows, what it keeps to itself, and what can be done."""

import datetime
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from post_office.models import Email

from complaints import following, handling, holds, retention
from complaints.models import Attachment, Complaint, Event, Message, Outcome, Stage, Status
from complaints.tests.factories import mails_sent, make_complaint, make_staff
from complaints.tests.following import address, opened
from complaints.tests.test_attachments import stored
from complaints.tests.uploaded_files import PDF, TXT
from core.dates import long_date

pytestmark = pytest.mark.django_db

CASE = address("case")
NOTE = "Ask the accountants before anybody writes."


@pytest.fixture
def case() -> Complaint:
    return make_complaint("en")


def act(client: Client, action: str, *files: SimpleUploadedFile, **values: str) -> Any:
    """Press the button of a form of the page."""
    data = {f"{action}-{name}": value for name, value in values.items()}
    return client.post(CASE, {**data, "action": action, **({f"{action}-attached": files} if files else {})})


def overdue(case: Complaint) -> None:
    """Let the day pass on which the answer was due."""
    Complaint.objects.filter(pk=case.pk).update(answer_due_on="2026-01-31")


def test_the_page_of_a_new_case(case: Complaint) -> None:
    client = opened(case)
    page = client.get(CASE).text
    with translation.override("en"):
        due, received = long_date(case.answer_due_on), long_date(case.received_on)
    assert f"<strong>{due}</strong>" in page
    assert f"Received on {received}; the one-month period ends on the same day" in page
    assert '<span class="badge">Received</span>' in page
    assert case.messages.get().subject in page
    assert "Invoice sent twice" in page
    assert "Add information" in page
    assert "Withdraw my complaint" in page
    assert "Pass my complaint to the management" not in page
    assert "Your data will be erased on" not in page
    with translation.override("en"):
        assert f"on {long_date(case.received_on + retention.KEPT)} at the earliest" in page


def test_the_whole_case_without_staff_notes_or_names(case: Complaint) -> None:
    owner, sponsor, boss = make_staff("Owner"), make_staff("Sponsor"), make_staff("Boss")
    handling.assign(complaint=case, owner=owner, sponsor=sponsor, by=boss)
    handling.examine(complaint=case, by=boss)
    handling.note(complaint=case, text=NOTE, by=boss)
    handling.request_information(complaint=case, request="Which invoice?", by=boss)
    until_on = timezone.localdate() + datetime.timedelta(days=90)
    handling.announce_delay(complaint=case, causes="A file is missing.", until_on=until_on, by=boss)
    client = opened(case)
    page = client.get(CASE).text
    with translation.override("en"):
        assert long_date(until_on) in page
    assert "A file is missing." in page
    handling.answer(complaint=case, text="It was right.", outcome=Outcome.REJECTED, by=boss)
    mails_sent()
    handling.close(complaint=case, by=boss)
    handling.escalate(complaint=case, reason="Reason for the record", by=boss)
    page = client.get(CASE).text
    for step in ("Owner and sponsor assigned", "Examination begun", "Answered", "Passed to the management"):
        assert f"<strong>{step}</strong>" in page
    assert "Which invoice?" in page
    assert "It was right." in page
    assert "Examination by the management" in page
    assert "when this examination began" in page
    for kept in (NOTE, "Internal note", "Example Boss", "example-Boss", "Reason for the record"):
        assert kept not in page
    # Whoever is in charge is named where the policy asks for it: in the message, and only there.
    assert (
        page.count("Example Owner") == case.messages.get(kind="assignment").text.count("Example Owner") == 1
    )


def test_set_aside_and_legal_holds_are_not_shown(case: Complaint) -> None:
    staff = make_staff("handler")
    handling.set_aside(complaint=case, reason=NOTE, by=staff)
    handling.restore(complaint=case, by=staff)
    until_on = timezone.localdate() + datetime.timedelta(days=9)
    holds.request_hold(complaint=case, reason=NOTE, until_on=until_on, by=staff)
    page = opened(case).get(CASE).text
    for kept in (NOTE, "Set aside", "Restored", "hold"):
        assert kept not in page


@pytest.mark.parametrize("language", ["fr", "en"])
def test_in_both_languages(case: Complaint, language: str) -> None:
    page = opened(case).get(address("case", language=language)).text
    assert f'<html lang="{language}">' in page
    assert '<dd lang="en">Invoice sent twice</dd>' in page
    assert ("Retirer ma réclamation" in page) == (language == "fr")


@pytest.mark.parametrize("days", [30, 365 * 9])
def test_a_hold_suspends_the_erasure_and_its_reason_is_not_told(case: Complaint, days: int) -> None:
    """Whether it ends before the three years or after them, the day that is told is the true one."""
    one, two = make_staff("one"), make_staff("two")
    handling.withdraw(complaint=case, reason="", by=None)
    until_on = timezone.localdate() + datetime.timedelta(days=days)
    holds.request_hold(complaint=case, reason="A court asks.", until_on=until_on, by=one)
    assert "Your data will be erased on" in opened(case).get(CASE).text
    holds.confirm_hold(complaint=case, by=two)
    page = opened(case).get(CASE).text
    case.refresh_from_db()
    after_three_years = timezone.localdate(case.received_at) + retention.KEPT
    with translation.override("en"):
        words = f"your data will be deleted on {long_date(max(until_on, after_three_years))} at the earliest"
    assert words in page
    assert "Your data will be erased on" not in page
    assert "court" not in page
    holds.lift_hold(complaint=case, by=two)
    assert "Your data will be erased on" in opened(case).get(CASE).text


def test_a_closed_case_says_when_it_is_erased(case: Complaint) -> None:
    handling.withdraw(complaint=case, reason="", by=None)
    case.refresh_from_db()
    page = opened(case).get(CASE).text
    erasure = retention.erasure_of(case, timezone.localdate())
    assert erasure is not None
    with translation.override("en"):
        assert long_date(erasure.on) in page
    assert "Your data will be erased on" in page
    assert "Withdraw my complaint" not in page
    assert "Add information" not in page


def test_hostile_text_is_shown_as_text(case: Complaint) -> None:
    client = opened(case)
    act(client, "inform", SimpleUploadedFile("<b>x.pdf", PDF), text="<script>alert(1)</script>")
    page = client.get(CASE).text
    assert "<script>alert" not in page
    assert "<b>" not in page


def test_the_number_of_queries_does_not_grow(case: Complaint, monkeypatch: pytest.MonkeyPatch) -> None:
    client = opened(case)
    counts = []
    # As between two looks at the stamps.
    monkeypatch.setattr("core.stamps.RECHECK_SECONDS", 60)
    for number in range(3):
        act(client, "inform", SimpleUploadedFile("a.pdf", PDF), text=f"Message {number}")
        with CaptureQueriesContext(connection) as queries:
            assert f"Message {number}" in client.get(CASE).text
        counts.append(len(queries))
    assert counts[0] == counts[2]
    assert counts[0] <= 8


def test_information_with_files(case: Complaint) -> None:
    client = opened(case)
    before, mails = len(stored()), Email.objects.count()
    files = SimpleUploadedFile("invoice.pdf", PDF), SimpleUploadedFile("letter.txt", TXT)
    response = act(client, "inform", *files, text="Here they are.\r\nBoth.")
    assert (response.status_code, response["Location"]) == (302, CASE)
    message = case.messages.get(from_complainant=True)
    assert message.text == "Here they are.\nBoth."
    assert [one.name for one in message.attachments.all()] == ["invoice.pdf", "letter.txt"]
    assert {one.complaint for one in message.attachments.all()} == {case}
    assert len(stored()) == before + 2
    event = case.events.last()
    assert event is not None
    assert (event.action, event.actor, event.note) == (Event.Action.INFORMED, "", "")
    case.refresh_from_db()
    assert case.news_at is not None
    assert Email.objects.count() == mails + 1
    assert Email.objects.latest("pk").to == ["complaints@proximus.lu"]
    page = client.get(CASE).text
    assert page.count("Here they are.<br>Both.") == 1
    assert page.count("invoice.pdf") == page.count("letter.txt") == 1


@pytest.mark.parametrize(("email", "to"), [("owner@example.com", "owner@example.com"), ("", None)])
def test_the_owner_is_told_or_else_the_mailbox(case: Complaint, email: str, to: str | None) -> None:
    owner = make_staff("owner")
    owner.email = email
    owner.save()
    handling.assign(complaint=case, owner=owner, sponsor=make_staff("sponsor"), by=owner)
    act(opened(case), "inform", text="More.")
    mail = Email.objects.latest("pk")
    assert mail.to == [to or "complaints@proximus.lu"]
    assert case.reference in mail.subject
    assert "More." not in mail.message
    assert f"/admin/complaints/complaint/{case.pk}/change/" in mail.message


def test_staff_are_told_in_the_language_of_the_case() -> None:
    case = make_complaint("fr")
    act(opened(case), "inform", text="More.")
    mail = Email.objects.latest("pk")
    assert "Le réclamant a ajouté des informations." in mail.message
    assert "added information" not in mail.subject + mail.message


@pytest.mark.parametrize("files", [0, 1])
def test_the_same_twice_is_one_message(case: Complaint, files: int) -> None:
    client = opened(case)
    before = len(stored())
    for _time in range(2):
        attached = [SimpleUploadedFile("a.pdf", PDF) for _file in range(files)]
        assert act(client, "inform", *attached, text="Once.").status_code == 302
    assert case.messages.filter(from_complainant=True).count() == 1
    assert case.events.filter(action=Event.Action.INFORMED).count() == 1
    assert len(stored()) == before + files
    act(client, "inform", SimpleUploadedFile("b.txt", TXT), text="Once.")
    assert case.messages.filter(from_complainant=True).count() == 2


def test_a_bad_file_is_named_and_the_text_kept(case: Complaint) -> None:
    client = opened(case)
    before, mails = len(stored()), Email.objects.count()
    good, bad = SimpleUploadedFile("a.pdf", PDF), SimpleUploadedFile("run.exe", b"MZ")
    response = act(client, "inform", good, bad, text="A long message.")
    assert response.status_code == 200
    assert response.text.count("“run.exe” is not of an accepted kind.") == 2
    assert '<a href="#id_inform-attached">' in response.text
    assert ">\nA long message.</textarea>" in response.text
    assert "<title>Error:" in response.text
    assert not case.messages.filter(from_complainant=True).exists()
    assert (len(stored()), Email.objects.count()) == (before, mails)


def test_a_message_without_words_is_asked_for(case: Complaint) -> None:
    response = act(opened(case), "inform", text="  ")
    assert response.text.count("Write your message.") == 2


def test_storage_that_fails_leaves_nothing_and_keeps_the_text(case: Complaint) -> None:
    client = opened(case)
    before = len(stored())
    saved = FileSystemStorage._save  # type: ignore[attr-defined]  # Django's own

    def full(storage: FileSystemStorage, name: str, content: Any) -> str:
        if len(stored()) > before:
            raise OSError(28, "private path")
        written: str = saved(storage, name, content)
        return written

    files = SimpleUploadedFile("a.pdf", PDF), SimpleUploadedFile("b.txt", TXT)
    with patch.object(FileSystemStorage, "_save", full):
        response = act(client, "inform", *files, text="A long message.")
    assert response.status_code == 200
    assert response.text.count("“b.txt” could not be stored. Please try again later.") == 2
    assert ">\nA long message.</textarea>" in response.text
    assert "private path" not in response.text
    assert len(stored()) == before
    assert not Attachment.objects.exists()
    assert not case.messages.filter(from_complainant=True).exists()
    assert act(client, "inform", text="A long message.").status_code == 302


@pytest.mark.parametrize("action", ["inform", "withdraw"])
def test_when_the_mail_cannot_be_queued_nothing_happens(case: Complaint, action: str) -> None:
    client = opened(case, raise_request_exception=False)
    before = len(stored())
    with patch("complaints.mail.news_to_staff", side_effect=RuntimeError):
        response = act(client, action, *([SimpleUploadedFile("a.pdf", PDF)] * (action == "inform")), text="x")
    assert response.status_code == 500
    case.refresh_from_db()
    assert (case.status, case.news_at) == (Status.RECEIVED, None)
    assert list(case.events.values_list("action", flat=True)) == ["received"]
    assert case.messages.count() == 1
    assert len(stored()) == before


def test_files_are_read_before_the_database_is_locked(case: Complaint) -> None:
    inside = []

    def scan(file: Any) -> tuple[str, str]:
        inside.append(len(connection.savepoint_ids))
        return "clean", ""

    outside = len(connection.savepoint_ids)
    with patch("complaints.scanning.scan", scan):
        following.add_information(complaint=case, text="x", files=[SimpleUploadedFile("a.pdf", PDF)])
    assert inside == [outside]


def test_the_management_is_asked_when_there_is_ground_for_it(case: Complaint) -> None:
    client = opened(case)
    refused = act(client, "escalate", reason="Too early, I know.")
    assert refused.status_code == 200
    assert "The management examines a complaint that was not answered in time" in refused.text
    assert "Too early, I know.</textarea>" in refused.text
    case.refresh_from_db()
    assert case.stage == Stage.FIRST
    overdue(case)
    page = client.get(CASE).text
    assert 'name="escalate-reason"' in page
    assert act(client, "escalate", reason=" ").text.count("Say why you are not satisfied.") == 2
    for _click in range(2):
        assert act(client, "escalate", reason="No answer came.").status_code == 302
    case.refresh_from_db()
    assert (case.stage, case.news_at is None) == (Stage.MANAGEMENT, False)
    event = case.events.get(action=Event.Action.ESCALATED)
    assert (event.actor, event.note) == ("", "No answer came.")
    assert case.past_examinations.count() == 1
    page = client.get(CASE).text
    assert "First examination" in page
    assert "Pass my complaint to the management" not in page
    assert "No answer came." not in page


def test_a_complaint_granted_in_full_does_not_go_to_the_management(case: Complaint) -> None:
    owner = make_staff("owner")
    handling.assign(complaint=case, owner=owner, sponsor=make_staff("sponsor"), by=owner)
    handling.answer(complaint=case, text="Yes.", outcome=Outcome.UPHELD, by=owner)
    client = opened(case)
    assert "Pass my complaint to the management" not in client.get(CASE).text
    assert act(client, "escalate", reason="More!").status_code == 200
    case.refresh_from_db()
    assert case.stage == Stage.FIRST


def test_withdrawing(case: Complaint) -> None:
    client = opened(case)
    for _click in range(2):
        assert act(client, "withdraw", reason="Settled.").status_code == 302
    case.refresh_from_db()
    assert case.status == Status.WITHDRAWN
    assert case.events.filter(action=Event.Action.WITHDRAWN).count() == 1
    assert [message.kind for message in case.messages.all()] == ["acknowledgement", "withdrawn"]
    page = client.get(CASE).text
    assert '<span class="badge">Withdrawn</span>' in page
    assert "Settled." not in page
    again = act(client, "withdraw", reason="Really.")
    assert "The complaint has been withdrawn." in again.text
    assert "Really.</textarea>" in again.text


def test_to_a_case_that_is_set_aside_nothing_can_be_done_for_now(case: Complaint) -> None:
    client = opened(case)
    overdue(case)
    handling.set_aside(complaint=case, reason="Doubts.", by=make_staff("handler"))
    page = client.get(CASE).text
    for name in ("inform-text", "escalate-reason", "withdraw-reason"):
        assert f'name="{name}"' not in page
    refused = act(client, "inform", text="A long message.")
    assert "This cannot be done at present. Please write to us, quoting the reference." in refused.text
    assert "spam" not in refused.text
    assert ">\nA long message.</textarea>" in refused.text
    assert not case.messages.filter(from_complainant=True).exists()


@pytest.mark.parametrize("action", ["", "answer", "close", "note", "restore"])
def test_there_are_no_other_steps(case: Complaint, action: str) -> None:
    assert act(opened(case), action, reason="x", text="x").status_code == 200
    assert list(case.events.values_list("action", flat=True)) == ["received"]


def test_too_much_at_once_is_refused(case: Complaint) -> None:
    client = opened(case)
    with patch("complaints.follow_views.limit") as limit:
        act(client, "inform", text="x")
        client.get(CASE)
    assert limit.call_count == 1
    assert limit.call_args.kwargs == {"name": f"case-{case.pk}", "times": 60, "seconds": 3600}


def test_letters_are_shown_as_such() -> None:
    case = make_complaint("en", answer_by="post")
    Message.objects.filter(complaint=case).update(by_post=True)
    assert "by post" in opened(case).get(CASE).text


def test_without_the_secret_of_the_form_nothing_is_done(case: Complaint) -> None:
    client = opened(case)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert act(strict, "withdraw", reason="").status_code == 403
    case.refresh_from_db()
    assert case.status == Status.RECEIVED
