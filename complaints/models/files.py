"""Files that came with a complaint, and the drafts that keep them until it is sent."""

from typing import Any
from uuid import uuid4

from django.core.files.storage import Storage, storages
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.models.case import Complaint
from complaints.models.record import Message
from complaints.scanning import Verdict


class Draft(models.Model):
    """Files of a form that is not sent yet. It goes away after a day (complaints/attachments.py)."""

    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return str(self.pk)


def attachment_storage() -> Storage:
    """Return where attachments are kept: private, apart from the published files."""
    return storages["attachments"]


def attachment_path(attachment: "Attachment", filename: str) -> str:
    """Return where a file is stored: under a name that says nothing and that nobody can guess."""
    name = uuid4().hex
    return f"{name[:2]}/{name}"


class Attachment(models.Model):
    """A file that the complainant added, to the form or later."""

    complaint = models.ForeignKey(
        Complaint,
        null=True,
        on_delete=models.PROTECT,
        related_name="attachments",
        verbose_name=_("complaint"),
    )
    draft = models.ForeignKey(Draft, null=True, on_delete=models.CASCADE, related_name="attachments")
    message = models.ForeignKey(Message, null=True, on_delete=models.PROTECT, related_name="attachments")
    at = models.DateTimeField(_("when"), default=timezone.now)
    name = models.CharField(_("name"), max_length=120)
    media_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    scan = models.CharField(_("virus scan"), max_length=12, choices=Verdict)
    file = models.FileField(upload_to=attachment_path, storage=attachment_storage, max_length=200)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(complaint__isnull=False, draft__isnull=True)
                | models.Q(complaint__isnull=True, draft__isnull=False),
                name="complaints_attachment_of_case_or_draft",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def remove_file(self) -> None:
        """Delete the stored file; it may be gone already. Raises OSError when storage refuses."""
        if self.file:
            storage: Any = self.file.storage
            storage.delete(self.file.name)
