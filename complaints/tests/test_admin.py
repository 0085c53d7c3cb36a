"""Staff find complaints in the admin and take the next step there."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from complaints.models import Complaint, Status
from complaints.tests.factories import make_complaint, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def handler(client: Client) -> User:
    user = make_staff("handler", "view_complaint", "change_complaint", "view_event")
    client.force_login(user)
    return user


def step(complaint: Complaint, name: str) -> str:
    return reverse("admin:complaints_complaint_step", args=[complaint.pk, name])


def test_the_list_and_its_filters(client: Client, handler: User) -> None:
    complaint = make_complaint()
    changelist = reverse("admin:complaints_complaint_changelist")
    assert complaint.reference in client.get(changelist).text
    assert complaint.reference not in client.get(changelist, {"waiting": "overdue"}).text
    assert complaint.reference in client.get(changelist, {"waiting": "open"}).text
    for word in ("Example Customer", complaint.reference, "EXAMPLE-1"):
        assert complaint.reference in client.get(changelist, {"q": word}).text


def test_the_case_offers_the_steps_that_are_possible(client: Client, handler: User) -> None:
    complaint = make_complaint()
    page = client.get(reverse("admin:complaints_complaint_change", args=[complaint.pk])).text
    assert step(complaint, "assign") in page
    assert step(complaint, "answer") not in page
    assert "The same invoice arrived twice." in page


def test_a_step_is_taken(client: Client, handler: User) -> None:
    complaint, sponsor = make_complaint(), make_staff("sponsor")
    response = client.post(step(complaint, "assign"), {"owner": handler.pk, "sponsor": sponsor.pk})
    assert response.status_code == 302
    complaint.refresh_from_db()
    assert (complaint.status, complaint.owner, complaint.sponsor) == (Status.ASSIGNED, handler, sponsor)


def test_a_refused_step_says_why_and_keeps_what_was_typed(client: Client, handler: User) -> None:
    complaint = make_complaint()
    response = client.post(step(complaint, "answer"), {"text": "A long answer.", "outcome": "upheld"})
    assert response.status_code == 200
    assert "A long answer." in response.text
    assert "errorlist" in response.text
    complaint.refresh_from_db()
    assert complaint.answer == ""


def test_only_handlers_take_steps(client: Client) -> None:
    complaint, auditor = make_complaint(), make_staff("auditor")
    client.force_login(auditor)
    page = client.get(reverse("admin:complaints_complaint_change", args=[complaint.pk]))
    assert page.status_code == 200
    assert step(complaint, "assign") not in page.text
    assert client.get(step(complaint, "assign")).status_code == 403
    client.logout()
    assert client.get(step(complaint, "assign")).status_code == 302


def test_an_unknown_step_is_not_found(client: Client, handler: User) -> None:
    assert client.get(step(make_complaint(), "erase")).status_code == 404


def test_what_the_complainant_wrote_cannot_be_edited(client: Client, handler: User) -> None:
    complaint = make_complaint()
    change = reverse("admin:complaints_complaint_change", args=[complaint.pk])
    assert 'name="description"' not in client.get(change).text
    assert client.post(change, {"description": "changed"}).status_code == 403
    assert client.get(reverse("admin:complaints_complaint_add")).status_code == 403


def test_only_those_who_can_see_complaints_can_be_owner_or_sponsor(client: Client, handler: User) -> None:
    make_staff("editor", "view_document")
    page = client.get(step(make_complaint(), "assign")).text
    assert "example-handler" in page
    assert "example-editor" not in page


def test_the_step_shows_what_it_is_about(client: Client, handler: User) -> None:
    page = client.get(step(make_complaint(), "delay")).text
    assert "The same invoice arrived twice." in page


def test_the_most_urgent_complaint_stands_first(client: Client, handler: User) -> None:
    later, sooner, done = (make_complaint(summary=str(number)) for number in range(3))
    Complaint.objects.filter(pk=sooner.pk).update(answer_due_on="2026-01-01")
    Complaint.objects.filter(pk=done.pk).update(
        answer_due_on="2025-01-01", status=Status.ANSWERED, answer="x", answered_at=done.received_at
    )
    page = client.get(reverse("admin:complaints_complaint_changelist")).text
    places = [page.index(complaint.reference) for complaint in (sooner, later, done)]
    assert places == sorted(places)
