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
from complaints.models.files import attachment_storage
from core.uploading import UnstoredFile

logger = logging.getLogger(__name__)

DRAFT_SALT = "complaints.draft"
DRAFT_KEPT = datetime.timedelta(days=1)


def draft_token(draft: Draft) -> str:
    """Return the signed word by which a form finds its draft again; it expires with the draft."""
    return signing.dumps(draft.pk, salt=DRAFT_SALT)


def draft_of(token: str) -> Draft | None:
    """Return the draft of a form, None when the word is wrong or the draft too old or gone."""
    try:
        pk = signing.loads(token, salt=DRAFT_SALT, max_age=DRAFT_KEPT)
    except signing.BadSignature:
        return None
    # Each page signs anew: what says when a draft has expired is its own age, as in remove_expired_drafts.
    return Draft.objects.filter(pk=pk, created_at__gte=timezone.now() - DRAFT_KEPT).first()


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
        if not _stored(attachment):
            problems.append(_not_stored(attachment.name))
    return draft, problems


def inspected(files: Sequence["UploadedFile[Any]"]) -> list[Attachment]:
    """Return what `files` become in a case, not stored yet.

    Reading and scanning take their time: to be called before a transaction begins. Raises ValidationError
    with a sentence for each file that is refused.
    """
    accepted, problems = _accepted(files, [])
    if problems:
        raise ValidationError(problems)
    return accepted


def attach(complaint: Complaint, message: Message, accepted: Iterable[Attachment]) -> None:
    """Store files that the complainant adds to a case. Raises ValidationError when storage refuses."""
    for attachment in accepted:
        attachment.complaint, attachment.message = complaint, message
        if not _stored(attachment):
            raise ValidationError(_not_stored(attachment.name))


def remove_stored(accepted: Iterable[Attachment]) -> None:
    """Delete the files of attachments whose rows the database did not keep: nobody else would find them."""
    for attachment in accepted:
        if attachment.file._committed:  # type: ignore[attr-defined]  # whether storage has it
            attachment.remove_file()


def remove(draft: Draft, pk: str) -> list[str]:
    """Take a file out of a draft; return a sentence when storage refuses."""
    for attachment in draft.attachments.all():
        if str(attachment.pk) != pk:
            continue
        try:
            # The file first: while there is a row, somebody finds it.
            attachment.remove_file()
        except OSError as error:
            logger.warning("attachment not removed: %s", type(error).__name__)
            return [_("“%(name)s” could not be removed. Please try again later.") % {"name": attachment.name}]
        attachment.delete()
    return []


def remove_expired_drafts() -> int:
    """Delete the drafts that are too old to be found again, with their files; return how many there were."""
    number = 0
    for draft in Draft.objects.filter(created_at__lt=timezone.now() - DRAFT_KEPT).iterator(chunk_size=100):
        # The files first: a row without its file says what is to be done, a file without a row nobody finds.
        try:
            for attachment in draft.attachments.all():
                attachment.remove_file()
        except OSError as error:
            # The next run tries again; the other drafts do not wait for it.
            logger.error("a draft could not be removed (%s)", type(error).__name__)
            continue
        draft.delete()
        number += 1
    return number


def remove_unknown_files() -> int:
    """Delete stored files that no row names, older than a draft can be; return how many there were.

    A process that is killed after it stored a file, and before it stored the row, leaves one.
    """
    storage = attachment_storage()
    before, number = timezone.now() - DRAFT_KEPT, 0
    named = set(Attachment.objects.values_list("file", flat=True))
    try:
        folders, _files = storage.listdir("")
    except FileNotFoundError:
        # Nothing was ever stored.
        return 0
    for folder in folders:
        for file in storage.listdir(folder)[1]:
            name = f"{folder}/{file}"
            if name not in named and storage.get_modified_time(name) < before:
                storage.delete(name)
                number += 1
    return number


def _accepted(
    files: Sequence["UploadedFile[Any]"], held: Iterable[Attachment]
) -> tuple[list[Attachment], list[str]]:
    taken = {attachment.sha256: attachment.size for attachment in held}
    accepted: list[Attachment] = []
    problems: list[str] = []
    for file in files:
        if isinstance(file, UnstoredFile):
            problems.append(_not_stored(uploads.clean_name(file.name or "")))
            continue
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


def _stored(attachment: Attachment) -> bool:
    """Whether storage has taken a file, and the database its row."""
    try:
        with transaction.atomic():
            attachment.save()
    except OSError as error:
        # Its class alone, for its text holds a path.
        logger.warning("attachment not stored: %s", type(error).__name__)
        return False
    return True


def _not_stored(name: str) -> str:
    return _("“%(name)s” could not be stored. Please try again later.") % {"name": name}
