"""The inbox of staff: what waits, and what a list of it holds."""

import datetime
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.models import Complaint, Message

SOON = datetime.timedelta(days=5)

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
    unsent = Message.objects.undelivered().values("complaint")
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


# By the column of the index in whose order the list stands.
OPEN_CASES = Q(is_waiting=1, set_aside_at__isnull=True)


def counts(on: datetime.date) -> list[tuple[str, Any, int]]:
    """Return for each of WAITING that has complaints on a day its name, its words and how many.

    A query each.
    """
    found = [
        (what, words, waiting(Complaint.objects.all(), what, on).count()) for what, words in WAITING.items()
    ]
    return [entry for entry in found if entry[2]]


class OwnerFilter(admin.RelatedFieldListFilter):
    """Complaints by owner, of those who own one."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the owners, each looked up in the index: reading all complaints for them takes long."""
        owned = Complaint.objects.order_by().filter(owner=OuterRef("pk"))
        owners = User.objects.filter(Exists(owned)).order_by("last_name", "username")
        return [(str(user.pk), str(user)) for user in owners]


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


def rows(complaints: "QuerySet[Complaint]") -> Iterator[Iterable[object]]:
    """Give the rows of a list of `complaints`, the names of the COLUMNS first, in bounded memory."""
    yield COLUMNS
    yield from complaints.values_list(*COLUMNS).iterator(chunk_size=1_000)
