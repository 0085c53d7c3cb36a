"""Figures about complaints, for the start page of statistics and the yearly report.

All of it is counted from what stays when personal data are erased: kinds, dates, levels, outcomes.
"""

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import BooleanField, Case, CharField, Count, ExpressionWrapper, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce, Substr
from django.utils import timezone

from complaints.models import (
    OPEN,
    Channel,
    Complaint,
    DelayCause,
    Kind,
    Outcome,
    PastExamination,
    Stage,
    Status,
)

Counted = list[tuple[str, int]]
"""What is counted, in words, and how often."""


@dataclass(frozen=True)
class Answers:
    """How long answers took, each examination by itself."""

    number: int
    in_time: int
    """Answered by the day the month ends, whether or not a delay was announced."""
    median_days: float | None
    """From the first day of the examination to the answer; None without an answer."""

    @property
    def percent_in_time(self) -> float | None:
        """Share of the answers in time, in percent; None without an answer."""
        return 100 * self.in_time / self.number if self.number else None


@dataclass(frozen=True)
class Report:
    """The figures of a span of time; `until_on` is not in it any more."""

    from_on: datetime.date
    until_on: datetime.date
    received: int
    by_kind: Counted
    by_channel: Counted
    by_language: Counted
    outcomes: Counted
    answers: Answers
    delays: int
    causes: Counted
    """Of the delays announced, the main cause of each."""
    escalations: int
    withdrawals: int
    still_open: int

    def rows(self) -> list[tuple[str, str, int | float | str]]:
        """Return the figures as lines of a table: group, name, figure. The names are those of the models."""
        answers = self.answers
        return [
            ("complaints", "received", self.received),
            *(("kind", name, number) for name, number in self.by_kind),
            *(("channel", name, number) for name, number in self.by_channel),
            *(("language", name, number) for name, number in self.by_language),
            ("answers", "given", answers.number),
            ("answers", "in time", answers.in_time),
            ("answers", "median days", "" if answers.median_days is None else answers.median_days),
            *(("outcome", name, number) for name, number in self.outcomes),
            ("complaints", "delays announced", self.delays),
            *(("cause of delay", name, number) for name, number in self.causes),
            ("complaints", "passed to the management", self.escalations),
            ("complaints", "withdrawn", self.withdrawals),
            ("complaints", "received and still open", self.still_open),
        ]


GROUPED = ("kind", "channel", "language", "status", "delay_cause")
"""What the complaints received are counted by, all at once: their rows are read one time."""


def report(from_on: datetime.date, until_on: datetime.date) -> Report:
    """Return the figures from `from_on` on and before `until_on`; suspected spam does not count."""
    cases = Complaint.objects.not_set_aside()
    span = (_midnight(from_on), _midnight(until_on))
    past = PastExamination.objects.filter(complaint__set_aside_at__isnull=True)
    received = cases.filter(received_at__gte=span[0], received_at__lt=span[1])
    counted: dict[str, Counter[str]] = {name: Counter() for name in (*GROUPED, "delayed")}
    delayed = Case(When(delayed_until_on__isnull=False, then=Value("now")), default=Value(""))
    for *values, number in (
        received.order_by().values_list(*GROUPED, delayed).annotate(number=Count("pk")).iterator()
    ):
        for name, value in zip(counted, values, strict=True):
            counted[name][value] += number
    is_delayed = ExpressionWrapper(Q(complaint__delayed_until_on__isnull=False), BooleanField())
    earlier = set()
    for case, cause, is_delayed_now in past.filter(
        complaint__received_at__gte=span[0],
        complaint__received_at__lt=span[1],
        delayed_until_on__isnull=False,
    ).values_list("complaint", "delay_cause", is_delayed):
        counted["delay_cause"][cause] += 1
        if not is_delayed_now:
            earlier.add(case)
    in_span = Q(answered_at__gte=span[0], answered_at__lt=span[1])
    answers, outcomes = _answers(cases.filter(in_span), past.filter(in_span))
    ended = Q(ended_at__gte=span[0], ended_at__lt=span[1])
    return Report(
        from_on=from_on,
        until_on=until_on,
        received=counted["kind"].total(),
        by_kind=_named(counted["kind"], Kind.choices),
        by_channel=_named(counted["channel"], Channel.choices),
        by_language=sorted(counted["language"].items()),
        outcomes=_named(outcomes, Outcome.choices),
        answers=answers,
        delays=counted["delayed"]["now"] + len(earlier),
        causes=_named(counted["delay_cause"], DelayCause.choices),
        escalations=past.filter(ended, complaint__stage=Stage.MANAGEMENT, stage=Stage.FIRST).count(),
        withdrawals=counted["status"][Status.WITHDRAWN],
        still_open=sum(counted["status"][status] for status in OPEN),
    )


