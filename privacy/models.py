"""Request: which right somebody exercises over their own data, where it stands, and what belongs to it."""

import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from post_office.models import Email

from complaints.models import AnswerBy, Channel, Complaint
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


class Outcome(models.TextChoices):
    """What an answer says; one that refuses gives its reasons (GDPR, article 12(4))."""

    GRANTED = "granted", _("Granted")
    PARTLY_GRANTED = "partly_granted", _("Partly granted")
    REFUSED = "refused", _("Refused")


CLEARABLE = (Right.DELETION, Right.OBJECTION)
"""Rights whose exercise can lead to an erasure (GDPR, article 17(1)(a) to (d)). Whoever asks for a copy, a
correction or a restriction wants the data kept."""


class RequestQuerySet(models.QuerySet["Request"]):
    """Reading rules for requests."""

    def confirmed(self) -> "RequestQuerySet":
        """Return the requests that have reached us: by the form only once the address is confirmed."""
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

    channel = models.CharField(_("came by"), max_length=6, choices=Channel, default=Channel.WEB)

    full_name = models.CharField(_("full name"), max_length=120)
    email = models.EmailField(_("e-mail address"), blank=True, validators=[validate_mailbox])
    address = models.TextField(_("postal address"), max_length=500, blank=True)
    answer_by = models.CharField(_("answer wanted"), max_length=5, choices=AnswerBy, default=AnswerBy.EMAIL)
    text = models.TextField(_("what it is about"), max_length=5_000)

    sent_at = models.DateTimeField(_("form sent"), default=timezone.now)
    received_at = models.DateTimeField(_("received"), null=True, blank=True)
    """From then on the company has the request, and the month runs: when the address was confirmed, or the
    day of receipt of what came by letter, mail or telephone."""
    identity = models.TextField(_("identity check"), max_length=2_000, blank=True)
    """Who checked the identity of the requester and how (GDPR, article 12(6)); empty for the form, where the
    confirmed address is the check."""
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
    outcome = models.CharField(_("outcome"), max_length=15, choices=Outcome, blank=True)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True)
    mails = models.ManyToManyField(Email, related_name="+", editable=False)
    """What was mailed to the requester, to be erased with the request."""

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
                condition=Q(outcome="") | Q(status=Status.ANSWERED), name="privacy_outcome_is_of_an_answer"
            ),
            models.CheckConstraint(
                condition=ERASED
                | Q(answer_by=AnswerBy.EMAIL) & ~Q(email="")
                | Q(answer_by=AnswerBy.POST) & ~Q(address=""),
                name="privacy_answer_can_arrive",
            ),
            models.CheckConstraint(
                condition=~ERASED
                | Q(full_name="", email="", address="", identity="", text="", answer="", extension_reasons="")
                & Q(status=Status.ANSWERED),
                name="privacy_erased_is_empty",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def received_on(self) -> datetime.date | None:
        """The day in Luxembourg on which the company received it; None before the address is confirmed."""
        return timezone.localdate(self.received_at) if self.received_at else None

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.status == Status.RECEIVED

    @property
    def is_identified(self) -> bool:
        """Whether it is known who asks: by the confirmed mailbox of the form, or a check that staff noted."""
        return self.status != Status.UNCONFIRMED and (self.channel == Channel.WEB or bool(self.identity))

    @property
    def is_clearable(self) -> bool:
        """Whether what is asked can be an erasure."""
        return self.right in CLEARABLE


class EventQuerySet(AppendOnlyQuerySet["Event"]):
    """Events are written once."""


class Event(AppendOnlyModel):
    """One step in the life of a request: written once; only erasing takes the words out of it."""

    class Action(models.TextChoices):
        """What happened."""

        SENT = "sent", _("Form sent")
        RECEIVED = "received", _("Address confirmed, request received")
        ENTERED = "entered", _("Entered by staff")
        IDENTIFIED = "identified", _("Identity checked")
        CONNECTED = "connected", _("Connected with what is held")
        SEPARATED = "separated", _("Connection removed")
        POSTED = "posted", _("Letter posted")
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


class Connection(models.Model):
    """What staff say belongs to the requester: an e-mail address, a complaint, or another request.

    Nothing is ever connected by itself: two people may share a name.
    """

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="connections")
    email = models.EmailField(_("e-mail address"), blank=True)
    complaint = models.ForeignKey(
        Complaint, null=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("complaint")
    )
    other = models.ForeignKey(
        Request, null=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("other request")
    )
    reason = models.TextField(_("reason"), max_length=2_000)
    # The name, not the account: the record outlives the person's access.
    actor = models.CharField(_("who"), max_length=150)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(email="") & Q(complaint__isnull=True, other__isnull=True)
                | Q(email="", complaint__isnull=False, other__isnull=True)
                | Q(email="", complaint__isnull=True, other__isnull=False),
                name="privacy_connection_is_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["request", "email"], condition=~Q(email=""), name="privacy_connection_email_once"
            ),
            models.UniqueConstraint(
                fields=["request", "complaint"], name="privacy_connection_complaint_once"
            ),
            models.UniqueConstraint(fields=["request", "other"], name="privacy_connection_other_once"),
        ]

    def __str__(self) -> str:
        return self.email or str(self.complaint or self.other)


class Letter(models.Model):
    """What is written to a requester by post, as it was written."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="letters")
    at = models.DateTimeField(_("when"), default=timezone.now)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"))
    posted_at = models.DateTimeField(_("posted"), null=True, blank=True)

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.request} – {self.subject}"


class Reminder(models.Model):
    """A reminder that has been sent of an answer that is due."""

    class Level(models.TextChoices):
        """How urgent the answer is."""

        WEEK = "week"
        DAYS = "days"
        OVERDUE = "overdue"

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="reminders")
    due_on = models.DateField()
    """The day it reminded of: a new day is another reminder."""
    level = models.CharField(max_length=7, choices=Level)
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "due_on", "level"], name="privacy_reminder_once")
        ]

    def __str__(self) -> str:
        return f"{self.request} – {self.level} – {self.due_on}"


class Digest(models.Model):
    """A daily digest that has been sent."""

    on = models.DateField(primary_key=True)

    def __str__(self) -> str:
        return str(self.on)
