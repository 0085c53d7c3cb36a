"""The steps of a complaint. Each is one transaction: the case, its event and its mails, or nothing."""

import datetime
import hashlib
import json
import secrets
from collections.abc import Mapping

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints import mail
from complaints.deadlines import answer_due_on
from complaints.models import OPEN, Complaint, Event, Outcome, Status
from core.dates import long_date

REFERENCE_LETTERS = "23456789BCDFGHJKMNPQRSTVWXZ"
"""Neither vowels (no words come up) nor signs that are mistaken for one another on the telephone."""

REFERENCE_ATTEMPTS = 5


TAKEN_FROM: dict[str, tuple[Status, ...]] = {
    "assign": OPEN,
    "delay": OPEN,
    "answer": (Status.ASSIGNED,),
    "close": (Status.ANSWERED,),
}
"""The statuses from which each step can be taken."""


class StepRefused(Exception):
    """A step cannot be taken; the message is a sentence for the person who tried."""


def submission_key(token: str, facts: Mapping[str, str]) -> str:
    """Return the key under which one sending of the form is stored: the same form sent twice has the same.

    `token` is the random value that came with the blank form; a form that was changed before it was sent
    again is another complaint.
    """
    canonical = json.dumps(dict(facts), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(f"{token}\n{canonical}".encode()).hexdigest()


def new_reference(on: datetime.date) -> str:
    """Return a random reference such as "R26-7KQ4-M2XH", easy to read aloud and impossible to guess."""
    letters = "".join(secrets.choice(REFERENCE_LETTERS) for _position in range(8))
    return f"R{on:%y}-{letters[:4]}-{letters[4:]}"


def receive(
    *, key: str, facts: Mapping[str, str], language: str, received_at: datetime.datetime | None = None
) -> Complaint:
    """Store a complaint with its first event and its mails, and return it.

    `key` comes from submission_key: when it is known already, the complaint stored then is returned and
    nothing is written. `facts` are the cleaned fields of the form; `received_at` is now unless given.
    """
    received_at = received_at or timezone.now()
    for _attempt in range(REFERENCE_ATTEMPTS):
        if stored := known(key):
            return stored
        received_on = timezone.localdate(received_at)
        try:
            with transaction.atomic():
                complaint = Complaint.objects.create(
                    reference=new_reference(received_on),
                    submission_key=key,
                    language=language,
                    received_at=received_at,
                    answer_due_on=answer_due_on(received_on),
                    **facts,
                )
                _record(complaint, Event.Action.RECEIVED, by=None, at=received_at)
                mail.acknowledgement(complaint)
                mail.notice_to_staff(complaint)
                return complaint
        except IntegrityError:
            # Either the same form arrived a moment earlier by another process, or the reference is taken:
            # the next turn finds the one or draws another.
            continue
    raise RuntimeError("no free complaint reference was found")


@transaction.atomic
def assign(*, complaint: Complaint, owner: User, sponsor: User, by: User) -> None:
    """Name the owner in charge of the resolution and the sponsor accountable for it.

    Raises StepRefused when both are the same person or the complaint is answered already.
    """
    case = _locked(complaint, "assign")
    if owner == sponsor:
        raise StepRefused(_("Owner and sponsor must be two different people."))
    case.owner, case.sponsor, case.status = owner, sponsor, Status.ASSIGNED
    case.save(update_fields=["owner", "sponsor", "status"])
    names = {"owner": _name(owner), "sponsor": _name(sponsor)}
    _record(case, Event.Action.ASSIGNED, by=by, note=_("Owner: %(owner)s. Sponsor: %(sponsor)s.") % names)


@transaction.atomic
def announce_delay(*, complaint: Complaint, causes: str, until_on: datetime.date, by: User) -> None:
    """Tell the complainant why the answer is late and on which day the examination should end.

    Raises StepRefused when the complaint is answered, or when `until_on` is not after today and after the
    day the answer is due or was last announced (policy, step 2).
    """
    case = _locked(complaint, "delay")
    latest = max(timezone.localdate(), case.answer_due_on, case.delayed_until_on or case.answer_due_on)
    if until_on <= latest:
        raise StepRefused(_("The date must come after %(date)s.") % {"date": long_date(latest)})
    case.delay_causes, case.delayed_until_on = causes, until_on
    case.save(update_fields=["delay_causes", "delayed_until_on"])
    _record(case, Event.Action.DELAYED, by=by, note=f"{long_date(until_on)}\n{causes}")
    mail.delay_notice(case)


@transaction.atomic
def answer(*, complaint: Complaint, text: str, by: User) -> None:
    """Answer the complainant. Raises StepRefused before assignment, or when an answer was given already."""
    case = _locked(complaint, "answer")
    case.answer, case.answered_at, case.status = text, timezone.now(), Status.ANSWERED
    case.save(update_fields=["answer", "answered_at", "status"])
    _record(case, Event.Action.ANSWERED, by=by, note=text)
    mail.answer(case)


@transaction.atomic
def close(*, complaint: Complaint, outcome: Outcome, by: User) -> None:
    """Close an answered complaint with its outcome. Raises StepRefused when it is not answered, or closed."""
    case = _locked(complaint, "close")
    case.outcome, case.closed_at, case.status = outcome, timezone.now(), Status.CLOSED
    case.save(update_fields=["outcome", "closed_at", "status"])
    _record(case, Event.Action.CLOSED, by=by, note=str(outcome.label))


def known(key: str) -> Complaint | None:
    """Return the complaint that was stored under `key`, if any."""
    return Complaint.objects.filter(submission_key=key).first()


def _locked(complaint: Complaint, step: str) -> Complaint:
    """Return the complaint, locked until the transaction ends; raise StepRefused when `step` must wait."""
    case = Complaint.objects.select_for_update().get(pk=complaint.pk)
    if case.status in TAKEN_FROM[step]:
        return case
    if case.status == Status.CLOSED:
        raise StepRefused(_("The complaint is already closed."))
    if case.status == Status.ANSWERED:
        raise StepRefused(_("The complaint is already answered."))
    if step == "answer":
        raise StepRefused(_("Assign an owner and a sponsor first."))
    raise StepRefused(_("Answer the complaint first."))


def _record(
    complaint: Complaint,
    action: Event.Action,
    *,
    by: User | None,
    note: str = "",
    at: datetime.datetime | None = None,
) -> None:
    Event.objects.create(
        complaint=complaint,
        action=action,
        actor=_name(by) if by else "",
        note=note,
        at=at or timezone.now(),
    )


def _name(user: User) -> str:
    return user.get_full_name() or user.get_username()
