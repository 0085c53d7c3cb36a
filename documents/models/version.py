"""Version: the wording of a document from a date on."""

import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.bilingual import Bilingual
from core.dates import long_date
from documents.addresses import VersionAddress
from documents.contracts import Interval
from documents.models.freezing import FreezingQuerySet, Frozen
from documents.models.library import Document

if TYPE_CHECKING:
    from documents.models.edition import Edition


class State(models.TextChoices):
    """Where a version stands on its way to the reader."""

    DRAFT = "draft", _("draft")
    REVIEW = "review", _("under review")
    APPROVED = "approved", _("approved")
    PUBLISHED = "published", _("published")
    WITHDRAWN = "withdrawn", _("withdrawn")


class VersionQuerySet(FreezingQuerySet["Version"]):
    """Reading rules for versions."""

    frozen = ~Q(state=State.DRAFT)

    def published(self) -> "VersionQuerySet":
        """Return the versions that readers may see, in force or not."""
        return self.filter(published_at__isnull=False)

    def in_force(self, on: datetime.date, *, signed_on: datetime.date | None = None) -> "VersionQuerySet":
        """Return, for each document, the published version that applies on the day `on`.

        To a contract signed on `signed_on`, or on that same day. It is the one with the latest effective date
        not after `on` among those declared for such contracts; among several of the same date, the last
        correction. One that was withdrawn before it ever applied does not count; after one that was
        withdrawn while it applied there is none, until another begins. A document with no such version is
        absent.
        """
        latest = (
            Version.objects.applying(signed_on or on)
            .filter(document=OuterRef("document"), effective_on__lte=on)
            .order_by("-effective_on", "-revision")
        )
        return self.published().filter(
            Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=on), pk=Subquery(latest.values("pk")[:1])
        )

    def applying(self, signed_on: datetime.date) -> "VersionQuerySet":
        """Return the published versions that at some time apply to a contract signed on a day."""
        return (
            self.published()
            .exclude(withdrawn_on__lte=F("effective_on"))
            .filter(
                Q(contracts_from_on__isnull=True) | Q(contracts_from_on__lte=signed_on),
                Q(contracts_until_on__isnull=True) | Q(contracts_until_on__gt=signed_on),
            )
        )

    def with_next(self, signed_on: datetime.date) -> "VersionQuerySet":
        """Add `next_on`: the day from which a later version takes the place of each, or None.

        For a contract signed on `signed_on`.
        """
        later = (
            Version.objects.applying(signed_on)
            .filter(document=OuterRef("document"), effective_on__gt=OuterRef("effective_on"))
            .order_by("effective_on")
        )
        return self.annotate(next_on=Subquery(later.values("effective_on")[:1]))

    def changes(self) -> "VersionQuerySet":
        """Return the published versions that take the place of an earlier one, the latest first."""
        applied = Version.objects.published().exclude(withdrawn_on__lte=F("effective_on"))
        earlier = applied.filter(
            Q(effective_on__lt=OuterRef("effective_on"))
            | Q(effective_on=OuterRef("effective_on"), revision__lt=OuterRef("revision")),
            document=OuterRef("document"),
        )
        begun = self.published().exclude(withdrawn_on__lte=F("effective_on"))
        return begun.filter(Exists(earlier)).order_by("-effective_on", "-revision", "-pk")


