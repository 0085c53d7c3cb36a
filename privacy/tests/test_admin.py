"""Staff find requests in the admin and take the next step there."""

import datetime

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from complaints.tests.factories import make_staff
from privacy.models import Request, Status
from privacy.tests.factories import FACTS, make_officer, make_request, send_request

pytestmark = pytest.mark.django_db

LIST = "admin:privacy_request_changelist"


@pytest.fixture
def officer(client: Client) -> User:
    user = make_officer()
    client.force_login(user)
    return user


def change(request: Request) -> str:
    return reverse("admin:privacy_request_change", args=[request.pk])


def step(request: Request, name: str) -> str:
    return reverse("admin:privacy_request_step", args=[request.pk, name])


def test_the_list_leaves_out_what_is_not_confirmed(client: Client, officer: User) -> None:
    request, unconfirmed = make_request(), send_request(text="Unconfirmed")
    page = client.get(reverse(LIST)).text
    assert request.reference in page
    assert unconfirmed.reference not in page
    assert request.reference in client.get(reverse(LIST), {"standing": "received"}).text
    assert request.reference not in client.get(reverse(LIST), {"standing": "answered"}).text
    assert client.get(change(unconfirmed)).status_code == 302
    assert client.get(step(unconfirmed, "answer")).status_code == 404


def test_the_most_urgent_request_stands_first(client: Client, officer: User) -> None:
    later, sooner, done = (make_request(text=str(number)) for number in range(3))
    today = datetime.date.today()  # noqa: DTZ011
    Request.objects.filter(pk=later.pk).update(due_on=today + datetime.timedelta(days=60))
    client.post(step(done, "answer"), {"text": "Done.", "outcome": "granted"})
    page = client.get(reverse(LIST)).text
    places = [page.index(request.reference) for request in (sooner, later, done)]
    assert places == sorted(places)


def test_the_request_offers_the_steps_that_are_possible(client: Client, officer: User) -> None:
    request = make_request(right="deletion")
    page = client.get(change(request)).text
    for name in ("answer", "extend", "connect", "export", "clear"):
        assert step(request, name) in page
    assert FACTS["text"] in page
    client.post(step(request, "answer"), {"text": "Done.", "outcome": "granted"})
    page = client.get(change(request)).text
    assert step(request, "answer") not in page
    assert step(request, "extend") not in page
    assert step(request, "export") in page


def test_steps_are_taken(client: Client, officer: User) -> None:
    request = make_request()
    assert request.due_on is not None
    until_on = request.due_on + datetime.timedelta(days=30)
    data = {"reasons": "Many files.", "until_on": until_on.isoformat()}
    assert client.post(step(request, "extend"), data).status_code == 302
    assert client.post(step(request, "answer"), {"text": "Done.", "outcome": "granted"}).status_code == 302
    request.refresh_from_db()
    assert (request.status, request.extended_until_on) == (Status.ANSWERED, until_on)


def test_a_refused_step_says_why_and_keeps_what_was_typed(client: Client, officer: User) -> None:
    request = make_request()
    response = client.post(step(request, "extend"), {"reasons": "Many files.", "until_on": "2040-01-01"})
    assert response.status_code == 200
    assert "errorlist" in response.text
    assert "Many files." in response.text


def test_steps_need_their_permissions(client: Client) -> None:
    request = make_request()
    client.force_login(make_staff("auditor", "view_request", "view_event"))
    page = client.get(change(request))
    assert page.status_code == 200
    for name in ("answer", "extend", "export", "clear"):
        assert step(request, name) not in page.text
        assert client.get(step(request, name)).status_code == 403
        assert client.post(step(request, name)).status_code == 403
    client.force_login(make_staff("handler", "view_complaint", "change_complaint"))
    assert client.get(reverse(LIST)).status_code == 403
    assert client.get(step(request, "export")).status_code == 403
    client.logout()
    assert client.get(step(request, "export")).status_code == 302


def test_an_unknown_step_is_not_found(client: Client, officer: User) -> None:
    assert client.get(step(make_request(), "confirm")).status_code == 404


def test_what_the_requester_wrote_cannot_be_edited(client: Client, officer: User) -> None:
    assert client.post(change(make_request()), {"text": "changed"}).status_code == 403


def test_the_groups(client: Client) -> None:
    request = make_request(right="deletion")
    for name, status in [("Data protection", 200), ("Auditors", 200), ("Complaint handlers", 403)]:
        user = make_staff(f"of {name}")
        user.user_permissions.clear()
        user.groups.set(Group.objects.filter(name=name))
        client.force_login(user)
        assert client.get(change(request)).status_code == status
        assert client.get(step(request, "clear")).status_code == (200 if name == "Data protection" else 403)


def test_the_start_page_shows_what_waits(client: Client, officer: User) -> None:
    request = make_request()
    assert request.reference in client.get("/admin/").text
    client.force_login(make_staff("handler", "view_complaint"))
    assert request.reference not in client.get("/admin/").text
