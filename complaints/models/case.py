"""Complaint: what a customer complains of, who takes care of it, and where it stands."""

import datetime
from collections.abc import Mapping

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.models.search import Words, WordsIndex
from core.folding import fold
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
    ASSIGNED = "assigned", _("Assigned")
    EXAMINED = "examined", _("Under examination")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Closed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


OPEN = (Status.RECEIVED, Status.ASSIGNED, Status.EXAMINED)
"""Statuses in which a complaint waits for an answer."""

ENDED = (Status.CLOSED, Status.WITHDRAWN)


class Channel(models.TextChoices):
    """How a complaint came."""

    WEB = "web", _("This site")
    EMAIL = "email", _("E-mail")
    LETTER = "letter", _("Letter")
    PHONE = "phone", _("Telephone")


class Stage(models.TextChoices):
    """At which level a complaint is examined. Each has a clock of its own."""

    FIRST = "first", _("First examination")
    MANAGEMENT = "management", _("Examination by the management")
    REOPENED = "reopened", _("Examined again")


class Outcome(models.TextChoices):
    """How a complaint ended."""

    UPHELD = "upheld", _("Upheld")
    PARTLY_UPHELD = "partly_upheld", _("Partly upheld")
    REJECTED = "rejected", _("Not upheld")


class DelayCause(models.TextChoices):
    """Why an answer takes longer, in one word for the statistics; it stays when the words are erased."""

    INFORMATION = "information", _("Information is missing")
    OTHERS = "others", _("Somebody outside our company must contribute")
    COMPLEX = "complex", _("The examination is extensive")
    VOLUME = "volume", _("Many complaints at the same time")
    OTHER = "other", _("Another cause")


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    """Reading rules for complaints."""

    def open(self) -> "ComplaintQuerySet":
        """Return the complaints that still wait for an answer: those of a status of OPEN."""
        return self.filter(is_waiting=1)

    def overdue(self, on: datetime.date) -> "ComplaintQuerySet":
        """Return the open complaints whose answer was due before the day `on`."""
        return self.open().filter(answer_due_on__lt=on)

    def not_set_aside(self) -> "ComplaintQuerySet":
        """Return the complaints that are not suspected to be spam."""
        return self.filter(set_aside_at__isnull=True)


SEARCHED = ("full_name", "company", "email", "invoice_reference", "intervention_reference")
"""Fields of the form in which staff search, beside the reference."""


def searched_in(reference: str, facts: Mapping[str, str]) -> str:
    """Return the text in which a complaint is searched: words without accents, a space before each."""
    return f" {fold(' '.join([reference, *(facts.get(name, '') for name in SEARCHED)]))}"


ERASED = Q(erased_at__isnull=False)


