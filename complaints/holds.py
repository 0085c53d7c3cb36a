"""Legal holds: two people, a reason and an end date keep a case from being erased, and for longer."""

import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.models import Complaint, Event, Hold, HoldExtension
from complaints.steps import StepRefused, locked, record
from core import audit
from core.dates import long_date


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


@transaction.atomic
def request_extension(*, complaint: Complaint, reason: str, until_on: datetime.date, by: User) -> None:
    """Ask for a later end of a hold; it counts once somebody else confirms it.

    Raises StepRefused without a confirmed hold, while another extension waits, or when `until_on` is not
    after the end of the hold and in the future.
    """
    case = locked(complaint, "hold")
    hold = current_hold(case)
    if hold is None or not hold.confirmed_at:
        raise StepRefused(_("There is no confirmed legal hold."))
    if pending_extension(hold):
        raise StepRefused(_("An extension of the legal hold waits for its confirmation already."))
    latest = max(hold.until_on, timezone.localdate())
    if until_on <= latest:
        raise StepRefused(_("The date must come after %(date)s.") % {"date": long_date(latest)})
    extension = HoldExtension.objects.create(hold=hold, reason=reason, until_on=until_on, requested_by=by)
    record(case, Event.Action.EXTENSION, by=by, note=f"{_ends(hold, extension)}\n{reason}")


@transaction.atomic
def confirm_extension(*, complaint: Complaint, by: User) -> None:
    """Confirm the later end that a colleague has asked for; the old one stays on record.

    Raises StepRefused when there is none to confirm, or it is one's own.
    """
    case = locked(complaint, "hold")
    hold, extension = _waiting(case)
    if extension.requested_by == by:
        raise StepRefused(_("You asked for the extension: somebody else must confirm it."))
    record(case, Event.Action.EXTENDED, by=by, note=_ends(hold, extension))
    extension.confirmed_at, extension.confirmed_by = timezone.now(), by
    extension.save(update_fields=["confirmed_at", "confirmed_by"])
    hold.until_on = extension.until_on
    hold.save(update_fields=["until_on"])


@transaction.atomic
def decline_extension(*, complaint: Complaint, by: User) -> None:
    """Leave a hold its end, whoever asked for a later one. Raises StepRefused when nobody did."""
    case = locked(complaint, "hold")
    hold, extension = _waiting(case)
    extension.declined_at = timezone.now()
    extension.save(update_fields=["declined_at"])
    record(case, Event.Action.DECLINED, by=by, note=_ends(hold, extension))


def _waiting(case: Complaint) -> tuple[Hold, HoldExtension]:
    hold = current_hold(case)
    extension = pending_extension(hold) if hold else None
    if hold is None or extension is None:
        raise StepRefused(_("No extension of the legal hold waits for a decision."))
    return hold, extension


def _ends(hold: Hold, extension: HoldExtension) -> str:
    return _("Until %(new)s instead of %(old)s.") % {
        "new": long_date(extension.until_on),
        "old": long_date(hold.until_on),
    }


def current_hold(complaint: Complaint) -> Hold | None:
    """Return the hold of a case that has not been lifted, confirmed or not."""
    return complaint.holds.filter(lifted_at__isnull=True).first()


def pending_extension(hold: Hold) -> HoldExtension | None:
    """Return the extension of a hold that waits to be confirmed or declined."""
    return hold.extensions.filter(confirmed_at__isnull=True, declined_at__isnull=True).first()
