"""Edition: a version in one language."""

from typing import IO, Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.bilingual import reading_language
from documents import pdf, rendering
from documents.models.freezing import FreezingQuerySet
from documents.models.library import Language
from documents.models.summary import Summary
from documents.models.version import State, Version, refuse_if_frozen


class EditionQuerySet(FreezingQuerySet["Edition"]):
    """Editions of what is no draft cannot be changed in bulk either."""

    frozen = ~Q(version__state=State.DRAFT)

    def for_reading(self) -> "EditionQuerySet":
        """Return them as a page shows them: without the text of the file, and with `summary_text`.

        That is the plain-language summary of the version in the reader's language, "" when it has none.
        """
        summary = Summary.objects.filter(version=OuterRef("version"), language=reading_language())
        in_brief = Coalesce(Subquery(summary.values("text")[:1]), Value(""), output_field=models.TextField())
        return self.defer("file_text").annotate(summary_text=in_brief)


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
    file_findings = models.JSONField(default=list, editable=False, blank=True)
    file_text = models.TextField(editable=False, blank=True)

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

    def minutes(self) -> int:
        """Return about how many minutes the page text takes to read."""
        return rendering.minutes(self.text)

    def plain_text(self) -> str:
        """Return the page text without its markup, a blank line between paragraphs."""
        return rendering.plain(self.text).replace("\n", "\n\n")

    def open_file(self) -> IO[bytes]:
        """Open the stored PDF for reading. Raises FileNotFoundError when storage has lost it."""
        opened: IO[bytes] = self.file.storage.open(self.file.name or "")
        return opened

    def _describe(self, facts: pdf.PdfFacts) -> None:
        self.file_size, self.file_pages = facts.size, facts.pages
        self.file_sha256, self.file_text = facts.sha256, facts.text
        self.file_findings = list(facts.findings)
