"""Erasing what is held on the address of a request (GDPR, article 17), as far as it may go.

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
from complaints.holds import current_hold
from complaints.models import Complaint
from complaints.steps import StepRefused
from core.dates import long_date
from privacy.export import complaints_with
from privacy.handling import record
from privacy.models import Event, Request, Status


@dataclass(frozen=True)
class Plan:
    """What would happen to the complaints with an address."""

    going: tuple[Complaint, ...]
    staying: tuple[tuple[Complaint, str], ...]
    """Each with the reason, a sentence for staff."""


def plan(email: str, on: datetime.date) -> Plan:
    """Return which complaints with an address could be erased on a day, and which not and why."""
    found = [(complaint, reason_to_keep(complaint, on)) for complaint in complaints_with(email)]
    return Plan(
        going=tuple(complaint for complaint, reason in found if not reason),
        staying=tuple((complaint, reason) for complaint, reason in found if reason),
    )


def reason_to_keep(complaint: Complaint, on: datetime.date) -> str:
    """Return why a complaint must not be erased on a day; "" when it may.

    As in complaints.retention, suspected spam counts as not open. A hold that still waits for its
    confirmation keeps the case too: what is erased cannot be held any more.
    """
    if complaint.is_open and not complaint.set_aside_at:
        return _("It is open: it waits for an answer.")
    hold = current_hold(complaint)
    if hold is None or hold.until_on <= on:
        return ""
    values = {"date": long_date(hold.until_on)}
    if hold.confirmed_at is None:
        return _("A legal hold until %(date)s waits for its confirmation.") % values
    return _("On legal hold until %(date)s.") % values


def clear(*, request: Request, chosen: Collection[int], by: User) -> Plan:
    """Erase those complaints with the address of the request that were `chosen` and may go.

    `chosen` are primary keys, as they were shown to whoever confirmed: what has come since is left alone. One
    case a transaction, its reason to stay looked at again under the lock; an event with the numbers at the
    end, also when storage fails on the way (OSError, which is passed on). Returns what went and what stayed.
    Raises StepRefused for a request without confirmed address, or erased.
    """
    if request.status == Status.UNCONFIRMED or request.erased_at:
        raise StepRefused(_("There is no confirmed address."))
    today = timezone.localdate()
    gone: list[Complaint] = []
    try:
        # Each noted as it goes: what follows may fail.
        gone.extend(
            candidate
            for candidate in plan(request.email, today).going
            if candidate.pk in chosen and _erase(candidate, today, by)
        )
    finally:
        left = plan(request.email, today)
        record(request, Event.Action.CLEARED, by=by, note=_in_words(len(gone), left))
    return Plan(
        going=tuple(gone), staying=(*left.staying, *((each, _("Not chosen.")) for each in left.going))
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
