"""Figures about complaints, for the start page of statistics and the yearly report.

All of it is counted from what stays when personal data are erased: kinds, dates, levels, outcomes.
"""

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from complaints.models import OPEN, Channel, Complaint, Kind, Outcome, PastExamination, Stage, Status

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
            ("complaints", "passed to the management", self.escalations),
            ("complaints", "withdrawn", self.withdrawals),
            ("complaints", "received and still open", self.still_open),
        ]


def report(from_on: datetime.date, until_on: datetime.date) -> Report:
    """Return the figures from `from_on` on and before `until_on`; suspected spam does not count."""
    cases = Complaint.objects.not_set_aside()
    span = (_midnight(from_on), _midnight(until_on))
    received = cases.filter(received_at__gte=span[0], received_at__lt=span[1])
    past = PastExamination.objects.filter(complaint__set_aside_at__isnull=True)
    in_span = Q(answered_at__gte=span[0], answered_at__lt=span[1])
    ended = Q(ended_at__gte=span[0], ended_at__lt=span[1])
    outcomes = Counter(dict(_count(cases.filter(in_span), "outcome")))
    outcomes.update(dict(_count(past.filter(in_span), "outcome")))
    return Report(
        from_on=from_on,
        until_on=until_on,
        received=received.count(),
        by_kind=_named(_count(received, "kind"), Kind.choices),
        by_channel=_named(_count(received, "channel"), Channel.choices),
        by_language=sorted(_count(received, "language")),
        outcomes=_named(outcomes.items(), Outcome.choices),
        answers=_answers(cases.filter(in_span), past.filter(in_span)),
        delays=received.filter(
            Q(delayed_until_on__isnull=False) | Q(past_examinations__delayed_until_on__isnull=False)
        )
        .distinct()
        .count(),
        escalations=past.filter(ended, complaint__stage=Stage.MANAGEMENT, stage=Stage.FIRST).count(),
        withdrawals=received.filter(status=Status.WITHDRAWN).count(),
        still_open=received.filter(status__in=OPEN).count(),
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


def _answers(cases: "QuerySet[Complaint]", past: "QuerySet[PastExamination]") -> Answers:
    """Count by days, so that what is read does not grow with the number of complaints."""
    columns = ("began", "answer_due_on", "answered")
    first = cases.filter(stage_began_on__isnull=True).annotate(began=TruncDate("received_at"))
    later = cases.filter(stage_began_on__isnull=False)
    days: Counter[int] = Counter()
    in_time = 0
    for rows in (
        _by_days(first, *columns),
        _by_days(later, "stage_began_on", *columns[1:]),
        _by_days(past, "began_on", *columns[1:]),
    ):
        for began_on, due_on, answered_on, number in rows:
            days[(answered_on - began_on).days] += number
            in_time += number if answered_on <= due_on else 0
    return Answers(days.total(), in_time, _median(days))


def _by_days(
    examinations: "QuerySet[Complaint] | QuerySet[PastExamination]", *columns: str
) -> Iterable[tuple[datetime.date, datetime.date, datetime.date, int]]:
    dated = examinations.annotate(answered=TruncDate("answered_at")).order_by()
    return dated.values_list(*columns).annotate(number=Count("pk"))


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


def _count(rows: "QuerySet[Complaint] | QuerySet[PastExamination]", column: str) -> list[tuple[str, int]]:
    return list(rows.order_by().values_list(column).annotate(number=Count("pk")))


def _named(counted: Iterable[tuple[str, int]], choices: Iterable[tuple[str, Any]]) -> Counted:
    numbers = dict(counted)
    return [(str(label), numbers.get(value, 0)) for value, label in choices]


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))