@dataclass(frozen=True)
class Months:
    """What came and went in each of the last months."""

    first_days: list[datetime.date]
    received: list[int]
    closed: list[int]


def months(until_on: datetime.date, number: int = 12) -> Months:
    """Return how many complaints were received and closed in each of `number` months up to a day's."""
    first = until_on.replace(day=1) - relativedelta(months=number - 1)
    days = [first + relativedelta(months=count) for count in range(number)]
    cases = Complaint.objects.not_set_aside()
    ends = [*days[1:], days[-1] + relativedelta(months=1)]
    # A count for each month reads a piece of an index; grouping by month would read and convert every row.
    counted = {
        name: [
            cases.filter(**{f"{name}__gte": _midnight(begin), f"{name}__lt": _midnight(end)}).count()
            for begin, end in zip(days, ends, strict=True)
        ]
        for name in ("received_at", "closed_at")
    }
    return Months(days, counted["received_at"], counted["closed_at"])


def oldest_open() -> Complaint | None:
    """Return the complaint that has waited longest for an answer."""
    return Complaint.objects.not_set_aside().open().order_by("received_at").first()


def _answers(cases: "QuerySet[Complaint]", past: "QuerySet[PastExamination]") -> tuple[Answers, Counter[str]]:
    """Return how long the answers took, and how often each outcome came.

    One row after the other, and the days worked out here: SQLite would call Python for each of them anyway.
    """
    days: Counter[int] = Counter()
    outcomes: Counter[str] = Counter()
    in_time = 0
    ends = (_hour("answered_at"), _text("answer_due_on"), "outcome")
    began = Coalesce(_text("stage_began_on"), _hour("received_at"))
    for rows in (
        cases.order_by().values_list(began, *ends),
        past.order_by().values_list(_text("began_on"), *ends),
    ):
        for began_on, answered, due_on, outcome in rows.iterator(chunk_size=5_000):
            answered_on = _day_of(answered)
            days[(answered_on - _day_of(began_on)).days] += 1
            outcomes[outcome] += 1
            in_time += answered_on <= _day_of(due_on)
    return Answers(days.total(), in_time, _median(days)), outcomes


def _text(column: str) -> Cast:
    """Return a day or moment as the databases write it: to make dates of so many takes long."""
    return Cast(column, CharField())


def _hour(column: str) -> Substr:
    """Return the hour of a moment in UTC: "2026-01-31 23"."""
    return Substr(_text(column), 1, 13)


@lru_cache(maxsize=20_000)
def _day_of(written: str) -> datetime.date:
    """Return a day, or the day in Luxembourg of an hour: Luxembourg is always whole hours from UTC."""
    if " " not in written:
        return datetime.date.fromisoformat(written)
    return timezone.localdate(datetime.datetime.fromisoformat(f"{written}:00+00:00"))


def _median(days: Counter[int]) -> float | None:
    total = days.total()
    if not total:
        return None
    middle = [(total - 1) // 2, total // 2]
    found, place = [], 0
    for value, number in sorted(days.items()):
        found += [value for position in middle if place <= position < place + number]
        place += number
    return sum(found) / 2


def _named(counted: Counter[str], choices: Iterable[tuple[str, Any]]) -> Counted:
    return [(str(label), counted[value]) for value, label in choices]


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))
