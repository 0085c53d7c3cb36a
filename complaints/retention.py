"""Forgetting: what has been kept long enough, and what erasing takes away.

The notice on data protection: "kept for a period of 3 years, after which they are deleted". The portal reads
it strictly, from the day of receipt; COMPLAINT_RETENTION_FROM=closing counts from the end of the case. Either
way a case stays AFTER_END at least: erasure_of says for one case what `due` finds among all.
"""

import datetime
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from post_office.models import Email

import core.erasures
from complaints.models import (
    OPEN,
    AccessLink,
    Attachment,
    Complaint,
    Event,
    Hold,
    HoldExtension,
    Message,
    PastExamination,
    searched_in,
)
from core import audit

logger = logging.getLogger(__name__)

KEPT = relativedelta(years=3)

AFTER_END = relativedelta(months=3)
"""How long a case stays after its end at least, however long ago it was received. Until then the complainant
can ask for the examination by the management (policy, step 3), and what was closed or set aside by mistake
can be taken up again."""

DAY = datetime.timedelta(days=1)

GRACE = datetime.timedelta(days=2)
"""An erasure that is later than this is a fault that somebody must look at."""

BLANK = (
    "full_name",
    "company",
    "address",
    "phone",
    "email",
    "summary",
    "description",
    "invoice_reference",
    "intervention_reference",
    "involved",
    "conflict_reason",
    "delay_causes",
    "answer",
)
"""Fields of a complaint that erasing empties."""

ENDED = (
    "status", "stage", "outcome", "answered_at", "closed_at", "withdrawn_at", "set_aside_at", "erased_at",
)  # fmt: skip
"""Fields of the tombstone that an older backup does not know yet."""


@dataclass(frozen=True)
class Erasure:
    """When the data of one case are erased."""

    on: datetime.date
    """The first day on which they can be: while a hold goes on, the earliest."""
    held_until_on: datetime.date | None
    """Until when a confirmed hold suspends the erasure; None without one."""


def erasure_of(complaint: Complaint, on: datetime.date) -> Erasure | None:
    """Return when the data of a complaint are erased, as things stand on a day; None for one open or erased.

    What is set aside as spam counts as not open.
    """
    if complaint.erased_at or (complaint.is_open and not complaint.set_aside_at):
        return None
    hold = complaint.holds.active(on).first()
    held_until_on = hold.until_on if hold else None
    days = [_kept_from(complaint) + KEPT, _ended_on(complaint) + AFTER_END, held_until_on or on, on]
    return Erasure(max(days), held_until_on)


def earliest_of_open(complaint: Complaint, on: datetime.date) -> datetime.date:
    """Return the first day on which the data of an open complaint could be erased, if it ended on a day.

    A hold may make it later; which, is known when the case has ended.
    """
    kept_from = on if settings.COMPLAINT_RETENTION_FROM == "closing" else complaint.received_on
    return max(kept_from + KEPT, on + AFTER_END)


def _kept_from(complaint: Complaint) -> datetime.date:
    began_at = complaint.received_at
    if settings.COMPLAINT_RETENTION_FROM == "closing":
        began_at = (
            complaint.closed_at or complaint.withdrawn_at or complaint.answered_at or complaint.received_at
        )
    return timezone.localdate(began_at)


def _ended_on(complaint: Complaint) -> datetime.date:
    ended_at = (
        complaint.closed_at or complaint.withdrawn_at or complaint.answered_at or complaint.set_aside_at
    )
    return timezone.localdate(ended_at or complaint.received_at)


def began_before(on: datetime.date, span: relativedelta = KEPT) -> datetime.datetime:
    """Return the moment before which a span began that is over on a day."""
    latest_on = on - span
    # Three years from 29 February end on 28 February, as those from the day before do; so do three months
    # from 28, 29 and 30 November.
    while latest_on + DAY + span <= on:
        latest_on += DAY
    return timezone.make_aware(datetime.datetime.combine(latest_on + DAY, datetime.time.min))


def due(on: datetime.date, keep: Q | None = None) -> QuerySet[Complaint]:
    """Return the complaints whose data are to be erased on a day: kept long enough, not open, not held.

    What is set aside as spam counts as not open. See erasure_of. `keep` are others that must stay for
    now, for a reason that lies outside of complaints.
    """
    from_when = (
        Coalesce("closed_at", "withdrawn_at", "answered_at", "received_at")
        if settings.COMPLAINT_RETENTION_FROM == "closing"
        else models.F("received_at")
    )
    held = Hold.objects.active(on).filter(complaint=OuterRef("pk"))
    found = (
        Complaint.objects.alias(
            kept_from=from_when,
            ended_at=Coalesce("closed_at", "withdrawn_at", "answered_at", "set_aside_at", "received_at"),
        )
        # Nothing ends before it is received: the day of receipt, too, for the index of what is not erased.
        .filter(erased_at__isnull=True, received_at__lt=began_before(on), kept_from__lt=began_before(on))
        .filter(ended_at__lt=began_before(on, AFTER_END))
        .filter(~Q(status__in=OPEN) | Q(set_aside_at__isnull=False))
        .exclude(Exists(held))
    )
    return found.exclude(keep) if keep else found


