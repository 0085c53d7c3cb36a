"""Who gets where: every address of a case and of its files and letters, for everybody who could try."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from complaints import attachments, following
from complaints.case_steps import STEPS
from complaints.models import Attachment, Complaint
from complaints.tests.factories import form_token, make_complaint
from complaints.tests.following import address, opened
from complaints.tests.uploaded_files import PDF
from legalsite.groups import GROUPS

pytestmark = pytest.mark.django_db

SEES = ("Complaint handlers", "Data protection", "Auditors")
HANDLES = ("Complaint handlers",)
HOLDS = {"hold": ("Complaint handlers", "Data protection"), "confirm_hold": ("Data protection",)}
HOLDS["extend_hold"] = HOLDS["hold"]
HOLDS["lift_hold"] = HOLDS["confirm_extension"] = HOLDS["decline_extension"] = HOLDS["confirm_hold"]

VISITORS = ("nobody", "other complainant", "own complainant", "customer account", *GROUPS)

WORDS = "The same invoice arrived twice."


@pytest.fixture
def case() -> Complaint:
    """Return a case with a file and a letter."""
    case = make_complaint("en", answer_by="post")
    case.messages.update(by_post=True, mail=None)
    following.add_information(complaint=case, text="More.", files=[SimpleUploadedFile("invoice.pdf", PDF)])
    return case


def visitor(kind: str, case: Complaint) -> Client:
    """Return the browser of somebody."""
    if kind == "other complainant":
        return opened(make_complaint("en", summary="Another", email="other@example.com"))
    if kind == "own complainant":
        return opened(case)
    client = Client()
    if kind != "nobody":
        user = User.objects.create_user(f"example-{kind}", is_staff=kind in GROUPS)
        user.groups.set(Group.objects.filter(name=kind))
        assert user.groups.count() == (kind in GROUPS)
        client.force_login(user)
    return client


def expected(kind: str, allowed: tuple[str, ...], status: int = 200) -> int:
    """Return what somebody is answered at an address of the admin: other than staff must sign in."""
    if kind not in GROUPS:
        return 302
    return status if kind in allowed else 403


def check(response: Any, status: int) -> None:
    """Assert a status; whoever is refused reads nothing of the case."""
    assert response.status_code == status
    if status == 302:
        assert response["Location"].startswith("/admin/login/")
    if status != 200:
        assert WORDS not in response.text


@pytest.mark.parametrize("kind", VISITORS)
def test_files_and_letters(case: Complaint, kind: str) -> None:
    client = visitor(kind, case)
    file, letter = case.attachments.get(), case.messages.get(kind="acknowledgement")
    file_address = reverse("admin:complaints_complaint_file", args=[case.pk, file.pk])
    response = client.get(file_address)
    assert response.status_code == expected(kind, SEES)
    if response.status_code == 200:
        assert b"".join(response.streaming_content) == PDF  # type: ignore[attr-defined]  # a file
        assert response["Content-Disposition"] == 'attachment; filename="invoice.pdf"'
        assert response["Content-Type"] == "application/octet-stream"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in response["Cache-Control"]
    letter_address = reverse("admin:complaints_complaint_letter", args=[case.pk, letter.pk])
    check(client.get(letter_address), expected(kind, SEES))
    posted = client.post(letter_address)
    assert posted.status_code == (302 if kind in HANDLES else 403)
    letter.refresh_from_db()
    assert (letter.posted_at is not None) == (kind in HANDLES)


@pytest.mark.parametrize("kind", VISITORS)
def test_the_case_in_the_admin(case: Complaint, kind: str) -> None:
    client = visitor(kind, case)
    for name, args in (("changelist", []), ("change", [case.pk]), ("history", [case.pk])):
        response = client.get(reverse(f"admin:complaints_complaint_{name}", args=args))
        check(response, expected(kind, SEES))
        assert (case.reference in response.text) == (kind in SEES)
    check(client.get(reverse("admin:complaints_complaint_enter")), expected(kind, HANDLES))
    for name in ("add", "delete"):
        args = [case.pk] if name == "delete" else []
        check(client.get(reverse(f"admin:complaints_complaint_{name}", args=args)), expected(kind, ()))
    for step in STEPS:
        step_address = reverse("admin:complaints_complaint_step", args=[case.pk, step])
        check(client.get(step_address), expected(kind, HOLDS.get(step, HANDLES)))


@pytest.mark.parametrize("kind", VISITORS)
def test_what_is_sent_to_the_admin_changes_nothing_but_by_handlers(case: Complaint, kind: str) -> None:
    client = visitor(kind, case)
    before = list(case.events.values_list("action", flat=True))
    data = {"reason": "x", "text": "x", "until_on": "2099-01-01", "outcome": "upheld", "request": "x"}
    for step in STEPS:
        if kind in HANDLES or kind in HOLDS.get(step, ()):
            continue
        response = client.post(reverse("admin:complaints_complaint_step", args=[case.pk, step]), data)
        # Who is not signed in gets the sign-in, with what was typed.
        check(response, 403)
    assert list(case.events.values_list("action", flat=True)) == before


@pytest.mark.parametrize("kind", VISITORS)
def test_the_public_page_of_the_case(case: Complaint, kind: str) -> None:
    client = visitor(kind, case)
    response = client.get(address("case"))
    if kind.endswith("complainant"):
        assert response.status_code == 200
        assert (case.reference in response.text) == (kind == "own complainant")
        assert "invoice.pdf" in response.text or kind == "other complainant"
    else:
        assert (response.status_code, response["Location"]) == (302, address("follow"))
    data = {"action": "withdraw", "withdraw-reason": "x"}
    assert client.post(address("case"), data).status_code == 302
    case.refresh_from_db()
    assert (case.withdrawn_at is not None) == (kind == "own complainant")


def test_a_file_is_found_with_its_own_case_alone(case: Complaint) -> None:
    client = visitor("Complaint handlers", case)
    other = make_complaint("en", summary="Another", answer_by="post")
    other.messages.update(by_post=True)
    file, letter = case.attachments.get(), case.messages.get(kind="acknowledgement")
    assert client.get(reverse("admin:complaints_complaint_file", args=[other.pk, file.pk])).status_code == 404
    wrong = reverse("admin:complaints_complaint_letter", args=[other.pk, letter.pk])
    assert client.get(wrong).status_code == 404
    own_words = case.messages.get(from_complainant=True)
    no_letter = reverse("admin:complaints_complaint_letter", args=[case.pk, own_words.pk])
    assert client.get(no_letter).status_code == 404


def test_files_of_drafts_are_out_of_reach_for_staff_too(case: Complaint) -> None:
    client = visitor("Complaint handlers", case)
    attachments.keep(None, [SimpleUploadedFile("draft.txt", b"Not sent yet.")])
    draft = Attachment.objects.get(name="draft.txt")
    for pk in (case.pk, 0):
        found = client.get(reverse("admin:complaints_complaint_file", args=[pk, draft.pk]))
        assert found.status_code == 404


def test_a_file_that_the_storage_has_lost_is_not_found(case: Complaint) -> None:
    client = visitor("Auditors", case)
    file = case.attachments.get()
    file.remove_file()
    lost = reverse("admin:complaints_complaint_file", args=[case.pk, file.pk])
    assert client.get(lost).status_code == 404


def test_signing_in_does_not_open_the_page_of_a_case_nor_the_other_way_round(case: Complaint) -> None:
    """The two are kept apart: a visit of a complainant begins no session."""
    client = visitor("own complainant", case)
    assert "sessionid" not in client.cookies
    assert client.get(reverse("admin:index")).status_code == 302


def test_an_answer_of_the_form_says_nothing_of_other_complaints(case: Complaint) -> None:
    """A form word that has been used already does not lead to the case it made, but with the same answers."""
    client, token = Client(), form_token()
    facts = {"summary": "Mine", "description": "x", "full_name": "x", "address": "x", "phone": "123456"}
    data = {**facts, "answer_by": "post", "kind": "other", "token": token, "action": "send"}
    first = client.post(address("new"), data)["Location"]
    second = client.post(address("new"), {**data, "summary": "Other"})["Location"]
    references = [complaint.reference for complaint in Complaint.objects.order_by("pk")]
    assert references[-2] in client.get(first).text
    assert references[-1] in client.get(second).text
    assert references[-2] not in client.get(second).text
