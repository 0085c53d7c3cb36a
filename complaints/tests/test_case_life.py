"""Whatever staff and complainant do, in whatever order: a step is taken whole or refused with a sentence."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from complaints import following, handling, retention
from complaints.case_steps import STEPS, available
from complaints.models import ENDED, OPEN, Complaint, HoldExtension, Outcome, Stage, Status
from complaints.steps import StepRefused
from complaints.tests.factories import mails_sent, make_complaint, make_staff

ONWARD = ("restore", "assign", "examine", "answer", "close", "escalate", "reopen", "delay")
"""What is tried more often, lest most lives end as they begin."""

BY_COMPLAINANT: dict[str, Callable[[Complaint, "Move"], object]] = {
    "inform": lambda case, move: following.add_information(complaint=case, text=move.words),
    "ask the management": lambda case, move: handling.escalate(complaint=case, reason=move.words, by=None),
    "give up": lambda case, move: handling.withdraw(complaint=case, reason=move.words, by=None),
}


@dataclass(frozen=True)
class Move:
    """Something that somebody tries, with what is typed there."""

    number: int
    is_sensible: bool
    """Whether it is one of the steps that the case offers; otherwise it is any."""
    is_first: bool
    """Which of the two members of staff tries it."""
    words: str
    days: int
    outcome: Outcome
    is_same: bool

    def name(self, offered: list[str]) -> str:
        """Return what is tried."""
        if self.is_sensible:
            names = [name for name in offered for _time in range(10 if name in ONWARD else 1)]
        else:
            names = sorted([*STEPS, *BY_COMPLAINANT, "time passes"])
        return names[self.number % len(names)]

    def values(self, name: str, people: tuple[User, User]) -> dict[str, Any]:
        """Return what the step of that name is given."""
        owner, sponsor = people
        until_on = timezone.localdate() + datetime.timedelta(days=self.days)
        values: dict[str, dict[str, Any]] = {
            "assign": {"owner": owner, "sponsor": owner if self.is_same else sponsor},
            "answer": {"text": "An answer.", "outcome": self.outcome},
            "delay": {"causes": self.words, "until_on": until_on},
            "ask": {"request": "Which?"},
            "note": {"text": self.words},
            "add": {"text": self.words},
            "hold": {"reason": self.words, "until_on": until_on},
            "extend_hold": {"reason": self.words, "until_on": until_on + datetime.timedelta(days=self.days)},
        }
        reason = {"reason": self.words} if name in ("escalate", "reopen", "withdraw", "set_aside") else {}
        return values.get(name, reason)


MOVES = st.builds(
    Move,
    number=st.integers(0, 1000),
    is_sensible=st.sampled_from((True, True, True, False)),
    is_first=st.booleans(),
    words=st.sampled_from(("Because.", "x" * 3000, "", "  ")),
    days=st.integers(-5, 400),
    outcome=st.sampled_from(Outcome),
    is_same=st.sampled_from((False, False, False, True)),
)


@pytest.mark.any_database
class CaseLifeTest(TestCase):
    """Random lives of a case, each begun anew."""

    @settings(max_examples=50, deadline=None)
    @given(moves=st.lists(MOVES, min_size=12, max_size=30), answer_by=st.sampled_from(("email", "post")))
    def test_a_case_never_breaks(self, moves: list[Move], answer_by: str) -> None:
        permissions = ("view_complaint", "change_complaint", "add_hold", "change_hold")
        people = (make_staff("one", *permissions), make_staff("two", *permissions))
        complaint = make_complaint(answer_by=answer_by)
        for move in moves:
            by = people[0] if move.is_first else people[1]
            offered = [name for name, _step in available(complaint, by)]
            name = move.name(offered)
            if name == "time passes":
                _grow_older(complaint, abs(move.days))
                continue
            before = _everything(complaint)
            try:
                if name in BY_COMPLAINANT:
                    BY_COMPLAINANT[name](complaint, move)
                else:
                    STEPS[name].take(complaint=complaint, by=by, **move.values(name, people))
            except StepRefused:
                assert _everything(complaint) == before, f"{name} was refused and changed something"
            else:
                assert name in offered or name in BY_COMPLAINANT, f"{name} was taken and not offered"
                _check_trail(before, _everything(complaint), name)
            complaint.refresh_from_db()
            _check(complaint)
        retention.erase(complaint=complaint)
        complaint.refresh_from_db()
        assert available(complaint, people[0]) == []


def _everything(complaint: Complaint) -> dict[str, list[Any]]:
    return {
        "case": [*Complaint.objects.filter(pk=complaint.pk).values()],
        "events": [*complaint.events.values()],
        "messages": [*complaint.messages.values()],
        "past": [*complaint.past_examinations.values()],
        "holds": [*complaint.holds.values()],
        "extensions": [*HoldExtension.objects.filter(hold__complaint=complaint).values()],
    }


def _check_trail(before: dict[str, Any], after: dict[str, Any], name: str) -> None:
    """An event was added and none of those before was touched; the same words twice leave one."""
    assert after["events"][: len(before["events"])] == before["events"]
    is_repeated = name in ("inform", "add") and after["messages"] == before["messages"]
    assert len(after["events"]) == len(before["events"]) + (0 if is_repeated else 1), name
    if len(after["past"]) > len(before["past"]):
        case, was = after["case"][0], before["case"][0]
        assert (case["delayed_until_on"], case["delay_causes"], case["answer"]) == (None, "", "")
        assert after["past"][-1]["delay_causes"] == was["delay_causes"]
        assert after["past"][-1]["answer_due_on"] == was["answer_due_on"]


MOMENTS = (
    "received_at", "stage_began_on", "answer_due_on", "target_on", "delayed_until_on", "answered_at",
    "closed_at", "withdrawn_at",
)  # fmt: skip


def _grow_older(complaint: Complaint, days: int) -> None:
    """Let days pass: everything that has happened moves back by as many."""
    by = datetime.timedelta(days=days)
    mails_sent()
    for name in MOMENTS:
        value = getattr(complaint, name)
        setattr(complaint, name, value and _earlier(value, by))
    complaint.save()
    for past in complaint.past_examinations.all():
        past.began_on, past.ended_at = past.began_on - by, _earlier(past.ended_at, by)
        past.save()


def _earlier(moment: datetime.date, by: datetime.timedelta) -> datetime.date:
    """Return the day, or the time of day in Luxembourg, so many days before: the clock may have changed."""
    if isinstance(moment, datetime.datetime):
        return timezone.make_aware(timezone.make_naive(moment) - by)
    return moment - by


def _check(complaint: Complaint) -> None:
    """Past examinations and the current one follow one another without a gap; the fields agree."""
    past = list(complaint.past_examinations.all())
    began_on = [*(one.began_on for one in past), complaint.clock_began_on]
    assert began_on[0] == complaint.received_on
    assert began_on[1:] == [timezone.localdate(one.ended_at) for one in past]
    assert began_on == sorted(began_on)
    stages = [*(one.stage for one in past), complaint.stage]
    assert stages[0] == Stage.FIRST
    assert Stage.FIRST not in stages[1:]
    # Nothing stands above the management, and what went there stays there.
    assert stages == sorted(stages, key=lambda stage: stage == Stage.MANAGEMENT)
    assert complaint.answer_due_on > complaint.clock_began_on
    if complaint.status in OPEN:
        assert complaint.answered_at is None
    if complaint.status in (Status.ANSWERED, Status.CLOSED):
        assert complaint.answered_at is not None
        assert complaint.outcome
    assert (complaint.closed_at is not None) == (complaint.status == Status.CLOSED)
    assert complaint.is_open != (complaint.status in (*ENDED, Status.ANSWERED))
