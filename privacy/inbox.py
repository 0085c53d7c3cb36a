"""The inbox of data protection staff: what waits, for the list, the start page and the daily digest."""

import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.models import UNSENT
from privacy.models import Letter, Request, Status

SOON = datetime.timedelta(days=7)

WAITING = {
    "overdue": _("Overdue"),
    "soon": _("Due within seven days"),
    "identity": _("Identity not checked"),
    "mail": _("Mail not delivered"),
    "letters": _("Letter to post"),
    "open": _("Not answered yet"),
}
"""What the filter offers."""

OPEN = Q(status=Status.RECEIVED)


def waiting(requests: "QuerySet[Request]", what: str, on: datetime.date) -> "QuerySet[Request]":
    """Return those of `requests` that wait for something of WAITING on a day."""
    unsent = Request.mails.through.objects.filter(email__status__in=UNSENT).values("request")
    unposted = Letter.objects.filter(posted_at__isnull=True).values("request")
    conditions: dict[str, Q] = {
        "overdue": OPEN & Q(expected_on__lt=on),
        "soon": OPEN & Q(expected_on__range=(on, on + SOON)),
        "identity": OPEN & ~Q(channel="web") & Q(identity=""),
        "mail": Q(pk__in=unsent),
        "letters": Q(pk__in=unposted),
        "open": OPEN,
    }
    return requests.filter(conditions[what])


def counts(on: datetime.date) -> list[tuple[str, Any, int]]:
    """Return for each of WAITING that has requests on a day its name, its words and how many.

    A query each.
    """
    confirmed = Request.objects.confirmed()
    found = [(what, words, waiting(confirmed, what, on).count()) for what, words in WAITING.items()]
    return [entry for entry in found if entry[2]]


class WaitingFilter(admin.SimpleListFilter):
    """Requests by what they wait for."""

    title = _("what waits")
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(WAITING.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        return waiting(queryset, value, timezone.localdate()) if value in WAITING else queryset
