"""Complaint and its events."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.append_only import AppendOnlyModel, AppendOnlyQuerySet
from core.mailboxes import validate_mailbox


class Kind(models.TextChoices):
    """The kinds of complaint that the policy names."""

    ADMINISTRATIVE = "administrative", _("Administrative")
    FINANCIAL = "financial", _("Financial")
    COMMERCIAL = "commercial", _("Commercial")
    TECHNICAL = "technical", _("Technical")
    OTHER = "other", _("Other")


class AnswerBy(models.TextChoices):
    """How the complainant wants to be answered."""

    EMAIL = "email", _("By e-mail")
    POST = "post", _("By post")


class Status(models.TextChoices):
    """Where a complaint stands."""

    RECEIVED = "received", _("Received")
    ASSIGNED = "assigned", _("Under examination")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Closed")


OPEN = (Status.RECEIVED, Status.ASSIGNED)
"""Statuses in which a complaint waits for an answer."""


class Outcome(models.TextChoices):
    """How a complaint ended."""

    UPHELD = "upheld", _("Upheld")
    PARTLY_UPHELD = "partly_upheld", _("Partly upheld")
    REJECTED = "rejected", _("Rejected")


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    """Reading rules for complaints."""

    def open(self) -> "ComplaintQuerySet":
        """Return the complaints that still wait for an answer."""
        return self.filter(status__in=OPEN)

    def overdue(self, on: datetime.date) -> "ComplaintQuerySet":
        """Return the open complaints whose answer was due before the day `on`."""
        return self.open().filter(answer_due_on__lt=on)


class Complaint(models.Model):
    """What a customer complains of, who takes care of it, and where it stands."""

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    submission_key = models.CharField(max_length=64, unique=True, editable=False)
    language = models.CharField(
        _("language"), max_length=2, choices=[("fr", _("French")), ("en", _("English"))]
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.RECEIVED)
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    answer_due_on = models.DateField(_("answer due"))

    full_name = models.CharField(_("full name"), max_length=120)
    company = models.CharField(_("company"), max_length=120, blank=True)
    address = models.TextField(_("postal address"), max_length=500)
    phone = models.CharField(_("telephone"), max_length=40)
    email = models.EmailField(_("e-mail address"), blank=True, validators=[validate_mailbox])
    answer_by = models.CharField(_("answer wanted"), max_length=5, choices=AnswerBy)

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    summary = models.CharField(_("what went wrong"), max_length=200)
    description = models.TextField(_("description"), max_length=10_000)
    invoice_reference = models.CharField(_("invoice reference"), max_length=80, blank=True)
    intervention_reference = models.CharField(_("intervention report reference"), max_length=80, blank=True)

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="owned_complaints",
        verbose_name=_("owner"),
        help_text=_("In charge of the resolution."),
    )
    sponsor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="sponsored_complaints",
        verbose_name=_("sponsor"),
        help_text=_("The manager accountable for it."),
    )
    delay_causes = models.TextField(_("causes of the delay"), blank=True)
    delayed_until_on = models.DateField(_("examination expected to end"), null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=15, choices=Outcome, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        ordering = ["answer_due_on", "received_at"]
        indexes = [
            models.Index(fields=["status", "answer_due_on"], name="complaints_status_due"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(answer_by=AnswerBy.EMAIL) | ~Q(email=""), name="complaints_email_to_answer_by"
            ),
            models.CheckConstraint(
                condition=Q(owner__isnull=True, sponsor__isnull=True)
                | Q(owner__isnull=False, sponsor__isnull=False) & ~Q(owner=F("sponsor")),
                name="complaints_owner_and_sponsor_differ",
            ),
            models.CheckConstraint(
                condition=Q(delayed_until_on__isnull=True, delay_causes="")
                | Q(delayed_until_on__isnull=False) & ~Q(delay_causes=""),
                name="complaints_delay_has_causes_and_date",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="")
                | Q(answered_at__isnull=False) & ~Q(answer=""),
                name="complaints_answer_has_date_and_text",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="")
                | Q(closed_at__isnull=False, answered_at__isnull=False) & ~Q(outcome=""),
                name="complaints_closed_after_answer_with_outcome",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def received_on(self) -> datetime.date:
        """The day of receipt in Luxembourg."""
        return timezone.localdate(self.received_at)

    @property
    def is_open(self) -> bool:
        """Whether it still waits for an answer."""
        return self.status in OPEN

    @property
    def answers_by_mail(self) -> bool:
        """Whether letters to the complainant leave by e-mail; otherwise staff post them."""
        return self.answer_by == AnswerBy.EMAIL


class EventQuerySet(AppendOnlyQuerySet["Event"]):
    """Events are written once."""


class Event(AppendOnlyModel):
    """One step in the life of a complaint: written once, never changed."""

    class Action(models.TextChoices):
        """What happened."""

        RECEIVED = "received", _("Received")
        ASSIGNED = "assigned", _("Owner and sponsor assigned")
        DELAYED = "delayed", _("Delay announced")
        ANSWERED = "answered", _("Answered")
        CLOSED = "closed", _("Closed")

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
