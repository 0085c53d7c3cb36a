"""The inbox of staff: what waits, and what a list of it holds."""

import datetime
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from post_office.models import STATUS

from complaints.models import OPEN, Complaint, Message

SOON = datetime.timedelta(days=5)

UNSENT = (STATUS.failed, STATUS.requeued)

WAITING = {
    "overdue": _("Overdue"),
    "soon": _("Due within five days"),
    "unassigned": _("Not assigned"),
    "news": _("New from the complainant"),
    "mail": _("Mail not delivered"),
    "letters": _("Letter to post"),
    "set_aside": _("Suspected spam"),
    "open": _("Not answered yet"),
}
"""What the filter offers."""


def waiting(complaints: "QuerySet[Complaint]", what: str, on: datetime.date) -> "QuerySet[Complaint]":
    """Return those of `complaints` that wait for something of WAITING on a day."""
    unsent = Message.objects.filter(mail__status__in=UNSENT).values("complaint")
    unposted = Message.objects.filter(by_post=True, posted_at__isnull=True).values("complaint")
    conditions: dict[str, Q] = {
        "overdue": OPEN_CASES & Q(answer_due_on__lt=on),
        "soon": OPEN_CASES & Q(answer_due_on__range=(on, on + SOON)),
        "unassigned": OPEN_CASES & Q(owner__isnull=True),
        "news": Q(news_at__isnull=False),
        "mail": Q(pk__in=unsent),
        "letters": Q(pk__in=unposted),
        "set_aside": Q(set_aside_at__isnull=False, erased_at__isnull=True),
        "open": OPEN_CASES,
    }
    return complaints.filter(conditions[what])


OPEN_CASES = Q(status__in=OPEN, set_aside_at__isnull=True)


def counts(on: datetime.date) -> list[tuple[str, Any, int]]:
    """Return for each of WAITING that has complaints on a day its name, its words and how many.

    A query each.
    """
    found = [
        (what, words, waiting(Complaint.objects.all(), what, on).count()) for what, words in WAITING.items()
    ]
    return [entry for entry in found if entry[2]]


class WaitingFilter(admin.SimpleListFilter):
    """Complaints by what they wait for."""

    title = _("what waits")
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(WAITING.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        return waiting(queryset, value, timezone.localdate()) if value in WAITING else queryset


class MineFilter(admin.SimpleListFilter):
    """The complaints of whoever looks."""

    title = _("whose")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("mine", _("Mine, as owner or sponsor"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "mine":
            return queryset.filter(Q(owner=request.user.pk) | Q(sponsor=request.user.pk))
        return queryset


COLUMNS = (
    "reference",
    "channel",
    "kind",
    "language",
    "status",
    "stage",
    "received_at",
    "answer_due_on",
    "delayed_until_on",
    "answered_at",
    "outcome",
    "closed_at",
    "full_name",
    "company",
    "summary",
    "invoice_reference",
    "intervention_reference",
)


def rows(complaints: Iterable[Complaint]) -> Iterator[Iterable[object]]:
    """Give the rows of a list of `complaints`, the names of the COLUMNS first."""
    yield COLUMNS
    for complaint in complaints:
        yield [getattr(complaint, name) for name in COLUMNS]
