"""Each step of a request: the request, its event and its mails, or nothing."""

import datetime
from unittest.mock import patch

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone
from post_office.models import Email

from complaints.following import MOST_LINKS
from complaints.steps import StepRefused
from complaints.tests.factories import make_staff
from core.append_only import AppendOnly
from core.contact import contact_details
from core.links import digest_of
from privacy import handling
from privacy.models import Event, Link, Outcome, Request, Status
from privacy.tests.factories import FACTS, last_token, make_request, send_request

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> User:
    return make_staff("officer")


def actions(request: Request) -> list[str]:
    return list(request.events.values_list("action", flat=True))


def on(day: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(f"{day}T09:00+01:00")


def received_on(day: str) -> Request:
    with patch("django.utils.timezone.now", return_value=on(day)):
        return make_request(text=day)


def test_before_the_address_is_confirmed_nothing_reaches_staff() -> None:
    request = send_request()
    assert (request.status, request.received_at, request.due_on) == (Status.UNCONFIRMED, None, None)
    mail = Email.objects.get()
    assert mail.to == [FACTS["email"]]
    assert FACTS["full_name"] not in mail.message
    assert FACTS["text"] not in mail.message
    assert actions(request) == ["sent"]


def test_only_the_digest_of_a_token_is_stored() -> None:
    send_request()
    token = last_token("confirm")
    assert Link.objects.get().digest == digest_of(token) != token


def test_the_same_form_twice_is_one_request_and_one_mail() -> None:
    assert send_request() == send_request()
    assert Email.objects.count() == 1


def test_an_address_that_somebody_else_types_gets_few_mails() -> None:
    facts = dict(FACTS)
    for number in range(10):
        facts["text"], facts["email"] = str(number), "Customer@Example.com" if number % 2 else FACTS["email"]
        stored = handling.receive(key=str(number), facts=facts, language="fr")
        assert (stored is None) == (number >= handling.MOST_OF_ONE_ADDRESS)
    assert Email.objects.count() == Request.objects.count() == handling.MOST_OF_ONE_ADDRESS


@pytest.mark.parametrize(
    ("language", "day"), [("fr", "24\u00a0décembre\u00a02026"), ("en", "24\u00a0December\u00a02026")]
)
def test_confirming_starts_the_clock_and_writes_to_both(language: str, day: str) -> None:
    with patch("django.utils.timezone.now", return_value=on("2026-11-24")):
        request = make_request(language)
    assert (request.status, request.due_on) == (Status.RECEIVED, datetime.date(2026, 12, 24))
    assert actions(request) == ["sent", "received"]
    acknowledgement, notice = Email.objects.order_by("pk")[1:]
    contact = contact_details()
    assert contact is not None
    assert acknowledgement.to == [FACTS["email"]]
    assert acknowledgement.headers["Reply-To"] == contact.privacy_email
    for word in (request.reference, day, FACTS["full_name"]):
        assert word in acknowledgement.message
    assert notice.to == [contact.privacy_email]
    assert request.reference in notice.message
    for personal in (FACTS["full_name"], FACTS["email"], FACTS["text"]):
        assert personal not in f"{notice.subject} {notice.message}"


def test_the_month_is_counted_from_the_day_of_confirmation() -> None:
    send_request()
    Request.objects.update(sent_at=on("2027-01-30"))
    Link.objects.update(created_at=on("2027-01-30"))
    with patch("django.utils.timezone.now", return_value=on("2027-01-30") + datetime.timedelta(hours=20)):
        request = handling.confirm(last_token("confirm"))
    assert request is not None
    assert request.due_on == datetime.date(2027, 2, 28)


def test_a_link_confirms_once_and_for_a_day() -> None:
    send_request()
    token = last_token("confirm")
    with patch("django.utils.timezone.now", return_value=timezone.now() + handling.CONFIRM_WITHIN):
        assert handling.confirm(token) is None
    assert handling.confirm(token) is not None
    assert handling.confirm(token) is None
    assert Event.objects.filter(action="received").count() == 1


def test_a_link_serves_its_purpose_only() -> None:
    request = make_request()
    handling.send_link(reference=request.reference, email=request.email)
    assert handling.confirm(last_token("follow")) is None
    send_request(text="Another")
    assert handling.use_link(last_token("confirm")) is None


def test_references() -> None:
    reference = send_request().reference
    assert reference.startswith(f"D{timezone.localdate():%y}-")
    assert len(reference) == len("D26-7KQ4-M2XH")


def test_a_link_goes_to_the_address_of_the_request_only() -> None:
    request, number = make_request(), Email.objects.count()
    handling.send_link(reference=request.reference, email="other@example.com")
    handling.send_link(reference="D26-0000-0000", email=request.email)
    assert Email.objects.count() == number
    handling.send_link(reference=request.reference.lower().replace("-", " "), email="CUSTOMER@example.com")
    assert Email.objects.latest("pk").to == [FACTS["email"]]
    assert handling.use_link(last_token("follow")) == request
    assert handling.use_link(last_token("follow")) is None


def test_few_links_are_mailed_for_one_request() -> None:
    request, number = make_request(), Email.objects.count()
    for _time in range(10):
        handling.send_link(reference=request.reference, email=request.email)
    assert Email.objects.count() == number + MOST_LINKS
    Link.objects.update(created_at=timezone.now() - datetime.timedelta(hours=2))
    handling.send_link(reference=request.reference, email=request.email)
    assert Email.objects.count() == number + MOST_LINKS + 1


def test_an_unconfirmed_request_cannot_be_followed() -> None:
    request = send_request()
    handling.send_link(reference=request.reference, email=request.email)
    assert Email.objects.count() == 1


def test_an_extension_is_told_with_its_reasons(officer: User) -> None:
    request = received_on("2026-11-24")
    with patch("django.utils.timezone.now", return_value=on("2026-12-24")):
        handling.extend(
            request=request, reasons="Many files.", until_on=datetime.date(2027, 2, 24), by=officer
        )
    request = Request.objects.get()
    assert request.expected_on == datetime.date(2027, 2, 24)
    mail = Email.objects.latest("pk")
    assert "Many files." in mail.message
    assert "24\u00a0February\u00a02027" in mail.message
    assert "www.cnpd.lu" in mail.message
    assert actions(request)[-1] == "extended"


@pytest.mark.parametrize(
    ("reasons", "until_on", "today"),
    [
        ("Many files.", "2027-02-25", "2026-12-01"),  # more than two further months
        ("Many files.", "2026-12-24", "2026-12-01"),  # no extension
        ("  ", "2027-01-24", "2026-12-01"),
        ("Many files.", "2027-01-24", "2026-12-25"),  # told after the month
    ],
)
def test_the_limits_of_an_extension(officer: User, reasons: str, until_on: str, today: str) -> None:
    request, number = received_on("2026-11-24"), Email.objects.count()
    day = datetime.date.fromisoformat(until_on)
    with patch("django.utils.timezone.now", return_value=on(today)), pytest.raises(StepRefused):
        handling.extend(request=request, reasons=reasons, until_on=day, by=officer)
    assert Email.objects.count() == number
    assert Request.objects.get().extended_until_on is None


def test_the_time_is_extended_once(officer: User) -> None:
    request = make_request()
    assert request.due_on is not None
    day = request.due_on + datetime.timedelta(days=10)
    handling.extend(request=request, reasons="Many files.", until_on=day, by=officer)
    with pytest.raises(StepRefused):
        handling.extend(
            request=request, reasons="More.", until_on=day + datetime.timedelta(days=1), by=officer
        )


@pytest.mark.parametrize(("language", "right"), [("fr", "deletion"), ("en", "objection")])
def test_an_answer_names_the_remedies(officer: User, language: str, right: str) -> None:
    request = make_request(language, right=right)
    handling.answer(request=request, text="Done. {{ asked.email }}", outcome=Outcome.REFUSED, by=officer)
    request.refresh_from_db()
    assert request.status == Status.ANSWERED
    mail = Email.objects.latest("pk")
    assert "Done. {{ asked.email }}" in mail.message
    assert "www.cnpd.lu" in mail.message
    assert mail.headers["Content-Language"] == language
    assert request.events.get(action="answered").actor == "Example officer"
    with pytest.raises(StepRefused):
        handling.answer(request=request, text="x", outcome=Outcome.GRANTED, by=officer)
    with pytest.raises(StepRefused):
        handling.extend(request=request, reasons="x", until_on=datetime.date(2030, 1, 1), by=officer)


def test_an_unconfirmed_request_is_not_answered(officer: User) -> None:
    with pytest.raises(StepRefused):
        handling.answer(request=send_request(), text="Done.", outcome=Outcome.GRANTED, by=officer)
    with pytest.raises(StepRefused):
        handling.answer(request=make_request(text="Other"), text=" ", outcome=Outcome.GRANTED, by=officer)


def test_when_a_mail_cannot_be_stored_nothing_is(officer: User) -> None:
    request = make_request()
    with patch("core.mail.Email.objects.bulk_create", side_effect=OSError), pytest.raises(OSError):  # noqa: PT011
        handling.answer(request=request, text="Done.", outcome=Outcome.GRANTED, by=officer)
    request.refresh_from_db()
    assert request.status == Status.RECEIVED
    assert actions(request) == ["sent", "received"]


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "received"},
        {"status": "answered", "answered_at": on("2026-11-24")},
        {"extended_until_on": datetime.date(2027, 1, 1)},
        {"extension_reasons": "x"},
        {"answer": "x"},
        {"outcome": "granted"},
        {"email": ""},
        {"answer_by": "post"},
        {"erased_at": on("2026-11-24")},
    ],
)
def test_the_database_holds_the_pairs_together(changes: dict[str, object]) -> None:
    request = send_request()
    with pytest.raises(IntegrityError), transaction.atomic():
        Request.objects.filter(pk=request.pk).update(**changes)


def test_events_are_append_only() -> None:
    event = send_request().events.get()
    with pytest.raises(AppendOnly):
        event.save()
    with pytest.raises(AppendOnly):
        event.delete()
    with pytest.raises(AppendOnly):
        Event.objects.update(note="")
