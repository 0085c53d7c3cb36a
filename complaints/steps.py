"""What all steps of a case share: they lock it, check whether it is their turn, and leave an event."""

import datetime

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.models import OPEN, Complaint, Event, Status

TAKEN_FROM: dict[str, tuple[Status, ...]] = {
    "assign": OPEN,
    "examine": (Status.ASSIGNED,),
    "ask": OPEN,
    "delay": OPEN,
    "answer": (Status.ASSIGNED, Status.EXAMINED),
    "close": (Status.ANSWERED,),
    "escalate": (*OPEN, Status.ANSWERED, Status.CLOSED),
    "reopen": (Status.ANSWERED, Status.CLOSED),
    "withdraw": (*OPEN, Status.ANSWERED),
    "set_aside": (Status.RECEIVED,),
}
"""The statuses from which each step can be taken; one that is not here can always be."""

BEFORE_ASSIGNMENT = ("examine", "answer")


class StepRefused(Exception):
    """A step cannot be taken; the message is a sentence for the person who tried."""


def locked(complaint: Complaint, step: str) -> Complaint:
    """Return the complaint, locked until the transaction ends. Raises StepRefused when `step` must wait."""
    # Not the owner and sponsor with it: PostgreSQL locks no row that may be absent.
    case = Complaint.objects.select_for_update().get(pk=complaint.pk)
    if case.erased_at:
        raise StepRefused(_("The personal data of this complaint have been erased."))
    if case.set_aside_at and step not in ("restore", "note", "hold"):
        raise StepRefused(_("The complaint is set aside as suspected spam. Restore it first."))
    if step not in TAKEN_FROM or case.status in TAKEN_FROM[step]:
        return case
    if case.status == Status.WITHDRAWN:
        raise StepRefused(_("The complaint has been withdrawn."))
    if case.status == Status.CLOSED:
        raise StepRefused(_("The complaint is already closed."))
    if case.status == Status.ANSWERED:
        raise StepRefused(_("The complaint is already answered."))
    if step in BEFORE_ASSIGNMENT and case.status == Status.RECEIVED:
        raise StepRefused(_("Assign an owner and a sponsor first."))
    if step == "examine":
        raise StepRefused(_("The complaint is already under examination."))
    if step == "set_aside":
        raise StepRefused(_("Somebody is in charge of the complaint already."))
    raise StepRefused(_("Answer the complaint first."))


def record(
    complaint: Complaint,
    action: Event.Action,
    *,
    by: User | None,
    note: str = "",
    at: datetime.datetime | None = None,
) -> None:
    """Write the event of a step. `by` is None for the complainant and for the portal itself."""
    Event.objects.create(
        complaint=complaint,
        action=action,
        actor=name_of(by) if by else "",
        note=note,
        at=at or timezone.now(),
    )


def name_of(user: User) -> str:
    """Return how a member of staff is called."""
    return user.get_full_name() or user.get_username()