def late(on: datetime.date, keep: Q | None = None, at_most: int | None = None) -> int:
    """Return how many erasures were due more than GRACE ago and have not happened; `keep` is as in due.

    A case whose hold was lifted since then is not late yet. No more than `at_most` are counted, if given.
    """
    since = timezone.make_aware(datetime.datetime.combine(on - GRACE, datetime.time.min))
    lifted = Hold.objects.filter(complaint=OuterRef("pk"), lifted_at__gte=since)
    return due(on - GRACE, keep).exclude(Exists(lifted))[:at_most].count()


def apply(on: datetime.date, keep: Q | None = None) -> Iterator[Complaint]:
    """Erase what is due on a day, one case a transaction, and give each; `keep` is as in due.

    Memory does not grow with their number. Interrupted at any point, the next run completes it. A case whose
    files cannot be deleted is logged and does not keep the others.
    """
    last = 0
    while case := due(on, keep).filter(pk__gt=last).order_by("pk").first():
        last = case.pk
        with transaction.atomic():
            # A hold may have been confirmed, or the case reopened, since it was found: that must win.
            Complaint.objects.select_for_update().get(pk=case.pk)
            erased = due(on, keep).filter(pk=case.pk).exists() and _erased(case)
        if erased:
            yield case


def _erased(case: Complaint) -> bool:
    try:
        erase(complaint=case)
    except OSError as error:
        logger.error("retention: complaint %d is not erased (%s)", case.pk, type(error).__name__)
        return False
    return True


def erase(*, complaint: Complaint, by: User | None = None, ended: Mapping[str, Any] | None = None) -> None:
    """Take every word about the complainant away, for good; a tombstone stays for the statistics.

    The tombstone: reference, kind, language, channel, dates, level, outcome. Safe to repeat. `by` is None for
    the portal itself. `ended` are the fields of ENDED of a case that was erased before, and is back from a
    backup.
    """
    with transaction.atomic():
        case = Complaint.objects.select_for_update().get(pk=complaint.pk)
        if case.erased_at:
            return
        # Under the lock, so that none is added meanwhile; before the rows go: a row says which file is still
        # to be deleted. A file that is gone already is no fault.
        for attachment in case.attachments.all():
            attachment.remove_file()
        Attachment.objects.filter(complaint=case).delete()
        mails = {
            *Message.objects.filter(complaint=case).values_list("mail", flat=True),
            *AccessLink.objects.filter(complaint=case).values_list("mail", flat=True),
        }
        Message.objects.filter(complaint=case).delete()
        AccessLink.objects.filter(complaint=case).delete()
        # With a mail go its log and the answers of mail servers, which quote the address.
        Email.objects.filter(pk__in=mails - {None}).delete()
        PastExamination.objects.filter(complaint=case).update(answer="", delay_causes="")
        Hold.objects.filter(complaint=case).update(reason="")
        HoldExtension.objects.filter(hold__complaint=case).update(reason="")
        # Past the rule that events are written once: this is the one thing that takes words out of them.
        models.QuerySet(Event).filter(complaint=case).update(note="", actor="")
        LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(Complaint), object_id=str(case.pk)
        ).update(change_message="", object_repr=case.reference)
        for name in BLANK:
            setattr(case, name, "")
        case.search_text = searched_in(case.reference, {})
        case.submission_key = f"erased-{case.pk}"
        case.owner = case.sponsor = case.news_at = None
        for name, value in (ended or {"erased_at": timezone.now()}).items():
            setattr(case, name, value)
        case.save()
        Event.objects.create(complaint=case, action=Event.Action.ERASED)
        audit.record(audit.Action.ERASED, by=by, about=case.reference)
        core.erasures.note_after_commit(core.erasures.erasure_of(case, ENDED))


def erasures() -> Iterator[core.erasures.Erasure]:
    """Give every erasure that the database knows of."""
    for case in Complaint.objects.filter(erased_at__isnull=False).order_by("pk").iterator():
        yield core.erasures.erasure_of(case, ENDED)


def erase_again(erasure: core.erasures.Erasure) -> bool:
    """Erase the case that an erasure names, if a restored backup has brought it back; whether it had.

    Whatever its row says: open or held then, it was neither when it was erased.
    """
    case = Complaint.objects.filter(reference=erasure.reference, erased_at__isnull=True).first()
    if case is None:
        return False
    erase(complaint=case, ended=core.erasures.values(erasure, Complaint))
    return True


def remove_old_links() -> int:
    """Delete links to cases that can no longer be used, with their mails; return how many there were."""
    return AccessLink.remove_old()
