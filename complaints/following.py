"""How a complainant comes to the case again, and what can be done there."""

import datetime
import re
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from complaints import attachments, mail
from complaints.models import AccessLink, Attachment, Complaint, Event, Message
from complaints.steps import locked, record
from core.links import digest_of, new_token

LINK_VALID = datetime.timedelta(minutes=30)
MOST_LINKS = 5
"""Links mailed for one case within an hour."""

VISIT = datetime.timedelta(hours=1)
"""How long a case stays open in the browser that used the link."""

REFERENCE = re.compile(r"([A-Z]\d\d)([A-Z0-9]{4})([A-Z0-9]{4})")


def as_reference(typed: str) -> str:
    """Return what was typed in the form of a reference: capitals, and hyphens where they belong."""
    bare = re.sub(r"[^A-Z0-9]", "", typed.upper())
    found = REFERENCE.fullmatch(bare)
    return "-".join(found.groups()) if found else bare


@transaction.atomic
def send_link(*, reference: str, email: str) -> None:
    """Mail a link to the case to its own address, if there is such a case; otherwise do nothing.

    Nor is anything mailed while it is set aside: see receiving.receive.
    """
    found = Complaint.objects.not_set_aside().filter(
        reference=as_reference(reference), email__iexact=email.strip(), erased_at__isnull=True
    )
    case = found.first()
    if case is None or not case.email or _has_enough_links(case):
        return
    token = new_token()
    with translation.override(case.language):
        link = settings.SITE_URL + reverse("complaints:open", args=[token])
    sent = mail.access(case, link=link, minutes=int(LINK_VALID.total_seconds() // 60))
    AccessLink.objects.create(complaint=case, digest=digest_of(token), mail=sent)


def _has_enough_links(case: Complaint) -> bool:
    """Whether so many links were mailed lately that somebody else may be asking for them."""
    since = timezone.now() - datetime.timedelta(hours=1)
    return case.access_links.filter(created_at__gt=since).count() >= MOST_LINKS


def valid_link(token: str) -> AccessLink | None:
    """Return the link of a token that has not been used and is not too old."""
    return AccessLink.valid(token, LINK_VALID)


@transaction.atomic
def use_link(token: str) -> Complaint | None:
    """Use a link up and return its case; None when it was used before or is too old."""
    found = valid_link(token)
    return found.complaint if found is not None and found.use() else None


def add_information(
    *, complaint: Complaint, text: str, files: Sequence["UploadedFile[Any]"] = (), by: User | None = None
) -> Message:
    """Add what the complainant writes to the case, tell staff, and return it.

    `by` is the member of staff who enters what came by letter, mail or telephone, None for the complainant.
    The same words with the same files sent twice are one message. Raises StepRefused when the case is erased
    or set aside, ValidationError when a file is refused; then nothing is stored.
    """
    accepted = attachments.inspected(files)
    try:
        with transaction.atomic():
            return _add(complaint, text, accepted, by)
    except Exception:
        attachments.remove_stored(accepted)
        raise


def _add(complaint: Complaint, text: str, accepted: Sequence[Attachment], by: User | None) -> Message:
    case = locked(complaint, "inform")
    last = case.messages.last()
    if last is not None and last.from_complainant and last.text == text:
        known = sorted(last.attachments.values_list("sha256", flat=True))
        if known == sorted(attachment.sha256 for attachment in accepted):
            return last
    message = Message.objects.create(complaint=case, from_complainant=True, text=text)
    attachments.attach(case, message, accepted)
    record(case, Event.Action.INFORMED, by=by)
    case.news_at = timezone.now()
    case.save(update_fields=["news_at"])
    mail.news_to_staff(case, _("The complainant has added information."))
    return message
