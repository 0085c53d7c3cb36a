"""Erasing what is held on a requester (GDPR, article 17), as far as it may go.

What is open or on legal hold stays: article 17(3)(e), "for the establishment, exercise or defence of legal
claims". The request itself stays too, until its own time is over (privacy/retention.py).
"""

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from complaints import retention
from complaints.holds import current_hold, pending_extension
from complaints.models import Complaint
from complaints.steps import StepRefused
from core.dates import long_date
from privacy.connecting import complaints_of, identified
from privacy.handling import record
from privacy.models import Event, Request


@dataclass(frozen=True)
class Plan:
    """What would happen to the complaints of a requester."""

    going: tuple[Complaint, ...]
    staying: tuple[tuple[Complaint, str], ...]
    """Each with the reason, a sentence for staff."""


def plan(request: Request, on: datetime.date) -> Plan:
    """Return which complaints of a requester could be erased on a day, and which not and why."""
    found = [(complaint, reason_to_keep(complaint, on)) for complaint in complaints_of(request)]
    return Plan(
        going=tuple(complaint for complaint, reason in found if not reason),
        staying=tuple((complaint, reason) for complaint, reason in found if reason),
    )


def reason_to_keep(complaint: Complaint, on: datetime.date) -> str:
    """Return why a complaint must not be erased on a day; "" when it may.

    As in complaints.retention, suspected spam counts as not open. A hold that still waits for its
    confirmation, or for that of a later end, keeps the case too: what is erased cannot be held any more.
    """
    if complaint.is_open and not complaint.set_aside_at:
        return _("It is open: it waits for an answer.")
    hold = current_hold(complaint)
    if hold is None:
        return ""
    if hold.confirmed_at and hold.until_on > on:
        return _("On legal hold until %(date)s.") % {"date": long_date(hold.until_on)}
    asked = pending_extension(hold) if hold.confirmed_at else hold
    if asked is None or asked.until_on <= on:
        return ""
    return _("A legal hold until %(date)s waits for its confirmation.") % {"date": long_date(asked.until_on)}


def clear(*, request: Request, chosen: Collection[int], by: User) -> Plan:
    """Erase those complaints of the requester that were `chosen` and may go.

    `chosen` are primary keys, as they were shown to whoever confirmed: what has come since is left alone. One
    case a transaction, its reason to stay looked at again under the lock; an event with the numbers at the
    end, also when storage fails on the way (OSError, which is passed on). Returns what went and what stayed.
    Raises StepRefused as check does.
    """
    check(request)
    today = timezone.localdate()
    gone: list[Complaint] = []
    try:
        # Each noted as it goes: what follows may fail.
        gone.extend(
            candidate
            for candidate in plan(request, today).going
            if candidate.pk in chosen and _erase(candidate, today, by)
        )
    finally:
        left = plan(request, today)
        record(request, Event.Action.CLEARED, by=by, note=_in_words(len(gone), left))
    return Plan(
        going=tuple(gone), staying=(*left.staying, *((each, _("Not chosen.")) for each in left.going))
    )


@transaction.atomic
def check(request: Request) -> None:
    """Raise StepRefused unless it is known who asks, and an erasure is what is asked."""
    if not identified(request).is_clearable:
        raise StepRefused(
            _("Nothing is erased on a request of this kind: whoever makes it wants the data kept.")
        )


@transaction.atomic
def _erase(candidate: Complaint, on: datetime.date, by: User) -> bool:
    complaint = Complaint.objects.select_for_update().get(pk=candidate.pk)
    if complaint.erased_at or reason_to_keep(complaint, on):
        return False
    retention.erase(complaint=complaint, by=by)
    return True


def _in_words(gone: int, left: Plan) -> str:
    kept = len(left.staying) + len(left.going)
    lines = [
        ngettext("%(number)d complaint erased.", "%(number)d complaints erased.", gone) % {"number": gone},
        ngettext("%(number)d complaint kept.", "%(number)d complaints kept.", kept) % {"number": kept},
        *(f"{complaint}: {reason}" for complaint, reason in left.staying),
    ]
    return "\n".join(lines)
