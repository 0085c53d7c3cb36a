"""Sections and documents: a legal text as such, and where it stands in the library."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.bilingual import Bilingual
from documents import fulltext


class Language(models.TextChoices):
    """The languages of a legal text."""

    FRENCH = "fr", _("French")
    ENGLISH = "en", _("English")


TAKEN_ADDRESSES = frozenset(
    {"on-a-date", "a-une-date", "check-a-file", "verifier-un-fichier", "feed", "preview"}
)
"""Last parts of the addresses of the library's other pages, in either language."""


STAMP = "documents"
"""Name of the stamp that changes with anything a reader sees of the library."""


SHELF_ORDER = ("position", "slug")
"""The order of the documents of a section."""


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


class DocumentQuerySet(models.QuerySet["Document", "Document"]):
    """Reading rules for documents."""

    def first_of_each(self, sections: Sequence[Section], most: int) -> "DocumentQuerySet":
        """Return up to `most` documents of each section, in their order. One statement."""
        first = Q()
        for section in sections:
            shelf = Document.objects.filter(section=section).order_by(*SHELF_ORDER)
            first |= Q(pk__in=shelf.values("pk")[:most])
        return self.filter(first).order_by(*SHELF_ORDER) if sections else self.none()


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
    is_for_copying = models.BooleanField(
        _("for copying"),
        default=False,
        help_text=_("The page offers the text, plain and as HTML, to be copied into mails and other places."),
    )

    title = Bilingual()
    description = Bilingual()

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["section__position", "section__slug", *SHELF_ORDER]
        indexes = [models.Index(fields=["section", *SHELF_ORDER], name="documents_document_shelf")]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Refuse an address that another page of the library has."""
        if self.slug in TAKEN_ADDRESSES:
            raise ValidationError({"slug": _("This address is taken by a page of the portal.")})

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        fulltext.index(connection).add([titles_row(self)])

    def get_absolute_url(self) -> str:
        return reverse("documents:document", args=[self.slug])


def titles_row(document: Document) -> fulltext.Row:
    """Return what the full-text index holds of a document itself: its titles, and what it is."""
    titles = f"{document.title_fr}\n{document.title_en}"
    return -document.pk, titles, f"{document.description_fr}\n{document.description_en}"
