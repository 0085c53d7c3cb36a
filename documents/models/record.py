"""What happened to a version, step by step."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.append_only import AppendOnlyModel, AppendOnlyQuerySet
from documents.models.version import Version


class PublicationEventQuerySet(AppendOnlyQuerySet["PublicationEvent"]):
    """Events are written once."""


class PublicationEvent(AppendOnlyModel):
    """One step in the life of a version."""

    class Step(models.TextChoices):
        """What was done."""

        EDITED = "edited", _("Edited")
        SUBMITTED = "submitted", _("Submitted for review")
        RETURNED = "returned", _("Returned to draft")
        APPROVED = "approved", _("Approved")
        PUBLISHED = "published", _("Published")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        SUMMARISED = "summarised", _("Plain-language summary changed")

    version = models.ForeignKey(
        # Only a draft can be deleted; its record goes with it.
        Version,
        on_delete=models.CASCADE,
        related_name="events",
        verbose_name=_("version"),
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    # The name beside the account: the record outlives the person's access.
    actor = models.CharField(_("who"), max_length=150, blank=True)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    step = models.CharField(_("what"), max_length=10, choices=Step)
    note = models.TextField(_("note"), blank=True)

    objects = PublicationEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.version} – {self.get_step_display()}"