class Complaint(models.Model):
    """What a customer complains of, who takes care of it, and where it stands."""

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    submission_key = models.CharField(max_length=64, unique=True, editable=False)
    language = models.CharField(
        _("language"), max_length=2, choices=[("fr", _("French")), ("en", _("English"))]
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.RECEIVED)
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    channel = models.CharField(_("came by"), max_length=6, choices=Channel, default=Channel.WEB)
    stage = models.CharField(_("level"), max_length=10, choices=Stage, default=Stage.FIRST)
    stage_began_on = models.DateField(_("examined at this level since"), null=True, blank=True)
    """None in the first examination, which begins with the receipt."""
    answer_due_on = models.DateField(_("answer due"))
    target_on = models.DateField(_("internal target"), null=True, blank=True)

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
    involved = models.CharField(_("people concerned at our company"), max_length=200, blank=True)

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
    conflict_reason = models.TextField(_("reason for naming a person concerned"), blank=True)
    delay_causes = models.TextField(_("causes of the delay"), blank=True)
    delay_cause = models.CharField(_("main cause"), max_length=12, choices=DelayCause, blank=True)
    delayed_until_on = models.DateField(_("examination expected to end"), null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=15, choices=Outcome, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    news_at = models.DateTimeField(_("new information"), null=True, blank=True)
    """When the complainant last added something that staff have not acknowledged; None when nothing waits."""
    set_aside_at = models.DateTimeField(_("set aside"), null=True, blank=True)
    suspicions = models.JSONField(_("suspicions"), default=list, blank=True)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True)
    search_text = models.TextField(editable=False, blank=True)
    """What staff search in, folded, a space before every word (searched_in)."""
    is_waiting = models.GeneratedField(
        expression=models.Case(models.When(status__in=OPEN, then=1), default=0),
        output_field=models.PositiveSmallIntegerField(),
        db_persist=True,
    )
    """1 while it waits for an answer, 0 otherwise: what waits stands first in the inbox, and has an index."""

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        permissions = [("export_complaint", _("Can export complaints"))]
        ordering = ["answer_due_on", "received_at"]
        indexes = [
            models.Index(fields=["status", "answer_due_on"], name="complaints_status_due"),
            models.Index(fields=["received_at"], condition=Q(is_waiting=1), name="complaints_oldest_open"),
            models.Index(fields=["-is_waiting", "answer_due_on", "received_at"], name="complaints_inbox"),
            WordsIndex(Words("search_text"), name="complaints_words"),
            # The next three hold all that the statistics count (complaints/report.py): no row is read.
            models.Index(
                fields=[
                    "received_at",
                    "set_aside_at",
                    "kind",
                    "channel",
                    "language",
                    "status",
                    "delay_cause",
                    "delayed_until_on",
                ],
                name="complaints_counted",
            ),
            models.Index(
                fields=[
                    "answered_at",
                    "set_aside_at",
                    "outcome",
                    "answer_due_on",
                    "stage_began_on",
                    "received_at",
                ],
                name="complaints_answers",
            ),
            models.Index(fields=["closed_at", "set_aside_at"], name="complaints_closings"),
            # What is to be erased (complaints/retention.py): tombstones stay, and need not be passed over.
            models.Index(
                fields=["received_at"], condition=Q(erased_at__isnull=True), name="complaints_not_erased"
            ),
            # How many came with this address (complaints/suspicion.py).
            models.Index(Upper("email"), name="complaints_address"),
            models.Index(fields=["news_at"], condition=Q(news_at__isnull=False), name="complaints_news"),
            models.Index(
                fields=["set_aside_at"], condition=Q(set_aside_at__isnull=False), name="complaints_set_aside"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=ERASED | ~Q(answer_by=AnswerBy.EMAIL) | ~Q(email=""),
                name="complaints_email_to_answer_by",
            ),
            models.CheckConstraint(
                condition=Q(owner__isnull=True, sponsor__isnull=True)
                | Q(owner__isnull=False, sponsor__isnull=False) & ~Q(owner=F("sponsor")),
                name="complaints_owner_and_sponsor_differ",
            ),
            models.CheckConstraint(
                condition=ERASED
                | Q(delayed_until_on__isnull=True, delay_causes="")
                | Q(delayed_until_on__isnull=False) & ~Q(delay_causes=""),
                name="complaints_delay_has_causes_and_date",
            ),
            models.CheckConstraint(
                condition=ERASED
                | Q(answered_at__isnull=True, answer="")
                | Q(answered_at__isnull=False) & ~Q(answer=""),
                name="complaints_answer_has_date_and_text",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.CLOSED)
                | Q(closed_at__isnull=False, answered_at__isnull=False) & ~Q(outcome=""),
                name="complaints_closed_after_answer_with_outcome",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.WITHDRAWN, withdrawn_at__isnull=False)
                | ~Q(status=Status.WITHDRAWN) & Q(withdrawn_at__isnull=True),
                name="complaints_withdrawn_has_date",
            ),
            models.CheckConstraint(
                condition=~ERASED | Q(full_name="", email="", phone="", address="", description=""),
                name="complaints_erased_is_empty",
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

    @property
    def clock_began_on(self) -> datetime.date:
        """The day from which the month of the current examination is counted."""
        return self.stage_began_on or self.received_on

    @property
    def expected_on(self) -> datetime.date:
        """The day by which the complainant has been told to expect the answer."""
        return self.delayed_until_on or self.answer_due_on

    @property
    def can_be_escalated(self) -> bool:
        """Whether the complainant may ask the management: no answer in time, or none that grants everything.

        Policy, step 3: "if you did not receive an answer or a satisfactory answer".
        """
        if self.stage == Stage.MANAGEMENT or self.status == Status.WITHDRAWN or self.erased_at:
            return False
        if self.answered_at:
            return self.outcome != Outcome.UPHELD
        return timezone.localdate() > self.answer_due_on
