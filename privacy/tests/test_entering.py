"""Requests by letter, mail and telephone: the true day of receipt, letters, what belongs to whom."""

import datetime
import io
import json
import re
import zipfile
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from post_office.models import Email

from complaints import handling as cases
from complaints import retention as cases_retention
from complaints.models import Complaint
from complaints.steps import StepRefused
from complaints.tests.factories import form_token, make_complaint, make_staff
from privacy import clearing, connecting, export, handling, retention
from privacy.models import Connection, Letter, Outcome, Request, Status
from privacy.tests.factories import FACTS, enter_request, make_officer, make_request

pytestmark = pytest.mark.django_db

ENTER = "admin:privacy_request_enter"
LETTER = {
    "channel": "letter",
    "received_on": "2026-01-31",
    "language": "en",
    "right": "access",
    "full_name": "Example Correspondent",
    "answer_by": "post",
    "email": "",
    "address": "1, rue de l’Exemple\nL-0000 Exempleville",
    "text": "What do you hold on me?",
    "identity": "",
}


@pytest.fixture
def officer(client: Client) -> User:
    user = make_officer()
    client.force_login(user)
    return user


def page(name: str, *args: int) -> str:
    return reverse(f"admin:privacy_request_{name}", args=args)


def step(request: Request, name: str) -> str:
    return reverse("admin:privacy_request_step", args=[request.pk, name])


def enter(client: Client, **changes: str) -> Any:
    return client.post(reverse(ENTER), {**LETTER, "token": form_token(), **changes})


def test_a_letter_is_entered_with_its_true_day_of_receipt(client: Client, officer: User) -> None:
    assert reverse(ENTER) in client.get(reverse("admin:privacy_request_changelist")).text
    blank = client.get(reverse(ENTER)).text
    assert 'name="received_on"' in blank
    assert not re.search(r"<input[^>]+ checked", blank)
    assert enter(client).status_code == 302
    request = Request.objects.get()
    assert (request.status, request.channel, request.email) == (Status.RECEIVED, "letter", "")
    assert (request.received_on, request.due_on) == (datetime.date(2026, 1, 31), datetime.date(2026, 2, 28))
    assert list(request.events.values_list("action", "actor")) == [("entered", "Example officer")]
    # The acknowledgement waits to be posted; only staff get a mail.
    assert [mail.to for mail in Email.objects.all()] == [["dpo@proximus.lu"]]
    letter = request.letters.get()
    assert request.reference in letter.text
    assert "28\u00a0February\u00a02026" in letter.text
    assert "/follow/" not in letter.text
    assert "dpo@" not in letter.text


def test_a_letter_is_printed_and_noted_as_posted_once(client: Client, officer: User) -> None:
    enter(client)
    request = Request.objects.get()
    letter = request.letters.get()
    address = page("letter", request.pk, letter.pk)
    assert address in client.get(page("change", request.pk)).text
    printed = client.get(address)
    assert "no-store" in printed["Cache-Control"]
    for words in ("Exempleville", "Example Correspondent", 'lang="en"', "Dear Example Correspondent"):
        assert words in printed.text
    assert request.reference in client.get(page("changelist"), {"waiting": "letters"}).text
    assert client.post(address).status_code == client.post(address).status_code == 302
    assert request.events.filter(action="posted").count() == 1
    assert request.reference not in client.get(page("changelist"), {"waiting": "letters"}).text
    assert client.get(page("letter", enter_request().pk, letter.pk)).status_code == 404


def test_what_came_by_mail_is_acknowledged_by_mail(client: Client, officer: User) -> None:
    enter(
        client,
        channel="email",
        answer_by="email",
        email="correspondent@example.lu",
        address="",
        language="fr",
    )
    assert not Letter.objects.exists()
    mail = Email.objects.order_by("pk")[0]
    assert mail.to == ["correspondent@example.lu"]
    assert mail.headers["Content-Language"] == "fr"


def test_the_same_entry_twice_is_one_request(client: Client, officer: User) -> None:
    token = form_token()
    assert [enter(client, token=token).status_code for _time in range(2)] == [302, 302]
    assert Request.objects.count() == Letter.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"received_on": "2099-01-01"}, "received_on"),
        ({"received_on": "yesterday"}, "received_on"),
        ({"address": " "}, "address"),
        ({"answer_by": "email"}, "email"),
        ({"answer_by": ""}, "answer_by"),
        ({"channel": "web"}, "channel"),
        ({"text": ""}, "text"),
    ],
)
def test_mistakes_are_named_and_nothing_is_lost(
    client: Client, officer: User, changes: dict[str, str], field: str
) -> None:
    answer = enter(client, **changes)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert "Example Correspondent" in answer.text
    assert not Request.objects.exists()


