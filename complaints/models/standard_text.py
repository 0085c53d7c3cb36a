"""Standard texts: what staff write again and again in answers, requests for information and delay notices."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.models.case import Complaint, Kind
from complaints.models.wording import BLANK_LINES, COMMON, fill, placeholder_faults


class Purpose(models.TextChoices):
    """Into what a standard text goes."""

    ANSWER = "answer", _("Answer")
    INFORMATION = "information", _("Request for information")
    DELAY = "delay", _("Causes of the delay")


class StandardTextQuerySet(models.QuerySet["StandardText"]):
    """Reading rules for standard texts."""

    def fitting(self, complaint: Complaint, purpose: Purpose) -> "StandardTextQuerySet":
        """Return those for a purpose in the language of a complaint, the ones for its kind first."""
        found = self.filter(purpose=purpose, language=complaint.language)
        return found.filter(Q(kind="") | Q(kind=complaint.kind)).order_by("-kind", "title")


class StandardText(models.Model):
    """A text that staff put into what they write to a complainant, and change there as they like."""

    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose)
    language = models.CharField(
        _("language"), max_length=2, choices=[("fr", _("French")), ("en", _("English"))]
    )
    kind = models.CharField(
        _("kind"),
        max_length=20,
        choices=Kind,
        blank=True,
        help_text=_("Only offered with complaints of this kind; with all of them when it is left empty."),
    )
    title = models.CharField(
        _("title"), max_length=100, help_text=_("By which staff choose it; the complainant does not see it.")
    )
    text = models.TextField(_("text"), max_length=5_000)

    objects = StandardTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("standard text")
        verbose_name_plural = _("standard texts")
        ordering = ["purpose", "language", "title"]
        # Who may edit message templates edits these: see StandardTextAdmin.
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "language", "kind", "title"], name="complaints_standardtext_unique"
            )
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Refuse a placeholder that is not known here."""
        self.text = self.text.replace("\r\n", "\n")
        if faults := placeholder_faults(self.text, self.allowed):
            raise ValidationError({"text": faults})

    @property
    def allowed(self) -> tuple[str, ...]:
        """The placeholders that can be used in it."""
        return COMMON

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the text with `values` in their places, each put in once and never read again."""
        return BLANK_LINES.sub("\n\n", fill(self.text, values)).strip()
