"""Document, version, edition: a legal text, its wording from a date, that wording in one language."""

import datetime
from collections.abc import Iterable
from typing import IO, Any, TypeVar
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.bilingual import Bilingual
from core.folding import fold
from documents import pdf, rendering
from documents.addresses import VersionAddress

ModelT = TypeVar("ModelT", bound=models.Model)


class Language(models.TextChoices):
    """The languages of a legal text."""

    FRENCH = "fr", _("French")
    ENGLISH = "en", _("English")


class Frozen(Exception):
    """Somebody tried to change or delete a published version or one of its editions."""


class FreezingQuerySet(models.QuerySet[ModelT]):
    """Refuses to change or delete, in bulk, rows that are published."""

    frozen: Q
    """Which rows are."""

    def update(self, **values: Any) -> int:
        self._refuse_if_frozen()
        return super().update(**values)

    def bulk_update(self, objs: Iterable[ModelT], *args: Any, **kwargs: Any) -> int:
        records = list(objs)
        self.filter(pk__in=[record.pk for record in records])._refuse_if_frozen()
        return super().bulk_update(records, *args, **kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse_if_frozen()
        return super().delete()

    def _refuse_if_frozen(self) -> None:
        if self.order_by().filter(self.frozen).exists():
            raise Frozen(
                "Published versions and their editions cannot be changed; a correction is a new version."
            )


def searchable(text: str) -> str:
    """Return `text` folded for search, a space before every word, so that word beginnings are found."""
    return f" {fold(text)}"


class Section(models.Model):
    """A part of the library: ICT, telecommunications, software and so on."""

    slug = models.SlugField(_("address"), unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    name_fr = models.CharField(_("name (French)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=120)
    introduction_fr = models.TextField(_("introduction (French)"), blank=True)
    introduction_en = models.TextField(_("introduction (English)"), blank=True)
    introduction_original = models.CharField(
        _("original language of the introduction"),
        max_length=2,
        choices=Language,
        default=Language.FRENCH,
    )

    name = Bilingual()
    introduction = Bilingual()

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.name

    @property
    def introduction_is_translation(self) -> bool:
        """Whether the introduction the reader sees is not the original one."""
        return bool(self.introduction) and self.introduction.language != self.introduction_original


class Document(models.Model):
    """A legal text as such, whatever its wording at a given time."""

    slug = models.SlugField(
        _("address"), unique=True, help_text=_("Part of the page's address. It must never change.")
    )
    section = models.ForeignKey(
        Section, on_delete=models.PROTECT, related_name="documents", verbose_name=_("section")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    original_language = models.CharField(
        _("original language"), max_length=2, choices=Language, default=Language.FRENCH
    )
    title_fr = models.CharField(_("title (French)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200)
    description_fr = models.CharField(_("what it is (French)"), max_length=300, blank=True)
    description_en = models.CharField(_("what it is (English)"), max_length=300, blank=True)
    search_text = models.TextField(editable=False)

    title = Bilingual()
    description = Bilingual()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["section__position", "position", "slug"]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_text = searchable(
            " ".join([self.title_fr, self.title_en, self.description_fr, self.description_en])
        )
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("documents:document", args=[self.slug])


class VersionQuerySet(FreezingQuerySet["Version"]):
    """Reading rules for versions."""

    frozen = Q(published_at__isnull=False)

    def published(self) -> "VersionQuerySet":
        """Return the versions that readers may see, in force or not."""
        return self.filter(published_at__isnull=False)

    def in_force(self, on: datetime.date) -> "VersionQuerySet":
        """Return, for each document, the published version that applies on the day `on`.

        That is the one with the latest effective date not after `on`; among several of the same date,
        the last correction. A document with no such version is absent.
        """
        latest = (
            Version.objects.published()
            .filter(document=OuterRef("document"), effective_on__lte=on)
            .order_by("-effective_on", "-revision")
        )
        return self.published().filter(pk=Subquery(latest.values("pk")[:1]))

    def changes(self) -> "VersionQuerySet":
        """Return the published versions that take the place of an earlier one, the latest first."""
        earlier = Version.objects.published().filter(
            Q(effective_on__lt=OuterRef("effective_on"))
            | Q(effective_on=OuterRef("effective_on"), revision__lt=OuterRef("revision")),
            document=OuterRef("document"),
        )
        return self.published().filter(Exists(earlier)).order_by("-effective_on", "-revision")


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
        validators=[MinValueValidator(1)],
        help_text=_("2, 3 and so on for a correction that takes effect on the same day."),
    )
    change_kind = models.CharField(
        _("kind of change"), max_length=12, choices=ChangeKind, default=ChangeKind.SUBSTANTIVE
    )
    change_summary_fr = models.TextField(_("what changed (French)"), blank=True)
    change_summary_en = models.TextField(_("what changed (English)"), blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    published_at = models.DateTimeField(_("published on"), null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("published by"),
    )

    change_summary = Bilingual()

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["document", "-effective_on", "-revision"]
        permissions = [("publish_version", _("Can publish a version"))]
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
        ]

    def __str__(self) -> str:
        return f"{self.document} – {self.address}"

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
        """Whether readers may see it, and nobody may change it."""
        return self.published_at is not None

    def edition_for(self, language: str) -> "Edition | None":
        """Return the edition in `language`, or else in the original language, or else any."""
        editions = {edition.language: edition for edition in self.editions.all()}
        return (
            editions.get(language)
            or editions.get(self.document.original_language)
            or next(iter(editions.values()), None)
        )


def refuse_if_frozen(record: "Version | Edition", version_pk: int) -> None:
    """Lock the version until the transaction ends, and raise Frozen when it is published.

    The lock makes an editor's save and an approver's publication wait for each other, so that nothing can be
    written between the check and the write.
    """
    version = Version.objects.select_for_update().filter(pk=version_pk).first()
    if version is not None and version.is_published:
        raise Frozen(f"{record} is published; a correction is a new version.")


class EditionQuerySet(FreezingQuerySet["Edition"]):
    """Editions of published versions cannot be changed in bulk either."""

    frozen = Q(version__published_at__isnull=False)


def edition_path(edition: "Edition", filename: str) -> str:
    """Return where an edition's file is stored: under its document, with a name that nobody can guess."""
    return f"documents/{edition.version.document.slug}/{uuid4().hex}.pdf"


class Edition(models.Model):
    """A version in one language: page text, a PDF file, or both."""

    version = models.ForeignKey(
        Version, on_delete=models.CASCADE, related_name="editions", verbose_name=_("version")
    )
    language = models.CharField(_("language"), max_length=2, choices=Language)
    text = models.TextField(
        _("page text"),
        blank=True,
        help_text=_(
            "Markdown: ## for a heading, - for a list, **bold**. Leave empty when there is only a PDF."
        ),
    )
    file = models.FileField(_("PDF file"), upload_to=edition_path, blank=True, max_length=200)
    is_specimen = models.BooleanField(
        _("specimen"),
        default=False,
        help_text=_(
            "The file is only a placeholder for the company’s own document; "
            "the page says that it is not binding."
        ),
    )
    file_size = models.PositiveIntegerField(_("size in bytes"), default=0, editable=False)
    file_pages = models.PositiveIntegerField(_("pages"), default=0, editable=False)
    file_sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, editable=False)
    file_text = models.TextField(editable=False, blank=True)
    search_text = models.TextField(editable=False, blank=True)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["version", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "language"],
                name="documents_edition_unique_language",
                violation_error_message=_("This version already has an edition in that language."),
            ),
            models.CheckConstraint(
                condition=Q(file="") | ~Q(file_sha256=""), name="documents_edition_file_inspected"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} ({self.language})"

    def clean(self) -> None:
        """Inspect a new PDF and take down its facts; refuse an edition with neither text nor file."""
        if not self.text.strip() and not self.file:
            raise ValidationError(_("Give the page text, a PDF file, or both."))
        if not self.file:
            self._describe(pdf.PdfFacts(size=0, sha256="", pages=0, text=""))
        elif not self.file._committed:  # type: ignore[attr-defined]  # Django's own mark of a new upload
            try:
                self._describe(pdf.inspect(self.file.file))
            except ValidationError as error:
                raise ValidationError({"file": error}) from error

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        refuse_if_frozen(self, self.version_id)
        self.search_text = searchable(f"{rendering.plain(self.text)}\n{self.file_text}")
        super().save(*args, **kwargs)

    @transaction.atomic
    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        refuse_if_frozen(self, self.version_id)
        return super().delete(*args, **kwargs)

    @property
    def is_translation(self) -> bool:
        """Whether this edition is in another language than the original."""
        return self.language != self.version.document.original_language

    @property
    def file_url(self) -> str:
        """The file's address, which never changes and never answers with another file."""
        return reverse(
            "documents-file", args=[self.version.document.slug, self.version.address, self.language]
        )

    @property
    def file_name(self) -> str:
        """The name under which a reader saves the file."""
        return f"{self.version.document.slug}-{self.version.address}-{self.language}.pdf"

    def rendered(self) -> rendering.RenderedText:
        """Return the page text as safe HTML with its headings."""
        return rendering.render(self.text)

    def open_file(self) -> IO[bytes]:
        """Open the stored PDF for reading. Raises FileNotFoundError when storage has lost it."""
        opened: IO[bytes] = self.file.storage.open(self.file.name or "")
        return opened

    def _describe(self, facts: pdf.PdfFacts) -> None:
        self.file_size, self.file_pages = facts.size, facts.pages
        self.file_sha256, self.file_text = facts.sha256, facts.text
