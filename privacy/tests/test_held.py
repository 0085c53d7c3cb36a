"""What is held on an address: exported whole, erased as far as it may go, and nobody else's."""

import datetime
import hashlib
import io
import json
import zipfile
from unittest.mock import patch

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from complaints import following, retention
from complaints import handling as cases
from complaints import holds as cases_holds
from complaints.models import Complaint, Hold, Outcome, Status
from complaints.steps import StepRefused
from complaints.tests.factories import make_complaint, make_staff
from privacy import clearing, connecting, export
from privacy.models import Request
from privacy.tests.factories import FACTS, make_officer, make_request, send_request

pytestmark = pytest.mark.django_db

ADDRESS = FACTS["email"]


@pytest.fixture
def officer(client: Client) -> User:
    user = make_officer()
    client.force_login(user)
    return user


def page(name: str, request: Request) -> str:
    return reverse(f"admin:privacy_request_{name}", args=[request.pk])


def ended(by: User, **changes: str) -> Complaint:
    complaint = make_complaint("en", **changes)
    cases.withdraw(complaint=complaint, reason="Settled.", by=by)
    complaint.refresh_from_db()
    return complaint


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def exported(language: str = "en") -> dict[str, bytes]:
    target = io.BytesIO()
    export.write(target, request=make_request(language))
    return unpacked(target.getvalue())


def test_the_export_holds_everything_and_nobody_elses(client: Client, officer: User) -> None:
    owner, sponsor = make_staff("owner"), make_staff("sponsor")
    complaint = make_complaint("en", email="Customer@EXAMPLE.com", description="L’été\nat home")
    for name in ("../../evil.txt", "evil.txt"):
        file = SimpleUploadedFile(name, f"words of {name}".encode(), "text/plain")
        following.add_information(complaint=complaint, text=f"See {name}", files=[file])
    cases.note(complaint=complaint, text="An internal remark.", by=owner)
    cases.assign(
        complaint=complaint, owner=owner, sponsor=sponsor, by=owner, conflict_reason="An internal reason."
    )
    cases.answer(complaint=complaint, text="Our answer.", outcome=Outcome.UPHELD, by=owner)
    stranger = make_complaint("en", email="other@example.com", summary="Not yours")
    request, earlier = make_request(), make_request(text="An earlier request")
    send_request(text="Never confirmed")
    response = client.post(page("export", request))
    assert response["Content-Type"] == "application/zip"
    assert "no-store" in response["Cache-Control"]
    assert f"{request.reference}.zip" in response["Content-Disposition"]
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    files = unpacked(content)
    (held,) = json.loads(files["complaints.json"])
    assert held["reference"] == complaint.reference
    assert held["description"] == "L’été\nat home"
    assert [event["what"] for event in held["events"]] == [
        "received", "informed", "informed", "assigned", "answered",
    ]  # fmt: skip
    assert any("Our answer." in each["text"] for each in held["messages"])
    assert [each["name"] for each in held["files"]] == ["evil.txt", "evil.txt"]
    for each in held["files"]:
        assert hashlib.sha256(files[each["file"]]).hexdigest() == each["sha256"]
        assert each["file"].startswith(f"files/{complaint.reference}/0")
        assert ".." not in each["file"]
    requests = json.loads(files["requests.json"])
    assert {each["reference"] for each in requests} == {request.reference, earlier.reference}
    everything = b"".join(files.values()).decode()
    for secret in ("internal", "An internal", stranger.reference, "Not yours", "Never confirmed"):
        assert secret not in everything.replace("internal notes of staff", "")
    assert request.events.filter(action="exported", actor="Example officer").exists()
    assert LogEntry.objects.filter(object_id=str(request.pk), user=officer).exists()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_sums_are_right_and_the_readme_is_there(language: str) -> None:
    make_complaint()
    files = exported(language)
    lines = [line.split("  ") for line in files["SHA256SUMS"].decode().splitlines()]
    assert {name for _digest, name in lines} == set(files) - {"SHA256SUMS"}
    for digest, name in lines:
        assert hashlib.sha256(files[name]).hexdigest() == digest
    assert ADDRESS in files["README.txt"].decode()


def test_a_file_that_storage_has_lost_does_not_stop_the_export() -> None:
    complaint = make_complaint("en")
    file = SimpleUploadedFile("a.txt", b"words", "text/plain")
    following.add_information(complaint=complaint, text="See", files=[file])
    complaint.attachments.get().remove_file()
    (held,) = json.loads(exported()["complaints.json"])
    assert held["files"][0]["file"] is None


def test_looking_at_the_export_writes_nothing(client: Client, officer: User) -> None:
    complaint, request = make_complaint(), make_request()
    assert complaint.reference in client.get(page("export", request)).text
    assert not request.events.filter(action="exported").exists()


def test_without_an_address_nothing_is_found() -> None:
    make_complaint(answer_by="post", email="")
    assert not connecting.complaints_of(make_request(email="other@example.com"))
    assert not Request.objects.with_address("")


