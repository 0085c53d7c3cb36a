"""Every step of a case in the admin: offered when it is possible, taken once, refused with a reason."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from complaints import handling, holds, retention
from complaints.case_steps import STEPS
from complaints.models import Complaint, Outcome
from complaints.tests.factories import mails_sent, make_complaint, make_staff

pytestmark = pytest.mark.django_db

HANDLER = ("view_complaint", "change_complaint", "add_hold", "change_hold", "view_event", "view_message")
LATER = timezone.localdate() + datetime.timedelta(days=90)
LATER_STILL = LATER + datetime.timedelta(days=365)


@pytest.fixture
def handler(client: Client) -> User:
    user = make_staff("handler", *HANDLER)
    client.force_login(user)
    return user


@pytest.fixture
def sponsor() -> User:
    return make_staff("sponsor")


def address(complaint: Complaint, name: str = "") -> str:
    if name:
        return reverse("admin:complaints_complaint_step", args=[complaint.pk, name])
    return reverse("admin:complaints_complaint_change", args=[complaint.pk])


def asked(owner: User, sponsor: User) -> dict[str, dict[str, Any]]:
    """Return what each step is given, by its name."""
    reason = {"reason": "Because of this."}
    return {
        "assign": {"owner": owner.pk, "sponsor": sponsor.pk},
        "answer": {"text": "We have looked at it.", "outcome": "upheld"},
        "delay": {"causes": "A document is missing.", "cause": "others", "until_on": LATER.isoformat()},
        "ask": {"request": "Which invoice?"},
        "note": {"text": "For ourselves."},
        "add": {"text": "A letter says more."},
        "hold": {**reason, "until_on": LATER.isoformat()},
        "extend_hold": {**reason, "until_on": LATER_STILL.isoformat()},
        **dict.fromkeys(("escalate", "reopen", "withdraw", "set_aside"), reason),
        **{name: {} for name in ("restore", "examine", "close", "confirm_hold", "lift_hold")},
        **{name: {} for name in ("confirm_extension", "decline_extension")},
    }


Way = Callable[[Complaint, User, User], None]

WAYS: dict[str, Way] = {
    "assign": lambda case, owner, sponsor: handling.assign(
        complaint=case, owner=owner, sponsor=sponsor, by=owner
    ),
    "examine": lambda case, owner, _: handling.examine(complaint=case, by=owner),
    "reject": lambda case, owner, _: handling.answer(
        complaint=case, text="No.", outcome=Outcome.REJECTED, by=owner
    ),
    "grant": lambda case, owner, _: handling.answer(
        complaint=case, text="Yes.", outcome=Outcome.UPHELD, by=owner
    ),
    "deliver": lambda _case, _owner, _: mails_sent(),
    "close": lambda case, owner, _: handling.close(complaint=case, by=owner),
    "withdraw": lambda case, owner, _: handling.withdraw(complaint=case, reason="Settled.", by=owner),
    "set_aside": lambda case, owner, _: handling.set_aside(complaint=case, reason="Spam.", by=owner),
    "erase": lambda case, _owner, _: retention.erase(complaint=case),
    "hold": lambda case, owner, _: holds.request_hold(
        complaint=case, reason="Court.", until_on=LATER, by=owner
    ),
    "hold_by_other": lambda case, _, sponsor: holds.request_hold(
        complaint=case, reason="Court.", until_on=LATER, by=sponsor
    ),
    "confirm": lambda case, _, sponsor: holds.confirm_hold(complaint=case, by=sponsor),
    "extend": lambda case, owner, _: holds.request_extension(
        complaint=case, reason="Appeal.", until_on=LATER_STILL, by=owner
    ),
    "extend_by_other": lambda case, _, sponsor: holds.request_extension(
        complaint=case, reason="Appeal.", until_on=LATER_STILL, by=sponsor
    ),
}

STATES: dict[str, tuple[str, ...]] = {
    "received": (),
    "overdue": (),
    "assigned": ("assign",),
    "examined": ("assign", "examine"),
    "answered": ("assign", "reject", "deliver"),
    "granted": ("assign", "grant", "deliver"),
    "closed": ("assign", "reject", "deliver", "close"),
    "withdrawn": ("withdraw",),
    "set_aside": ("set_aside",),
    "erased": ("withdraw", "erase"),
    "held": ("hold",),
    "held_by_other": ("hold_by_other",),
    "confirmed": ("hold", "confirm"),
    "extended": ("hold", "confirm", "extend"),
    "extended_by_other": ("hold", "confirm", "extend_by_other"),
}
"""How a case comes into each state."""


def case_in(state: str, owner: User, sponsor: User) -> Complaint:
    complaint = make_complaint()
    for name in STATES[state]:
        WAYS[name](complaint, owner, sponsor)
    if state == "overdue":
        Complaint.objects.filter(pk=complaint.pk).update(answer_due_on="2026-01-31")
    return complaint


ALWAYS = {"note", "hold", "add"}
OPEN_TOO = ALWAYS | {"assign", "delay", "ask", "withdraw"}

POSSIBLE: dict[str, set[str]] = {
    "received": OPEN_TOO | {"set_aside"},
    "overdue": OPEN_TOO | {"set_aside", "escalate"},
    "assigned": OPEN_TOO | {"examine", "answer"},
    "examined": OPEN_TOO | {"answer"},
    "answered": ALWAYS | {"close", "escalate", "reopen", "withdraw"},
    "granted": ALWAYS | {"close", "reopen", "withdraw"},
    "closed": ALWAYS | {"escalate", "reopen"},
    "withdrawn": ALWAYS,
    "set_aside": {"note", "hold", "restore"},
    "erased": set(),
    "held": OPEN_TOO - {"hold"} | {"set_aside", "lift_hold"},
    "held_by_other": OPEN_TOO - {"hold"} | {"set_aside", "lift_hold", "confirm_hold"},
    "confirmed": OPEN_TOO - {"hold"} | {"set_aside", "lift_hold", "extend_hold"},
    "extended": OPEN_TOO - {"hold"} | {"set_aside", "lift_hold", "decline_extension"},
    "extended_by_other": (
        OPEN_TOO - {"hold"} | {"set_aside", "lift_hold", "decline_extension", "confirm_extension"}
    ),
}
"""By the state of a case, the steps that can be taken."""


@pytest.mark.parametrize("state", POSSIBLE)
def test_a_button_stands_there_exactly_when_its_step_is_possible(
    client: Client, handler: User, sponsor: User, state: str
) -> None:
    complaint = case_in(state, handler, sponsor)
    page = client.get(address(complaint)).text
    assert {name for name in STEPS if address(complaint, name) in page} == POSSIBLE[state]


@pytest.mark.parametrize("state", POSSIBLE)
def test_every_other_step_is_refused_and_changes_nothing(
    client: Client, handler: User, sponsor: User, state: str
) -> None:
    complaint = case_in(state, handler, sponsor)
    before = Complaint.objects.values().get(pk=complaint.pk)
    entries, events = LogEntry.objects.count(), complaint.events.count()
    for name in STEPS.keys() - POSSIBLE[state]:
        response = client.post(address(complaint, name), asked(handler, sponsor)[name])
        assert response.status_code == 200, name
        assert response.context["form"].non_field_errors(), name
    assert Complaint.objects.values().get(pk=complaint.pk) == before
    assert (LogEntry.objects.count(), complaint.events.count()) == (entries, events)


@pytest.mark.parametrize(
    ("state", "name"), [(state, name) for state, names in POSSIBLE.items() for name in sorted(names)]
)
def test_a_possible_step_is_taken_and_logged(
    client: Client, handler: User, sponsor: User, state: str, name: str
) -> None:
    complaint = case_in(state, handler, sponsor)
    events = complaint.events.count()
    assert client.get(address(complaint, name)).status_code == 200
    response = client.post(address(complaint, name), asked(handler, sponsor)[name], follow=True)
    assert response.redirect_chain == [(address(complaint), 302)]
    assert 'class="success"' in response.text
    assert complaint.events.count() == events + 1
    assert complaint.events.last().actor == "Example handler"  # type: ignore[union-attr]  # has events
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (handler, str(complaint.pk))
    assert entry.change_message == str(STEPS[name].label)


@pytest.mark.parametrize("name", STEPS)
def test_nobody_takes_a_step_without_its_permission(client: Client, sponsor: User, name: str) -> None:
    needed = STEPS[name].permission.split(".")[1]
    user = make_staff("other", *(set(HANDLER) - {needed}))
    client.force_login(user)
    state = next(state for state, names in POSSIBLE.items() if name in names)
    complaint = case_in(state, make_staff("owner"), sponsor)
    before = Complaint.objects.values().get(pk=complaint.pk)
    assert address(complaint, name) not in client.get(address(complaint)).text
    assert client.get(address(complaint, name)).status_code == 403
    assert client.post(address(complaint, name), asked(user, sponsor)[name]).status_code == 403
    assert Complaint.objects.values().get(pk=complaint.pk) == before


@pytest.mark.parametrize(
    ("state", "name", "changes"),
    [
        ("assigned", "answer", {"outcome": ""}),
        ("assigned", "delay", {"until_on": "2026-01-01"}),
        ("assigned", "delay", {"until_on": "soon"}),
        ("closed", "ask", {}),
        ("withdrawn", "delay", {}),
        ("received", "hold", {"until_on": "2026-01-01"}),
        ("received", "escalate", {}),
        ("granted", "answer", {}),
    ],
)
def test_a_refusal_keeps_what_was_typed(
    client: Client, handler: User, sponsor: User, state: str, name: str, changes: dict[str, str]
) -> None:
    complaint = case_in(state, handler, sponsor)
    given = {**asked(handler, sponsor)[name], **changes}
    response = client.post(address(complaint, name), given)
    assert response.status_code == 200
    assert "errornote" in response.text
    assert {field: response.context["form"][field].value() for field in given} == given
    words = next(value for value in given.values() if " " in value)
    assert words in response.text


def test_an_assignment_that_is_refused_keeps_who_was_chosen(
    client: Client, handler: User, sponsor: User
) -> None:
    complaint = make_complaint(involved="M. Handler")
    response = client.post(address(complaint, "assign"), asked(handler, sponsor)["assign"])
    assert f'<option value="{handler.pk}" selected>' in response.text
    assert f'<option value="{sponsor.pk}" selected>' in response.text
    assert "Example handler" in str(response.context["form"].non_field_errors())


def test_who_is_answered_by_post_is_not_said_to_be_mailed(
    client: Client, handler: User, sponsor: User
) -> None:
    complaint = make_complaint(answer_by="post", email="")
    response = client.post(address(complaint, "assign"), asked(handler, sponsor)["assign"], follow=True)
    assert "imprimez" in response.text
    response = client.post(address(complaint, "note"), asked(handler, sponsor)["note"], follow=True)
    assert "imprimez" not in response.text


@pytest.mark.parametrize("number", [1, 12])
def test_a_case_opens_with_as_many_queries_however_much_happened(
    client: Client, handler: User, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    complaint = make_complaint()
    for _time in range(number):
        handling.request_information(complaint=complaint, request="Which one?", by=handler)
    with django_assert_num_queries(17):
        client.get(address(complaint))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page_of_a_case_is_there_in_both_languages(
    client: Client, handler: User, sponsor: User, language: str
) -> None:
    complaint = case_in("set_aside", handler, sponsor)
    client.cookies["django_language"] = language
    pages = [
        address(complaint),
        reverse("admin:complaints_complaint_enter"),
        *(address(complaint, name) for name in STEPS),
    ]
    for page in pages:
        response = client.get(page)
        assert response.status_code == 200, page
        assert f'<html lang="{language}"' in response.text, page