def test_entering_needs_the_permission(client: Client) -> None:
    client.force_login(make_staff("auditor", "view_request"))
    assert client.get(reverse(ENTER)).status_code == enter(client).status_code == 403
    assert reverse(ENTER) not in client.get(page("changelist")).text
    assert not Request.objects.exists()


def test_extension_and_answer_go_by_post(client: Client, officer: User) -> None:
    request, number = enter_request(), Email.objects.count()
    assert request.due_on is not None
    until_on = request.due_on + handling.EXTENSION
    handling.extend(request=request, reasons="Many files.", until_on=until_on, by=officer)
    answer = client.post(step(request, "answer"), {"text": "Our answer.", "outcome": "refused"}, follow=True)
    assert "success" in answer.text
    extension, told = request.letters.all()[1:]
    assert "Many files." in extension.text
    assert "Our answer." in told.text
    assert "www.cnpd.lu" in told.text
    assert Email.objects.count() == number
    request.refresh_from_db()
    assert request.outcome == Outcome.REFUSED
    assert request.status == Status.ANSWERED


def test_nothing_leaves_or_goes_before_somebody_noted_who_asks(client: Client, officer: User) -> None:
    request, complaint = enter_request(right="deletion", email=FACTS["email"]), make_complaint("en")
    offered = client.get(page("change", request.pk)).text
    assert step(request, "identify") in offered
    for name in ("export", "clear"):
        assert page(name, request.pk) not in offered
        for refused in (client.get(page(name, request.pk)), client.post(page(name, request.pk))):
            assert refused["Location"] == page("change", request.pk)
    with pytest.raises(StepRefused):
        clearing.clear(request=request, chosen={complaint.pk}, by=officer)
    with pytest.raises(StepRefused):
        connecting.connect(request=request, what=complaint.reference, reason="x", by=officer)
    assert client.post(step(request, "identify"), {"text": " "}).status_code == 200
    client.post(step(request, "identify"), {"text": "Called back by the officer."})
    assert request.events.get(action="identified").note == "Called back by the officer."
    offered = client.get(page("change", request.pk)).text
    for name in ("export", "clear"):
        assert page(name, request.pk) in offered
        assert client.get(page(name, request.pk)).status_code == 200


def test_the_confirmed_mailbox_is_the_check_of_the_form(officer: User) -> None:
    with pytest.raises(StepRefused):
        handling.note_identity(request=make_request(), text="x", by=officer)


def test_nothing_is_found_by_name_or_by_an_address_that_was_typed_in(client: Client, officer: User) -> None:
    request = enter_request(identity="Called back.", full_name=FACTS["full_name"], email=FACTS["email"])
    complaint = make_complaint("en", full_name=FACTS["full_name"])
    stranger = make_complaint("en", full_name="Example Stranger", summary="Other")
    assert not connecting.complaints_of(request)
    assert list(connecting.requests_of(request)) == [request]
    offered = client.get(step(request, "connect")).text
    assert complaint.reference in offered
    assert stranger.reference not in offered


def test_what_is_connected_with_a_reason_is_exported(client: Client, officer: User) -> None:
    request, earlier = enter_request(identity="Called back."), enter_request(text="Earlier")
    by_address = make_complaint("en", email="Known@example.lu")
    by_letter = make_complaint("en", answer_by="post", email="", summary="By letter")
    make_complaint("en", email="other@example.lu", summary="Not yours")
    for what in ("known@EXAMPLE.lu", by_letter.reference.lower().replace("-", " "), earlier.reference):
        data = {"what": what, "reason": "Named in the letter."}
        assert client.post(step(request, "connect"), data).status_code == 302
    assert list(connecting.complaints_of(request)) == [by_address, by_letter]
    with zipfile.ZipFile(io.BytesIO(_exported(request))) as archive:
        held = json.loads(archive.read("complaints.json"))
        requests = json.loads(archive.read("requests.json"))
        assert "known@example.lu" in archive.read("README.txt").decode()
    assert [each["reference"] for each in held] == [by_address.reference, by_letter.reference]
    assert {each["reference"] for each in requests} == {request.reference, earlier.reference}
    assert all("acknowledgement" in each["letters"][0]["subject"] for each in requests)
    shown = client.get(page("change", request.pk)).text
    for words in ("known@example.lu", by_letter.reference, "Named in the letter.", "Example officer"):
        assert words in shown