class Version(models.Model):
    """The wording of a document from a date on. Once published it never changes."""

    class ChangeKind(models.TextChoices):
        """What a version does to the one before it."""

        SUBSTANTIVE = "substantive", _("substantive: the meaning changes")
        EDITORIAL = "editorial", _("editorial: the meaning stays the same")

    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, related_name="versions", verbose_name=_("document")
    )
    effective_on = models.DateField(
        _("effective from"), help_text=_("First day on which this version applies.")
    )
    revision = models.PositiveSmallIntegerField(
        _("correction number"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(99)],
        help_text=_("2, 3 and so on for a correction that takes effect on the same day."),
    )
    contracts_from_on = models.DateField(
        _("for contracts signed from"),
        null=True,
        blank=True,
        help_text=_(
            "Leave both days empty when the version applies to every contract. Otherwise the version before "
            "stays in force, side by side with this one, for the other contracts."
        ),
    )
    contracts_until_on = models.DateField(
        _("for contracts signed before"),
        null=True,
        blank=True,
        help_text=_("First day of signature to which it does not apply."),
    )
    change_kind = models.CharField(
        _("kind of change"), max_length=12, choices=ChangeKind, default=ChangeKind.SUBSTANTIVE
    )
    change_summary_fr = models.TextField(_("what changed (French)"), blank=True)
    change_summary_en = models.TextField(_("what changed (English)"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("author"),
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("approved by"),
    )
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, editable=False)
    withdrawal_reason_fr = models.TextField(
        _("reason for the withdrawal (French)"), editable=False, blank=True
    )
    withdrawal_reason_en = models.TextField(
        _("reason for the withdrawal (English)"), editable=False, blank=True
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    published_at = models.DateTimeField(_("published on"), null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("published by"),
    )

    change_summary = Bilingual()
    withdrawal_reason = Bilingual()

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["document", "-effective_on", "-revision"]
        permissions = [("publish_version", _("Can publish a version"))]
        # What begins last and what was published last stand at the head of these, however many there are.
        indexes = [
            models.Index(
                fields=["-effective_on", "-revision", "-id"],
                condition=Q(published_at__isnull=False),
                name="documents_version_begun",
            ),
            models.Index(
                fields=["-published_at", "-id"],
                condition=Q(published_at__isnull=False),
                name="documents_version_newest",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "effective_on", "revision"],
                name="documents_version_unique_date",
                violation_error_message=_(
                    "This document already has a version from that date. "
                    "Give this one a higher correction number."
                ),
            ),
            models.CheckConstraint(condition=Q(revision__gte=1), name="documents_version_revision_positive"),
            models.CheckConstraint(
                condition=Q(author__isnull=True) | Q(approved_by__isnull=True) | ~Q(approved_by=F("author")),
                name="documents_version_approver_is_not_author",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=False) | ~Q(state=State.PUBLISHED),
                name="documents_version_published_has_date",
            ),
            models.CheckConstraint(
                condition=Q(contracts_from_on__isnull=True)
                | Q(contracts_until_on__isnull=True)
                | Q(contracts_from_on__lt=F("contracts_until_on")),
                name="documents_version_contracts_in_order",
                violation_error_message=_("The last day of signature must come after the first."),
            ),
            models.CheckConstraint(
                condition=Q(contracts_from_on__isnull=True) | Q(contracts_from_on__lte=F("effective_on")),
                name="documents_version_contracts_begun",
                violation_error_message=_(
                    "The first day of signature must not come after the effective date: until then the "
                    "version would apply to nothing."
                ),
            ),
        ]

    def __str__(self) -> str:
        words = f"{self.document} – {long_date(self.effective_on)}"
        if self.revision == 1:
            return words
        return f"{words} ({_('correction %(number)s') % {'number': self.revision}})"

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            refuse_if_frozen(self, self.pk)
        super().save(*args, **kwargs)

    @transaction.atomic
    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        refuse_if_frozen(self, self.pk)
        return super().delete(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("documents:version", args=[self.document.slug, self.address])

    @property
    def address(self) -> str:
        """The last part of the version's address: its date, and the correction's number from 2 on."""
        return str(VersionAddress(self.effective_on, self.revision))

    @property
    def is_published(self) -> bool:
        """Whether readers may see it, be it in force, superseded, announced or withdrawn."""
        return self.published_at is not None

    @property
    def is_draft(self) -> bool:
        """Whether it can still be changed."""
        return self.state == State.DRAFT

    @property
    def contracts(self) -> Interval:
        """The contracts it was made for, by their day of signature."""
        return Interval(self.contracts_from_on, self.contracts_until_on)

    @property
    def was_never_in_force(self) -> bool:
        """Whether it was withdrawn before its first day."""
        return self.withdrawn_on is not None and self.withdrawn_on <= self.effective_on

    def edition_for(self, language: str) -> "Edition | None":
        """Return the edition in `language`, or else in the original language, or else any."""
        editions = {edition.language: edition for edition in self.editions.all()}
        return (
            editions.get(language)
            or editions.get(self.document.original_language)
            or next(iter(editions.values()), None)
        )


def refuse_if_frozen(record: "Version | Edition", version_pk: int) -> None:
    """Lock the version until the transaction ends, and raise Frozen when it is no draft.

    The lock makes an editor's save and an approver's step wait for each other, so that nothing can be written
    between the check and the write.
    """
    version = Version.objects.select_for_update().filter(pk=version_pk).first()
    if version is not None and not version.is_draft:
        raise Frozen(f"{record} is no draft; a correction of a published version is a new version.")
