"""Receiving a complaint: one transaction, whichever way it came, and never twice."""

import datetime
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from complaints import mail
from complaints.deadlines import answer_due_on, target_on
from complaints.models import Attachment, Channel, Complaint, Draft, Event, MessageKind, searched_in
from complaints.steps import record
from core.turns import in_turn

REFERENCE_LETTERS = "23456789BCDFGHJKMNPQRSTVWXZ"
"""Neither vowels (no words come up) nor signs that are mistaken for one another on the telephone."""

REFERENCE_ATTEMPTS = 5


def submission_key(token: str, facts: Mapping[str, str], files: Sequence[str] = ()) -> str:
    """Return the key under which one sending of the form is stored: the same form sent twice has the same.

    `token` is the random value that came with the blank form, `files` the SHA-256 of each file; a form that
    was changed before it was sent again is another complaint.
    """
    canonical = json.dumps([dict(facts), sorted(files)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(f"{token}\n{canonical}".encode()).hexdigest()


def new_reference(on: datetime.date, first: str = "R") -> str:
    """Return a random reference such as "R26-7KQ4-M2XH", easy to read aloud and impossible to guess.

    `first` tells what it refers to: R is a complaint.
    """
    letters = "".join(secrets.choice(REFERENCE_LETTERS) for _position in range(8))
    return f"{first}{on:%y}-{letters[:4]}-{letters[4:]}"


def receive(
    *,
    key: str,
    facts: Mapping[str, str],
    language: str,
    received_at: datetime.datetime | None = None,
    channel: Channel = Channel.WEB,
    by: User | None = None,
    attachments: Sequence[Attachment] = (),
    suspicions: Sequence[str] = (),
) -> Complaint:
    """Store a complaint with its first event, its files and its mails, and return it.

    `key` comes from submission_key: when it is known already, the complaint stored then is returned and
    nothing is written. `facts` are the cleaned fields of the form; `received_at` is now unless given, and the
    clock is counted from it. `attachments` are stored ones, of a draft. `by` is the member of staff who
    entered what came by another `channel`. With `suspicions` the complaint is set aside: its clock runs, but
    nobody is written to until staff restore it, lest the portal write to addresses that others have given.
    """
    received_at = received_at or timezone.now()
    for _attempt in range(REFERENCE_ATTEMPTS):
        received_on = timezone.localdate(received_at)
        try:
            with in_turn(), transaction.atomic():
                reference = new_reference(received_on)
                complaint = Complaint.objects.create(
                    reference=reference,
                    search_text=searched_in(reference, facts),
                    submission_key=key,
                    language=language,
                    received_at=received_at,
                    channel=channel,
                    answer_due_on=answer_due_on(received_on),
                    target_on=target_on(received_on, settings.COMPLAINT_TARGET_WORKING_DAYS),
                    set_aside_at=timezone.now() if suspicions else None,
                    suspicions=list(suspicions),
                    **facts,
                )
                _take_over(complaint, attachments)
                record(complaint, Event.Action.RECEIVED, by=by, at=received_at)
                if suspicions:
                    record(complaint, Event.Action.SET_ASIDE, by=None, note=", ".join(suspicions))
                else:
                    welcome(complaint)
                return complaint
        except IntegrityError:
            # Either the same form has arrived, which the key tells, or the reference is taken and the next
            # turn draws another.
            if stored := known(key):
                return stored
    raise RuntimeError("no free complaint reference was found")


def known(key: str) -> Complaint | None:
    """Return the complaint that was stored under `key`, if any."""
    # Most of the time there is none, and whoever asks wants the reference.
    return Complaint.objects.only("reference").filter(submission_key=key).order_by().first()


def welcome(complaint: Complaint) -> None:
    """Acknowledge receipt to the complainant and tell staff."""
    mail.tell(complaint, MessageKind.ACKNOWLEDGEMENT)
    mail.notice_to_staff(complaint)


def _take_over(complaint: Complaint, attachments: Sequence[Attachment]) -> None:
    """Give the files of a draft to the complaint, unless another complaint has taken them meanwhile."""
    if not attachments:
        return
    waiting = Attachment.objects.filter(pk__in=[attachment.pk for attachment in attachments])
    drafts = [attachment.draft_id for attachment in attachments if attachment.draft_id]
    waiting.filter(complaint__isnull=True).update(complaint=complaint, draft=None)
    Draft.objects.filter(pk__in=drafts, attachments__isnull=True).delete()
