"""Files on their way into a case: inspected, scanned, kept with a draft until the form is sent."""

import datetime
import logging
from collections.abc import Iterable, Sequence
from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints import scanning, uploads
from complaints.models import Attachment, Complaint, Draft, Message

logger = logging.getLogger(__name__)

DRAFT_SALT = "complaints.draft"
DRAFT_KEPT = datetime.timedelta(days=1)


def draft_token(draft: Draft) -> str:
    """Return the signed word by which a form finds its draft again; it expires with the draft."""
    return signing.dumps(draft.pk, salt=DRAFT_SALT)


def draft_of(token: str) -> Draft | None:
    """Return the draft of a form, None when the word is wrong or the draft gone."""
    try:
        pk = signing.loads(token, salt=DRAFT_SALT, max_age=DRAFT_KEPT)
    except signing.BadSignature:
        return None
    return Draft.objects.filter(pk=pk).first()


def keep(draft: Draft | None, files: Sequence["UploadedFile[Any]"]) -> tuple[Draft | None, list[str]]:
    """Store the good ones of `files` with the draft, made if there is none yet.

    Returns the draft and, for each file that was refused, a sentence. The same file twice is kept once.
    """
    held = list(draft.attachments.all()) if draft else []
    accepted, problems = _accepted(files, held)
    if accepted and draft is None:
        draft = Draft.objects.create()
    for attachment in accepted:
        attachment.draft = draft
        attachment.save()
    return draft, problems


def attach(complaint: Complaint, message: Message, files: Sequence["UploadedFile[Any]"]) -> list[Attachment]:
    """Store files that the complainant adds to a case. Raises ValidationError when one is refused."""
    accepted, problems = _accepted(files, [])
    if problems:
        raise ValidationError(problems)
    for attachment in accepted:
        attachment.complaint, attachment.message = complaint, message
        attachment.save()
    return accepted


def check(files: Sequence["UploadedFile[Any]"]) -> None:
    """Raise ValidationError with a sentence for each file that would be refused."""
    _accepted_files, problems = _accepted(files, [])
    if problems:
        raise ValidationError(problems)


def remove(draft: Draft, pk: str) -> None:
    """Take a file out of a draft."""
    for attachment in draft.attachments.filter(pk=int(pk) if pk.isdecimal() else 0):
        attachment.delete()
        attachment.remove_file()


def remove_expired_drafts() -> int:
    """Delete the drafts that are too old to be found again, with their files; return how many there were."""
    number = 0
    for draft in Draft.objects.filter(created_at__lt=timezone.now() - DRAFT_KEPT).iterator(chunk_size=100):
        # The files first: a row without its file says what is to be done, a file without a row nobody finds.
        try:
            for attachment in draft.attachments.all():
                attachment.remove_file()
        except OSError as error:
            logger.error("retention: draft %d is not removed (%s)", draft.pk, type(error).__name__)
            continue
        with transaction.atomic():
            draft.delete()
        number += 1
    return number


def _accepted(
    files: Sequence["UploadedFile[Any]"], held: Iterable[Attachment]
) -> tuple[list[Attachment], list[str]]:
    taken = {attachment.sha256: attachment.size for attachment in held}
    accepted: list[Attachment] = []
    problems: list[str] = []
    for file in files:
        try:
            facts = uploads.inspect(file, file.name or "")
        except ValidationError as error:
            problems += error.messages
            continue
        if facts.sha256 in taken:
            continue
        if len(taken) >= uploads.MAX_FILES or sum(taken.values()) + facts.size > uploads.MAX_TOTAL:
            problems.append(
                _("“%(name)s” is too much: at most five files, together no more than 25 MB.")
                % {"name": facts.name}
            )
            continue
        verdict, _signature = scanning.scan(file)
        if verdict == scanning.Verdict.INFECTED:
            problems.append(_("The virus scanner refuses “%(name)s”.") % {"name": facts.name})
            continue
        taken[facts.sha256] = facts.size
        file.seek(0)
        accepted.append(
            Attachment(
                name=facts.name,
                media_type=facts.media_type,
                size=facts.size,
                sha256=facts.sha256,
                scan=verdict,
                file=file,
            )
        )
    return accepted, problems