def _exported(request: Request) -> bytes:
    target = io.BytesIO()
    export.write(target, request=request)
    return target.getvalue()


@pytest.mark.parametrize("what", ["R26-0000-0000", "nobody@", "own", "erased"])
def test_what_cannot_be_connected_says_why(client: Client, officer: User, what: str) -> None:
    request, complaint = enter_request(identity="Called back."), make_complaint()
    if what == "own":
        what = request.reference
    if what == "erased":
        cases.withdraw(complaint=complaint, reason="", by=officer)
        cases_retention.erase(complaint=complaint)
        what = complaint.reference
    answer = client.post(step(request, "connect"), {"what": what, "reason": "x"})
    assert answer.status_code == 200
    assert "errorlist" in answer.text
    assert not Connection.objects.exists()


def test_a_connection_is_made_once_and_can_be_taken_back(client: Client, officer: User) -> None:
    request, complaint = enter_request(identity="Called back."), make_complaint("en")
    for what in (complaint.reference, FACTS["email"]):
        connecting.connect(request=request, what=what, reason="x", by=officer)
        with pytest.raises(StepRefused):
            connecting.connect(request=request, what=what, reason="x", by=officer)
    with pytest.raises(StepRefused):
        connecting.connect(request=request, what="else@example.lu", reason=" ", by=officer)
    for connection in list(request.connections.all()):
        address = page("separate", request.pk, connection.pk)
        assert str(connection) in client.get(address).text
        assert client.post(address).status_code == 302
        assert client.post(address).status_code == 404
    assert not connecting.complaints_of(request)
    assert request.events.filter(action="separated").count() == 2


def test_the_database_refuses_a_connection_with_two_things_or_none(officer: User) -> None:
    request, complaint = enter_request(), make_complaint()
    for values in ({}, {"email": "a@example.lu", "complaint": complaint}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Connection.objects.create(request=request, reason="x", actor="x", **values)


@pytest.mark.parametrize("right", ["access", "rectification", "restriction"])
def test_nothing_is_erased_for_somebody_who_wants_the_data_kept(
    client: Client, officer: User, right: str
) -> None:
    complaint, request = make_complaint("en"), make_request(right=right)
    cases.withdraw(complaint=complaint, reason="", by=officer)
    assert page("clear", request.pk) not in client.get(page("change", request.pk)).text
    assert client.post(page("clear", request.pk), {"complaint": complaint.pk}).status_code == 302
    assert Complaint.objects.get().erased_at is None


def test_connected_complaints_are_erased_on_request(client: Client, officer: User) -> None:
    request = enter_request(identity="Called back.", right="deletion")
    complaint = make_complaint("en", answer_by="post", email="")
    cases.withdraw(complaint=complaint, reason="", by=officer)
    connecting.connect(request=request, what=complaint.reference, reason="x", by=officer)
    assert complaint.reference in client.get(page("clear", request.pk)).text
    client.post(page("clear", request.pk), {"complaint": complaint.pk})
    complaint.refresh_from_db()
    assert complaint.erased_at is not None
    assert not connecting.complaints_of(request)


def test_erasing_a_request_takes_letters_connections_and_identity_with_it(officer: User) -> None:
    request, other = enter_request(identity="Called back."), enter_request(text="Other", identity="Seen.")
    connecting.connect(request=request, what="known@example.lu", reason="x", by=officer)
    connecting.connect(request=other, what=request.reference, reason="Secret", by=officer)
    handling.answer(request=request, text="Done.", outcome=Outcome.PARTLY_GRANTED, by=officer)
    long_ago = timezone.now() - datetime.timedelta(days=1200)
    Request.objects.filter(pk=request.pk).update(answered_at=long_ago)
    assert [each.pk for each in retention.apply(timezone.localdate())] == [request.pk]
    request.refresh_from_db()
    assert (request.address, request.identity, request.full_name) == ("", "", "")
    assert (request.channel, request.outcome) == ("letter", "partly_granted")
    assert not request.letters.exists()
    assert not Connection.objects.exists()
    with pytest.raises(StepRefused):
        connecting.connect(request=request, what="x@example.lu", reason="x", by=officer)


def test_the_answer_is_asked_for_with_what_the_right_demands(client: Client, officer: User) -> None:
    shown = client.get(step(enter_request(), "answer"), headers={"accept-language": "en"}).text
    assert "article 15(1)" in shown
    assert "Nobody has noted yet" in shown
    missing = client.post(step(make_request(), "answer"), {"text": "Kept words."})
    assert "Kept words." in missing.text
    assert "outcome" in missing.context["form"].errors
