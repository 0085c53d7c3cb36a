"""What was erased stays erased when an older state of the database comes back."""

import datetime
import json
import os
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

import complaints.retention
import privacy.retention
from complaints.models import Attachment, Complaint, Status
from complaints.tests.factories import make_complaint, make_ended, make_staff
from core import erasures
from legalsite import erasure_ledger
from privacy.handling import answer
from privacy.models import Outcome, Request
from privacy.tests.factories import make_request

pytestmark = pytest.mark.django_db

PERSONAL = ("Example Customer", "customer@example.com", "rue de l", "twice", "Exempleville")


@pytest.fixture(autouse=True)
def ledger(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    settings.ERASURE_LEDGER = tmp_path / "erasures.jsonl"
    yield settings.ERASURE_LEDGER
    if settings.ERASURE_LEDGER.exists():
        assert not [word for word in PERSONAL if word in settings.ERASURE_LEDGER.read_text()]


def row(record: Complaint | Request) -> dict[str, Any]:
    return dict(type(record)._default_manager.filter(pk=record.pk).values().get())


def bring_back(record: Complaint | Request, before: dict[str, Any]) -> None:
    """Put a row back as a backup has it."""
    generated = ("is_waiting", "expected_on")
    values = {name: value for name, value in before.items() if name not in generated}
    type(record)._default_manager.filter(pk=record.pk).update(**values)


def make_answered() -> Request:
    request = make_request()
    answer(request=request, text="No.", outcome=Outcome.REFUSED, by=make_staff("officer"))
    return request


class TestNoting:
    """Each erasure is one line, once it has happened."""

    def test_an_erasure_is_noted_when_it_is_committed(
        self, ledger: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        complaint, request = make_ended(), make_answered()
        with django_capture_on_commit_callbacks(execute=True):
            complaints.retention.erase(complaint=complaint)
            privacy.retention.erase(request=request)
            assert not ledger.exists()
        first, second = (json.loads(line) for line in ledger.read_text().splitlines())
        assert (first["kind"], first["reference"]) == ("complaints.complaint", complaint.reference)
        assert (second["kind"], second["reference"]) == ("privacy.request", request.reference)
        assert first["ended"].keys() == set(complaints.retention.ENDED)
        assert ledger.stat().st_mode & 0o777 == 0o600

    def test_what_is_undone_is_not_noted(
        self, ledger: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        complaint = make_ended()
        with (
            django_capture_on_commit_callbacks(execute=True),
            patch("complaints.retention.Event.objects.create", side_effect=RuntimeError),
            pytest.raises(RuntimeError),
        ):
            complaints.retention.erase(complaint=complaint)
        assert not ledger.exists()

    def test_a_ledger_that_cannot_be_written_stops_no_erasure(
        self,
        settings: Settings,
        tmp_path: Path,
        caplog: pytest.LogCaptureFixture,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        settings.ERASURE_LEDGER = tmp_path / "absent" / "erasures.jsonl"
        complaint = make_ended()
        with django_capture_on_commit_callbacks(execute=True):
            complaints.retention.erase(complaint=complaint)
        assert row(complaint)["erased_at"] is not None
        assert "the erasure ledger cannot be written (FileNotFoundError)" in caplog.text

    def test_what_the_ledger_lacks_is_noted_by_the_daily_run(self, ledger: Path) -> None:
        complaints.retention.erase(complaint=make_ended())
        privacy.retention.erase(request=make_answered())
        assert not ledger.exists()
        call_command("apply_retention", verbosity=0)
        assert len(ledger.read_text().splitlines()) == 2
        assert erasure_ledger.complete() == 0

    @pytest.mark.parametrize("cut", [1, 30])
    def test_a_line_that_was_cut_short_spoils_no_other(self, ledger: Path, cut: int) -> None:
        for _number in range(2):
            complaints.retention.erase(complaint=make_ended())
        erasure_ledger.complete()
        whole = ledger.read_bytes()
        os.truncate(ledger, len(whole) - cut)
        # Without its end the line can be whole by chance; cut within, it is noted again.
        assert erasure_ledger.complete() == (0 if cut == 1 else 1)
        assert erasure_ledger.complete() == 0
        assert len(erasures.read(ledger)) == 2
        privacy.retention.erase(request=make_answered())
        erasure_ledger.complete()
        assert len(erasures.read(ledger)) == 3


class TestReplay:
    """An older state of the database loses again what was erased since."""

    def test_a_case_that_was_open_in_the_backup(self) -> None:
        complaint = make_complaint()
        before = row(complaint)
        moment = timezone.now()
        Complaint.objects.update(
            status=Status.CLOSED, answer="No.", answered_at=moment, outcome="rejected", closed_at=moment
        )
        complaints.retention.erase(complaint=complaint)
        tombstone = row(complaint)
        erasure_ledger.complete()

        bring_back(complaint, before)
        content = ContentFile(b"A letter.", name="letter.txt")
        attachment = Attachment.objects.create(
            complaint=complaint, name="letter.txt", media_type="text/plain", size=9, sha256="0", file=content
        )
        assert erasure_ledger.replay() == 1
        assert row(complaint) == tombstone
        assert not attachment.file.storage.exists(attachment.file.name or "")
        assert not Attachment.objects.filter(pk=attachment.pk).exists()
        assert not complaint.messages.exists()
        assert erasure_ledger.replay() == 0

    def test_a_case_that_was_held_in_the_backup(self) -> None:
        complaint = make_ended()
        before = row(complaint)
        complaints.retention.erase(complaint=complaint)
        erasure_ledger.complete()
        bring_back(complaint, before)
        complaint.holds.create(
            reason="Example",
            until_on=timezone.localdate() + datetime.timedelta(days=90),
            requested_by=make_staff("one"),
            confirmed_by=make_staff("two"),
            confirmed_at=timezone.now(),
        )
        assert erasure_ledger.replay() == 1
        assert row(complaint)["full_name"] == ""

    def test_a_request_that_was_not_answered_in_the_backup(self) -> None:
        request = make_request()
        before = row(request)
        answer(request=request, text="No.", outcome=Outcome.REFUSED, by=make_staff("officer"))
        privacy.retention.erase(request=request)
        tombstone = row(request)
        erasure_ledger.complete()
        bring_back(request, before)
        assert erasure_ledger.replay() == 1
        assert row(request) == tombstone

    def test_what_is_not_in_the_backup_or_of_another_kind_is_passed_over(self, ledger: Path) -> None:
        kept = make_ended()
        entries = [
            {"kind": "complaints.complaint", "reference": "R00-AAAA-AAAA", "ended": {}},
            {"kind": "other.record", "reference": kept.reference, "ended": {}},
        ]
        ledger.write_text("".join(json.dumps(entry) + "\n" for entry in entries) + "no line\n[]\n")
        assert erasure_ledger.replay() == 0
        assert row(kept)["full_name"] == "Example Customer"

    def test_copies_of_the_ledger_count_too(self, ledger: Path, tmp_path: Path) -> None:
        complaint = make_ended()
        before = row(complaint)
        complaints.retention.erase(complaint=complaint)
        erasure_ledger.complete()
        copy = ledger.rename(tmp_path / "copy.jsonl")
        bring_back(complaint, before)
        assert erasure_ledger.replay() == 0
        assert erasure_ledger.replay(copy) == 1


class TestAfterRestore:
    """The command for a database that came back by other means."""

    def test_it_erases_applies_the_rules_and_ends_sessions(self, ledger: Path) -> None:
        again, due = make_complaint(), make_ended()
        before = row(again)
        complaints.retention.erase(complaint=again)
        erasure_ledger.complete()
        bring_back(again, before)
        Session.objects.create(
            session_key="example", session_data="", expire_date=timezone.now() + datetime.timedelta(days=1)
        )
        out = StringIO()
        call_command("after_restore", stdout=out)
        assert out.getvalue() == "Erased again: 1.\n"
        assert row(again)["erased_at"] is not None
        assert row(due)["erased_at"] is not None
        assert not Session.objects.exists()
        assert len(erasures.read(ledger)) == 2

    def test_a_file_that_cannot_be_deleted_is_said(self) -> None:
        again = make_complaint()
        before = row(again)
        complaints.retention.erase(complaint=again)
        erasure_ledger.complete()
        bring_back(again, before)
        content = ContentFile(b"A letter.", name="letter.txt")
        Attachment.objects.create(
            complaint=again, name="letter.txt", media_type="text/plain", size=9, sha256="0", file=content
        )
        with (
            patch(
                "complaints.models.files.Attachment.remove_file", side_effect=PermissionError(13, "denied")
            ),
            pytest.raises(CommandError, match=r"Not all are erased again \(denied\): do not start"),
        ):
            call_command("after_restore")
