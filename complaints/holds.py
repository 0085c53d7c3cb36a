"""Legal holds: two people, a reason and an end date keep a case from being erased."""

import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.models import Complaint, Event, Hold
from complaints.steps import StepRefused, locked, record
from core import audit


@transaction.atomic
def request_hold(*, complaint: Complaint, reason: str, until_on: datetime.date, by: User) -> None:
    """Ask for a hold; it counts once somebody else confirms it.

    Raises StepRefused when the case has one already, or the end has passed.
    """
    case = locked(complaint, "hold")
    if case.holds.filter(lifted_at__isnull=True).exists():
        raise StepRefused(_("There is a legal hold already."))
    if until_on <= timezone.localdate():
        raise StepRefused(_("The end of the hold must lie in the future."))
    Hold.objects.create(complaint=case, reason=reason, until_on=until_on, requested_by=by)
    record(case, Event.Action.HELD, by=by, note=reason)
    audit.record(audit.Action.HELD, by=by, about=case.reference)


@transaction.atomic
def confirm_hold(*, complaint: Complaint, by: User) -> None:
    """Confirm the hold that a colleague has asked for.

    Raises StepRefused when there is none to confirm, or it is one's own.
    """
    case = locked(complaint, "hold")
    hold = current_hold(case)
    if hold is None or hold.confirmed_at:
        raise StepRefused(_("There is no legal hold to confirm."))
    if hold.requested_by == by:
        raise StepRefused(_("You asked for the hold: somebody else must confirm it."))
    hold.confirmed_at, hold.confirmed_by = timezone.now(), by
    hold.save(update_fields=["confirmed_at", "confirmed_by"])
    record(case, Event.Action.CONFIRMED, by=by)
    audit.record(audit.Action.CONFIRMED, by=by, about=case.reference)


@transaction.atomic
def lift_hold(*, complaint: Complaint, by: User) -> None:
    """Lift the hold of a case. Raises StepRefused when there is none."""
    case = locked(complaint, "hold")
    hold = current_hold(case)
    if hold is None:
        raise StepRefused(_("There is no legal hold."))
    hold.lifted_at = timezone.now()
    hold.save(update_fields=["lifted_at"])
    record(case, Event.Action.LIFTED, by=by)
    audit.record(audit.Action.LIFTED, by=by, about=case.reference)


def current_hold(complaint: Complaint) -> Hold | None:
    """Return the hold of a case that has not been lifted, confirmed or not."""
    return complaint.holds.filter(lifted_at__isnull=True).first()
