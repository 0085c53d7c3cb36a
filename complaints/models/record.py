"""What happened in a case: its events, its messages, and the examinations that have ended."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from post_office.models import STATUS, Email

from complaints.models.case import Complaint, DelayCause, Outcome, Stage
from core.append_only import AppendOnlyModel, AppendOnlyQuerySet


class EventQuerySet(AppendOnlyQuerySet["Event"]):
    """Events are written once."""


class Event(AppendOnlyModel):
    """One step in the life of a complaint: written once; only erasing takes the words out of it."""

    class Action(models.TextChoices):
        """What happened."""

        RECEIVED = "received", _("Received")
        ASSIGNED = "assigned", _("Owner and sponsor assigned")
        EXAMINED = "examined", _("Examination begun")
        ASKED = "asked", _("Information requested")
        INFORMED = "informed", _("Information received")
        NOTED = "noted", _("Internal note")
        DELAYED = "delayed", _("Delay announced")
        ANSWERED = "answered", _("Answered")
        CLOSED = "closed", _("Closed")
        ESCALATED = "escalated", _("Passed to the management")
        REOPENED = "reopened", _("Reopened")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        SET_ASIDE = "set_aside", _("Set aside as suspected spam")
        RESTORED = "restored", _("Restored")
        POSTED = "posted", _("Letter posted")
        HELD = "held", _("Legal hold requested")
        CONFIRMED = "confirmed", _("Legal hold confirmed")
        EXTENSION = "extension", _("Extension of the legal hold requested")
        EXTENDED = "extended", _("Legal hold extended")
        DECLINED = "declined", _("Extension of the legal hold declined")
        LIFTED = "lifted", _("Legal hold lifted")
        ERASED = "erased", _("Personal data erased")

    complaint = models.ForeignKey(
        Complaint, on_delete=models.PROTECT, related_name="events", verbose_name=_("complaint")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    # The name, not the account: the record outlives the person's access.
    actor = models.CharField(_("who"), max_length=150, blank=True)
    action = models.CharField(_("what"), max_length=10, choices=Action)
    note = models.TextField(_("note"), blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.complaint} – {self.get_action_display()}"


UNSENT = (STATUS.failed, STATUS.requeued)
"""States of a mail that a mail server did not take."""


class MessageQuerySet(models.QuerySet["Message"]):
    """Reading rules for messages."""

    def undelivered(self) -> "MessageQuerySet":
        """Return those whose mail no server took, and that were not posted as a letter instead."""
        return self.filter(mail__status__in=UNSENT, posted_at__isnull=True)

    def letters(self) -> "MessageQuerySet":
        """Return those that can be printed: the ones by post, and those whose mail no server took."""
        return self.filter(models.Q(by_post=True) | models.Q(mail__status__in=UNSENT))


class Message(models.Model):
    """What was said between complainant and company, as it was said."""

    complaint = models.ForeignKey(
        Complaint, on_delete=models.PROTECT, related_name="messages", verbose_name=_("complaint")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    from_complainant = models.BooleanField(_("from the complainant"), default=False)
    kind = models.CharField(max_length=20, blank=True)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(_("text"))
    mail = models.ForeignKey(Email, null=True, on_delete=models.SET_NULL, related_name="+")
    by_post = models.BooleanField(_("by post"), default=False)
    posted_at = models.DateTimeField(_("posted"), null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["at", "pk"]
        indexes = [
            models.Index(
                fields=["complaint"],
                condition=models.Q(by_post=True, posted_at__isnull=True),
                name="complaints_message_to_post",
            )
        ]

    def __str__(self) -> str:
        return f"{self.complaint} – {self.subject}"

    @property
    def is_undelivered(self) -> bool:
        """As MessageQuerySet.undelivered."""
        return bool(self.mail and self.mail.status in UNSENT and not self.posted_at)

    @property
    def has_left(self) -> bool:
        """Whether it is posted, or its mail sent. What the queue does not hold any more was sent."""
        if self.by_post or self.posted_at:
            return self.posted_at is not None
        return self.mail is None or self.mail.status == STATUS.sent


class PastExamination(models.Model):
    """An examination that ended with an escalation or a reopening: its clock and answer stay on record."""

    complaint = models.ForeignKey(
        Complaint, on_delete=models.PROTECT, related_name="past_examinations", verbose_name=_("complaint")
    )
    stage = models.CharField(_("level"), max_length=10, choices=Stage)
    began_on = models.DateField(_("began"))
    answer_due_on = models.DateField(_("answer due"))
    target_on = models.DateField(_("internal target"), null=True)
    delayed_until_on = models.DateField(_("examination expected to end"), null=True)
    delay_causes = models.TextField(_("causes of the delay"), blank=True)
    delay_cause = models.CharField(_("main cause"), max_length=12, choices=DelayCause, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    answer = models.TextField(_("answer"), blank=True)
    outcome = models.CharField(_("outcome"), max_length=15, choices=Outcome, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    ended_at = models.DateTimeField(_("ended"), default=timezone.now)

    class Meta:
        verbose_name = _("past examination")
        verbose_name_plural = _("past examinations")
        ordering = ["ended_at", "pk"]

    def __str__(self) -> str:
        return f"{self.complaint} – {self.get_stage_display()}"


def ended_now(case: Complaint) -> dict[str, Any]:
    """Return the values of a PastExamination for the examination that ends now."""
    names = (
        "stage",
        "answer_due_on",
        "target_on",
        "delayed_until_on",
        "delay_causes",
        "delay_cause",
        "answered_at",
        "answer",
        "outcome",
        "closed_at",
    )
    return {"began_on": case.clock_began_on, **{name: getattr(case, name) for name in names}}
