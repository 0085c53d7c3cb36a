"""Erasing takes every word about the complainant away, wherever it stood; a tombstone stays."""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from post_office.models import STATUS, Email, Log

from complaints import following, handling, holds, receiving, retention
from complaints.models import AccessLink, Attachment, Complaint, Draft, Outcome, Status
from complaints.tests.factories import FACTS, LONG_AGO, mails_sent, make_complaint, make_ended, make_staff

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
DAY = datetime.timedelta(days=1)


NAME, EMAIL, PHONE = "Zebulon Quarterstaff", "zq.unique@example.com", "+352 98 76 54 32"
WORDS = ("quarterstaff", "zq.unique", "98 76 54")
EVERYTHING = f"{NAME} {EMAIL} {PHONE}"


def planted(owner: User, sponsor: User) -> Complaint:
    """Store a complaint whose complainant is named wherever somebody can write; every step was taken."""
    given = {
        "full_name": NAME, "email": EMAIL, "phone": PHONE, "company": EVERYTHING, "address": EVERYTHING,
        "summary": EVERYTHING, "description": EVERYTHING, "invoice_reference": EVERYTHING,
        "intervention_reference": EVERYTHING, "involved": EVERYTHING,
    }  # fmt: skip
    assert FACTS.keys() - given.keys() == {"kind", "answer_by"}
    facts = {**FACTS, **given}
    draft = Draft.objects.create()
    complaint = receiving.receive(
        key="key of the form",
        facts=facts,
        language="en",
        received_at=LONG_AGO,
        attachments=[_file(draft=draft)],
    )
    case: dict[str, Any] = {"complaint": complaint, "by": owner}
    handling.set_aside(**case, reason=EVERYTHING)
    handling.restore(**case)
    for _time in range(2):
        people: dict[str, Any] = {"owner": owner, "sponsor": sponsor, "conflict_reason": EVERYTHING}
        handling.assign(**case, **people)
        handling.examine(**case)
        handling.request_information(**case, request=EVERYTHING)
        handling.note(**case, text=EVERYTHING)
        message = following.add_information(complaint=complaint, text=EVERYTHING)
        _file(complaint=complaint, message=message)
        handling.announce_delay(**case, causes=EVERYTHING, until_on=TODAY + 200 * DAY)
        handling.answer(**case, text=EVERYTHING, outcome=Outcome.REJECTED)
        if _time == 0:
            handling.escalate(complaint=complaint, reason=EVERYTHING, by=None)
    mails_sent()
    handling.close(**case)
    Complaint.objects.filter(pk=complaint.pk).update(closed_at=LONG_AGO)
    following.add_information(complaint=complaint, text=f"And again {EVERYTHING}")
    following.send_link(reference=complaint.reference, email=EMAIL)
    holds.request_hold(**case, reason=EVERYTHING, until_on=TODAY + DAY)
    holds.confirm_hold(complaint=complaint, by=sponsor)
    holds.request_extension(**case, reason=EVERYTHING, until_on=TODAY + 2 * DAY)
    holds.lift_hold(**case)
    for mail in Email.objects.filter(to=EMAIL):
        Log.objects.create(email=mail, status=STATUS.failed, message=f"550 <{EMAIL}> {NAME}: unknown")
    LogEntry.objects.log_actions(owner.pk, [complaint], 2, change_message=EVERYTHING, single_object=True)
    LogEntry.objects.update(object_repr=EVERYTHING)
    return complaint


def _file(**of: Any) -> Attachment:
    content = ContentFile(EVERYTHING.encode(), name=f"{NAME}.txt")
    return Attachment.objects.create(
        **of, name=f"{EVERYTHING}.txt", media_type="text/plain", size=1, sha256="0" * 64, scan="clean",
        file=content,
    )  # fmt: skip


def traces(storage: Path) -> Iterator[str]:
    """Give every column of every table, and every stored file, in which one of the words stands."""
    columns = [
        (model, field)
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy
        for field in model._meta.concrete_fields
    ]
    for model, field in columns:
        values = model._base_manager.values_list(field.attname, flat=True)
        if any(word in str(value).lower() for value in values for word in WORDS):
            yield f"{model._meta.label}.{field.name}"
    for path in storage.rglob("*"):
        content = path.read_bytes().decode(errors="replace") if path.is_file() else ""
        if any(word in f"{path.name} {content}".lower() for word in WORDS):
            yield "file"


PLANTED = {
    *(f"complaints.Complaint.{name}" for name in retention.BLANK),
    "complaints.Complaint.search_text",
    "complaints.Event.note",
    "complaints.Message.text",
    "complaints.Attachment.name",
    *(f"complaints.PastExamination.{name}" for name in ("answer", "delay_causes")),
    "complaints.Hold.reason",
    "complaints.HoldExtension.reason",
    *(f"post_office.Email.{name}" for name in ("to", "message", "html_message")),
    "post_office.Log.message",
    *(f"admin.LogEntry.{name}" for name in ("change_message", "object_repr")),
    "file",
}
"""Where the complainant must be found before, lest the search look in the wrong places."""


