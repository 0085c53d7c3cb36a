"""Forgetting: what has been kept long enough, and what erasing takes away.

The notice on data protection: "kept for a period of 3 years, after which they are deleted". The portal reads
it strictly, from the day of receipt; COMPLAINT_RETENTION_FROM=closing counts from the end of the case.
"""

import datetime
import logging
from collections.abc import Iterator

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

from complaints.models import (
    OPEN,
    AccessLink,
    Attachment,
    Complaint,
    Event,
    Hold,
    Message,
    PastExamination,
    searched_in,
)
from core import audit

logger = logging.getLogger(__name__)

KEPT = relativedelta(years=3)
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


def erased_on(complaint: Complaint) -> datetime.date:
    """Return the first day on which the data of a complaint are erased, unless it is open or held then."""
    began_at = complaint.received_at
    if settings.COMPLAINT_RETENTION_FROM == "closing":
        began_at = (
            complaint.closed_at or complaint.withdrawn_at or complaint.answered_at or complaint.received_at
        )
    return timezone.localdate(began_at) + KEPT


def began_before(on: datetime.date) -> datetime.datetime:
    """Return the moment before which the three years began that are over on a day."""
    latest_on = on - KEPT
    # Three years from 29 February end on 28 February, as those from the day before do.
    if latest_on + DAY + KEPT <= on:
        latest_on += DAY
    return timezone.make_aware(datetime.datetime.combine(latest_on + DAY, datetime.time.min))


def due(on: datetime.date) -> QuerySet[Complaint]:
    """Return the complaints whose data are to be erased on a day: kept long enough, not open, not held.

    What is set aside as spam counts as not open.
    """
    before = began_before(on)
    from_when = (
        Coalesce("closed_at", "withdrawn_at", "answered_at", "received_at")
        if settings.COMPLAINT_RETENTION_FROM == "closing"
        else models.F("received_at")
    )
    held = Hold.objects.active(on).filter(complaint=OuterRef("pk"))
    return (
        Complaint.objects.alias(kept_from=from_when)
        .filter(erased_at__isnull=True, kept_from__lt=before)
        .filter(~Q(status__in=OPEN) | Q(set_aside_at__isnull=False))
        .exclude(Exists(held))
    )


def late(on: datetime.date) -> int:
    """Return how many erasures were due more than GRACE ago and have not happened.

    A case that became free to be erased since then, by its end or a hold that was lifted, is not late yet.
    """
    since = timezone.make_aware(datetime.datetime.combine(on - GRACE, datetime.time.min))
    lifted = Hold.objects.filter(complaint=OuterRef("pk"), lifted_at__gte=since)
    ended = Q(answered_at__gte=since) | Q(withdrawn_at__gte=since) | Q(set_aside_at__gte=since)
    return due(on - GRACE).exclude(Exists(lifted)).exclude(ended).count()


def apply(on: datetime.date) -> Iterator[Complaint]:
    """Erase what is due on a day, one case a transaction, and give each.

    Memory does not grow with their number. Interrupted at any point, the next run completes it. A case whose
    files cannot be deleted is logged and does not keep the others.
    """
    last = 0
    while case := due(on).filter(pk__gt=last).order_by("pk").first():
        last = case.pk
        with transaction.atomic():
            # A hold may have been confirmed, or the case reopened, since it was found: that must win.
            Complaint.objects.select_for_update().get(pk=case.pk)
            erased = due(on).filter(pk=case.pk).exists() and _erased(case)
        if erased:
            yield case


def _erased(case: Complaint) -> bool:
    try:
        erase(complaint=case)
    except OSError as error:
        logger.error("retention: complaint %d is not erased (%s)", case.pk, type(error).__name__)
        return False
    return True


def erase(*, complaint: Complaint, by: User | None = None) -> None:
    """Take every word about the complainant away, for good; a tombstone stays for the statistics.

    The tombstone: reference, kind, language, channel, dates, level, outcome. Safe to repeat. `by` is None for
    the portal itself.
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
        case.erased_at = timezone.now()
        case.save()
        Event.objects.create(complaint=case, action=Event.Action.ERASED)
        audit.record(audit.Action.ERASED, by=by, about=case.reference)


def remove_old_links() -> int:
    """Delete links to cases that can no longer be used, with their mails; return how many there were."""
    return AccessLink.remove_old()
