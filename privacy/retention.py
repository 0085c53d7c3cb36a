"""Forgetting the requests themselves: unconfirmed ones after a week, answered ones after three years.

Three years as for everything else (complaints/retention.py), counted from the answer: until then the company
must be able to show that it gave one (GDPR, article 5(2)).
"""

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from post_office.models import Email

from complaints.retention import GRACE, KEPT, began_before
from core import audit
from core.erasures import Erasure, erasure_of, note_after_commit, values
from privacy.models import Connection, Event, Letter, Link, Request, Status

UNCONFIRMED_KEPT = datetime.timedelta(days=7)

BLANK = ("full_name", "email", "address", "identity", "text", "extension_reasons", "answer")
"""Fields of a request that erasing empties."""

ENDED = ("status", "outcome", "received_at", "due_on", "extended_until_on", "answered_at", "erased_at")
"""Fields of what stays that an older backup does not know yet."""


def erased_on(request: Request) -> datetime.date | None:
    """Return the first day on which the data of a request are erased; None while it waits for an answer."""
    return timezone.localdate(request.answered_at) + KEPT if request.answered_at else None


def due(on: datetime.date) -> QuerySet[Request]:
    """Return the requests whose data are to be erased on a day."""
    return Request.objects.filter(erased_at__isnull=True, answered_at__lt=began_before(on))


def late(on: datetime.date) -> int:
    """Return how many erasures were due more than GRACE ago and have not happened."""
    return due(on - GRACE).count()


def apply(on: datetime.date) -> Iterator[Request]:
    """Erase what is due on a day, one request a transaction, and give each. Safe to interrupt and repeat."""
    last = 0
    while request := due(on).filter(pk__gt=last).order_by("pk").first():
        last = request.pk
        erase(request=request)
        yield request


@transaction.atomic
def erase(*, request: Request, ended: Mapping[str, Any] | None = None) -> None:
    """Take every word about the requester away, for good. Safe to repeat.

    What stays says that a request was made and answered: reference, right, language, channel, outcome, dates.
    `ended` are the fields of ENDED of a request that was erased before, and is back from a backup.
    """
    found = Request.objects.select_for_update().get(pk=request.pk)
    if found.erased_at:
        return
    _remove_mails_and_links(found)
    Letter.objects.filter(request=found).delete()
    Connection.objects.filter(Q(request=found) | Q(other=found)).delete()
    # Past the rule that events are written once: this is the one thing that takes words out of them.
    models.QuerySet(Event).filter(request=found).update(note="", actor="")
    LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Request), object_id=str(found.pk)
    ).update(change_message="", object_repr=found.reference)
    for name in BLANK:
        setattr(found, name, "")
    found.submission_key = f"erased-{found.pk}"
    for name, value in (ended or {"erased_at": timezone.now()}).items():
        setattr(found, name, value)
    found.save()
    Event.objects.create(request=found, action=Event.Action.ERASED)
    audit.record(audit.Action.ERASED, by=None, about=found.reference)
    note_after_commit(erasure_of(found, ENDED))


def erasures() -> Iterator[Erasure]:
    """Give every erasure of a request that the database knows of."""
    for request in Request.objects.filter(erased_at__isnull=False).order_by("pk").iterator():
        yield erasure_of(request, ENDED)


def erase_again(erasure: Erasure) -> bool:
    """Erase the request that an erasure names, if a restored backup has brought it back; whether it had."""
    request = Request.objects.filter(reference=erasure.reference, erased_at__isnull=True).first()
    if request is None:
        return False
    erase(request=request, ended=values(erasure, Request))
    return True


def remove_unconfirmed() -> int:
    """Delete the requests whose address nobody confirmed within a week; return how many there were."""
    number = 0
    before = timezone.now() - UNCONFIRMED_KEPT
    while found := Request.objects.filter(status=Status.UNCONFIRMED, sent_at__lt=before).first():
        with transaction.atomic():
            _remove_mails_and_links(found)
            # Nobody acted on it: there is nothing to keep a record of.
            models.QuerySet(Event).filter(request=found).delete()
            found.delete()
        number += 1
    return number


def remove_old_links() -> int:
    """Delete the links that can no longer be used, with their mails; return how many there were."""
    return Link.remove_old()


def _remove_mails_and_links(request: Request) -> None:
    links = Link.objects.filter(request=request)
    mails = {*request.mails.values_list("pk", flat=True), *links.values_list("mail", flat=True)}
    links.delete()
    request.mails.clear()
    # With a mail go its log and the answers of mail servers, which quote the address.
    Email.objects.filter(pk__in=mails - {None}).delete()
