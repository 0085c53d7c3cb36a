"""Request: which right somebody exercises over their own data, and where it stands."""

import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from post_office.models import Email

from core.append_only import AppendOnlyModel, AppendOnlyQuerySet
from core.links import OneTimeLink
from core.mailboxes import validate_mailbox


class Right(models.TextChoices):
    """The rights that the notice on data protection names (GDPR, articles 15, 16, 17, 18 and 21)."""

    ACCESS = "access", _("Access")
    RECTIFICATION = "rectification", _("Rectification")
    DELETION = "deletion", _("Deletion")
    RESTRICTION = "restriction", _("Restriction")
    OBJECTION = "objection", _("Objection")


class Status(models.TextChoices):
    """Where a request stands."""

    UNCONFIRMED = "unconfirmed", _("Address not confirmed")
    RECEIVED = "received", _("Received")
    ANSWERED = "answered", _("Answered")


class RequestQuerySet(models.QuerySet["Request"]):
    """Reading rules for requests."""

    def confirmed(self) -> "RequestQuerySet":
        """Return the requests that have reached the company: whoever sent them has the mailbox."""
        return self.exclude(status=Status.UNCONFIRMED)

    def open(self) -> "RequestQuerySet":
        """Return the requests that wait for an answer, the most urgent first."""
        return self.filter(status=Status.RECEIVED).order_by(F("expected_on").asc(), "pk")

    def with_address(self, email: str) -> "RequestQuerySet":
        """Return the confirmed requests with an e-mail address, in whatever letters it is written."""
        return self.confirmed().filter(email__iexact=email) if email else self.none()


ERASED = Q(erased_at__isnull=False)


class Request(models.Model):
    """What somebody asks about their own data."""

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    submission_key = models.CharField(max_length=64, unique=True, editable=False)
    language = models.CharField(
        _("language"), max_length=2, choices=[("fr", _("French")), ("en", _("English"))]
    )
    right = models.CharField(_("right"), max_length=15, choices=Right)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.UNCONFIRMED)

    full_name = models.CharField(_("full name"), max_length=120)
    email = models.EmailField(_("e-mail address"), validators=[validate_mailbox])
    text = models.TextField(_("what it is about"), max_length=5_000)

    sent_at = models.DateTimeField(_("form sent"), default=timezone.now)
    received_at = models.DateTimeField(_("received"), null=True, blank=True)
    """When the address was confirmed: from then on the company has the request, and the month runs."""
    due_on = models.DateField(_("answer due"), null=True, blank=True)
    extension_reasons = models.TextField(_("reasons for the extension"), blank=True)
    extended_until_on = models.DateField(_("extended until"), null=True, blank=True)
    expected_on = models.GeneratedField(
        expression=Coalesce("extended_until_on", "due_on"),
        output_field=models.DateField(),
        db_persist=True,
        verbose_name=_("answer due"),
    )
    """The last day on which the answer is in time, extension included."""
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True)
    mails = models.ManyToManyField(Email, related_name="+", editable=False)
    """What was written to the requester, to be erased with the request."""

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request about personal data")
        verbose_name_plural = _("requests about personal data")
        permissions = [
            ("export_held", _("Can export what is held on an address")),
            ("erase_held", _("Can erase what is held on an address")),
        ]
        ordering = ["-sent_at", "-pk"]
        indexes = [
            models.Index(fields=["status", "expected_on"], name="privacy_status_due"),
            models.Index(fields=["answered_at"], name="privacy_answered"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status=Status.UNCONFIRMED, received_at__isnull=True, due_on__isnull=True)
                | ~Q(status=Status.UNCONFIRMED) & Q(received_at__isnull=False, due_on__isnull=False),
                name="privacy_received_has_date_and_clock",
            ),
            models.CheckConstraint(
                condition=Q(extended_until_on__isnull=True, extension_reasons="")
                | Q(due_on__isnull=False, extended_until_on__isnull=False)
                & Q(extended_until_on__gt=F("due_on"))
                & (ERASED | ~Q(extension_reasons="")),
                name="privacy_extension_has_reasons_and_date",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.ANSWERED, answered_at__isnull=False) & (ERASED | ~Q(answer=""))
                | ~Q(status=Status.ANSWERED) & Q(answered_at__isnull=True, answer=""),
                name="privacy_answer_has_date_and_text",
            ),
            models.CheckConstraint(
                condition=~ERASED
                | Q(full_name="", email="", text="", answer="", extension_reasons="")
                & Q(status=Status.ANSWERED),
                name="privacy_erased_is_empty",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def received_on(self) -> datetime.date | None:
        """The day in Luxembourg on which the address was confirmed; None before."""
        return timezone.localdate(self.received_at) if self.received_at else None

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.status == Status.RECEIVED


class EventQuerySet(AppendOnlyQuerySet["Event"]):
    """Events are written once."""


class Event(AppendOnlyModel):
    """One step in the life of a request: written once; only erasing takes the words out of it."""

    class Action(models.TextChoices):
        """What happened."""

        SENT = "sent", _("Form sent")
        RECEIVED = "received", _("Address confirmed, request received")
        EXTENDED = "extended", _("Time extended")
        EXPORTED = "exported", _("Data exported")
        CLEARED = "cleared", _("Complaints erased")
        ANSWERED = "answered", _("Answered")
        ERASED = "erased", _("Personal data erased")

    request = models.ForeignKey(
        Request, on_delete=models.PROTECT, related_name="events", verbose_name=_("request")
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
        return f"{self.request} – {self.get_action_display()}"


class Link(OneTimeLink):
    """A link that confirms the address of a request, or opens the request."""

    class Purpose(models.TextChoices):
        """What the link does."""

        CONFIRM = "confirm"
        OPEN = "open"

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="links")
    purpose = models.CharField(max_length=7, choices=Purpose)

    def __str__(self) -> str:
        return f"{self.request} – {self.purpose} – {self.created_at:%Y-%m-%d %H:%M}"
