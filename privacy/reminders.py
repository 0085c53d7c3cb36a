"""Reminding data protection staff of answers that are due, and once a day of what waits."""

import datetime

from django.db import transaction

from privacy import inbox, mail
from privacy.models import Digest, Reminder, Request

Level = Reminder.Level

BEFORE: dict[str, datetime.timedelta] = {
    Level.WEEK: datetime.timedelta(days=7),
    Level.DAYS: datetime.timedelta(days=2),
    Level.OVERDUE: datetime.timedelta(days=-1),
}
"""How long before the day on which the answer is due staff are reminded; the last time the day after."""


def remind(on: datetime.date) -> int:
    """Remind of the answers that are due soon or late on a day; return of how many requests.

    Each level once for each due date, also when several workers do it at once. Who has been away is reminded
    once, and of the most urgent level.
    """
    waiting = Request.objects.open().filter(expected_on__lte=on + max(BEFORE.values()))
    return sum(_remind_once(request, on) for request in waiting.iterator(chunk_size=200))


@transaction.atomic
def _remind_once(request: Request, on: datetime.date) -> bool:
    reached = [level for level, before in BEFORE.items() if request.expected_on <= on + before]
    made = [
        Reminder.objects.get_or_create(request=request, due_on=request.expected_on, level=level)[1]
        for level in reached
    ]
    if any(made):
        mail.reminder(request)
    return any(made)


@transaction.atomic
def send_digest(on: datetime.date) -> bool:
    """Tell the data protection mailbox what waits on a day: numbers and links, nothing personal.

    Returns whether there was something to say and nobody had said it before.
    """
    counted = inbox.counts(on)
    if not counted:
        return False
    _digest, is_new = Digest.objects.get_or_create(on=on)
    if is_new:
        mail.digest(counted)
    return is_new