class TestErasing:
    """A tombstone stays, and no trace."""

    @pytest.fixture
    def complaint(self) -> Complaint:
        owner = make_staff("owner")
        owner.email = "owner@example.lu"
        owner.save()
        return planted(owner, make_staff("sponsor"))

    def test_no_trace_is_left(self, complaint: Complaint, storage: Path) -> None:
        other = make_complaint(summary="Another")
        assert set(traces(storage)) >= PLANTED
        retention.erase(complaint=complaint)
        assert list(traces(storage)) == []
        assert not AccessLink.objects.exists()
        assert not Log.objects.exists()
        assert not Email.objects.filter(to=EMAIL).exists()
        assert other.messages.get().mail is not None
        other.refresh_from_db()
        assert other.full_name == FACTS["full_name"]

    def test_the_tombstone_serves_the_statistics(self, complaint: Complaint) -> None:
        kept = (
            "reference", "language", "status", "received_at", "channel", "stage", "stage_began_on", "kind",
            "answer_due_on", "target_on", "delayed_until_on", "answered_at", "outcome", "closed_at",
            "answer_by",
        )  # fmt: skip
        before = Complaint.objects.values(*kept).get(pk=complaint.pk)
        steps = list(complaint.events.values_list("at", "action"))
        clocks = list(complaint.past_examinations.values("stage", "began_on", "answer_due_on", "outcome"))
        retention.erase(complaint=complaint)
        assert Complaint.objects.values(*kept).get(pk=complaint.pk) == before
        assert list(complaint.events.values_list("at", "action"))[:-1] == steps
        last = complaint.events.last()
        assert last is not None
        assert (last.action, last.note, last.actor) == ("erased", "", "")
        assert (
            list(complaint.past_examinations.values("stage", "began_on", "answer_due_on", "outcome"))
            == clocks
        )
        assert len(clocks) == 1
        complaint.refresh_from_db()
        assert (complaint.owner, complaint.sponsor, complaint.news_at) == (None, None, None)
        assert complaint.erased_at is not None

    def test_staff_still_open_it_and_its_complainant_does_not(
        self, complaint: Complaint, client: Client
    ) -> None:
        retention.erase(complaint=complaint)
        client.force_login(User.objects.create_superuser("example-admin"))
        page = client.get(reverse("admin:complaints_complaint_change", args=[complaint.pk]))
        assert page.status_code == 200
        assert complaint.reference in page.text
        following.send_link(reference=complaint.reference, email=EMAIL)
        following.send_link(reference=complaint.reference, email="")
        assert not AccessLink.objects.exists()

    def test_twice_is_harmless(self, complaint: Complaint) -> None:
        retention.erase(complaint=complaint)
        before = Complaint.objects.values().get(pk=complaint.pk)
        retention.erase(complaint=complaint)
        assert Complaint.objects.values().get(pk=complaint.pk) == before
        assert complaint.events.filter(action="erased").count() == 1

    def test_interrupted_after_the_files_the_next_run_completes_it(
        self, complaint: Complaint, storage: Path
    ) -> None:
        with (
            patch("complaints.retention.Event.objects.create", side_effect=DatabaseError),
            pytest.raises(DatabaseError),
        ):
            list(retention.apply(TODAY))
        left = set(traces(storage))
        assert "file" not in left
        assert left == PLANTED - {"file"}
        assert list(retention.apply(TODAY)) == [complaint]
        assert list(traces(storage)) == []

    def test_a_file_that_cannot_be_deleted_keeps_its_case_only(
        self, complaint: Complaint, storage: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        draft = Draft.objects.create(created_at=LONG_AGO)
        _file(draft=draft)
        other = make_ended()
        with patch("complaints.models.Attachment.remove_file", side_effect=PermissionError(NAME)):
            assert list(retention.apply(TODAY)) == [other]
            call_command("apply_retention", verbosity=0)
        assert "PermissionError" in caplog.text
        assert NAME not in caplog.text
        complaint.refresh_from_db()
        assert complaint.full_name == NAME
        assert Draft.objects.filter(pk=draft.pk).exists()
        call_command("apply_retention", verbosity=0)
        assert list(traces(storage)) == []
        assert not Draft.objects.exists()


def test_erasing_needs_as_many_queries_however_much_happened() -> None:
    owner, counted = make_staff("owner"), []
    for number in (1, 8):
        complaint = make_ended(status=Status.RECEIVED, withdrawn_at=None)
        for _time in range(number):
            handling.request_information(complaint=complaint, request="Which?", by=owner)
            following.send_link(reference=complaint.reference, email=complaint.email)
            _file(complaint=complaint)
        with CaptureQueriesContext(connection) as queries:
            retention.erase(complaint=complaint)
        counted.append(len(queries))
    assert counted[0] == counted[1]
