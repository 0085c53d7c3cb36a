"""Reminding staff: the owner first, then the sponsor, then the management; and once a day what waits."""

import datetime

from django.db import transaction
from django.db.models.functions import Coalesce

from complaints import inbox, mail
from complaints.models import Complaint, Digest, Reminder

Level = Reminder.Level

BEFORE: dict[str, datetime.timedelta] = {
    Level.OWNER: datetime.timedelta(days=5),
    Level.SPONSOR: datetime.timedelta(days=2),
    Level.MANAGEMENT: datetime.timedelta(days=-1),
}
"""How long before the day on which the answer is expected each is reminded; the management the day after."""


def remind(on: datetime.date) -> int:
    """Remind of the answers that are expected soon or late on a day; return how many reminders were queued.

    Each level once for each expected day, also when several workers do it at once.
    """
    waiting = (
        Complaint.objects.open()
        .not_set_aside()
        .alias(expected=Coalesce("delayed_until_on", "answer_due_on"))
        .filter(expected__lte=on + max(BEFORE.values()))
        .select_related("owner", "sponsor")
    )
    number = 0
    for case in waiting.iterator(chunk_size=200):
        for level, before in BEFORE.items():
            if case.expected_on <= on + before:
                number += _remind_once(case, level)
    return number


@transaction.atomic
def _remind_once(case: Complaint, level: str) -> int:
    _reminder, is_new = Reminder.objects.get_or_create(complaint=case, due_on=case.expected_on, level=level)
    if is_new:
        person = {Level.OWNER: case.owner, Level.SPONSOR: case.sponsor}.get(Level(level))
        mail.reminder(case, to=person.email if person else "")
    return int(is_new)


@transaction.atomic
def send_digest(on: datetime.date) -> bool:
    """Tell the complaints mailbox what waits on a day: numbers and links, nothing personal.

    Returns whether there was something to say and nobody had said it before.
    """
    counted = inbox.counts(on)
    if not counted:
        return False
    _digest, is_new = Digest.objects.get_or_create(on=on)
    if is_new:
        mail.digest(counted)
    return is_new