def test_open_and_held_complaints_stay(client: Client, officer: User) -> None:
    open_one = make_complaint("en", summary="Open")
    held, asked_for = ended(officer, summary="Held"), ended(officer, summary="Asked for")
    going, spam = ended(officer, summary="Going"), make_complaint("en", summary="Spam")
    stranger = ended(officer, summary="Stranger", email="other@example.com")
    cases.set_aside(complaint=spam, reason="Spam", by=officer)
    until_on = timezone.localdate() + datetime.timedelta(days=100)
    for complaint in (held, asked_for):
        Hold.objects.create(complaint=complaint, reason="x", until_on=until_on, requested_by=officer)
    Hold.objects.filter(complaint=held).update(
        confirmed_at=timezone.now(), confirmed_by=make_staff("another")
    )
    request = make_request(right="deletion")
    planned = clearing.plan(request, timezone.localdate())
    assert set(planned.going) == {going, spam}
    assert {complaint for complaint, _reason in planned.staying} == {open_one, held, asked_for}
    shown = client.get(page("clear", request)).text
    for _complaint, reason in planned.staying:
        assert reason in shown
    assert stranger.reference not in shown
    assert not Complaint.objects.filter(erased_at__isnull=False).exists()
    everything = [open_one, held, asked_for, going, spam, stranger]
    client.post(page("clear", request), {"complaint": [complaint.pk for complaint in everything]})
    assert set(Complaint.objects.filter(erased_at__isnull=False)) == {going, spam}
    note = request.events.get(action="cleared").note
    assert [line.split()[0] for line in note.splitlines()[:2]] == ["2", "3"]
    assert open_one.reference in note
    assert LogEntry.objects.filter(object_id=str(request.pk), user=officer).exists()


def test_a_later_end_that_waits_keeps_a_case_whose_hold_is_over(officer: User) -> None:
    complaint, today = ended(officer), timezone.localdate()
    day = datetime.timedelta(days=1)
    cases_holds.request_hold(complaint=complaint, reason="x", until_on=today + day, by=officer)
    cases_holds.confirm_hold(complaint=complaint, by=make_staff("another"))
    assert clearing.reason_to_keep(complaint, today)
    assert not clearing.reason_to_keep(complaint, today + day)
    cases_holds.request_extension(complaint=complaint, reason="x", until_on=today + 9 * day, by=officer)
    assert clearing.reason_to_keep(complaint, today + day)
    assert not clearing.reason_to_keep(complaint, today + 9 * day)


def test_only_what_was_shown_is_erased(client: Client, officer: User) -> None:
    shown, later = ended(officer), ended(officer, summary="Came later")
    request = make_request(right="deletion")
    client.post(page("clear", request), {"complaint": [shown.pk, "x"]})
    assert list(Complaint.objects.filter(erased_at__isnull=False)) == [shown]
    later.refresh_from_db()
    assert later.email == ADDRESS


def test_a_case_that_is_held_in_the_last_moment_stays(officer: User) -> None:
    complaint, request = ended(officer), make_request(right="objection")
    with patch("privacy.clearing.plan", return_value=clearing.Plan((complaint,), ())):
        Hold.objects.create(
            complaint=complaint,
            reason="x",
            until_on=timezone.localdate() + datetime.timedelta(days=9),
            requested_by=officer,
        )
        done = clearing.clear(request=request, chosen={complaint.pk}, by=officer)
    assert done.going == ()
    complaint.refresh_from_db()
    assert complaint.erased_at is None


def test_when_storage_fails_what_went_is_on_record(client: Client, officer: User) -> None:
    first, second = ended(officer), ended(officer, summary="Second")
    request = make_request(right="deletion")
    erase = retention.erase

    def failing(*, complaint: Complaint, by: User) -> None:
        if complaint == second:
            raise OSError
        erase(complaint=complaint, by=by)

    with patch("complaints.retention.erase", failing):
        answer = client.post(
            page("clear", request), {"complaint": [first.pk, second.pk]}, headers={"accept-language": "en"}
        )
    assert answer["Location"] == reverse("admin:privacy_request_change", args=[request.pk])
    assert "The file storage failed" in client.get(answer["Location"], headers={"accept-language": "en"}).text
    assert list(Complaint.objects.filter(erased_at__isnull=False)) == [first]
    assert request.events.get(action="cleared").note.split()[0] == "1"


def test_an_unconfirmed_address_gives_access_to_nothing(client: Client, officer: User) -> None:
    complaint, request = ended(officer), send_request()
    for name in ("export", "clear"):
        assert client.get(page(name, request)).status_code == 404
        assert client.post(page(name, request), {"complaint": complaint.pk}).status_code == 404
    with pytest.raises(StepRefused):
        clearing.clear(request=request, chosen={complaint.pk}, by=officer)
    assert complaint.status == Status.WITHDRAWN
    assert Complaint.objects.get().erased_at is None
