"""Wording: the templates of what the portal writes to complainants, edited by staff."""

import re
from collections.abc import Collection, Mapping

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.bilingual import LANGUAGES

PLACEHOLDER = re.compile(r"\{(\w+)\}")
BRACES = re.compile(r"[{}]")
BLANK_LINES = re.compile(r"\n{3,}")

COMMON = ("name", "reference", "received_on", "due_on", "brand", "follow_address", "complaints_email")
"""Placeholders that every template may use."""


class Kind(models.TextChoices):
    """What there is to say."""

    ACKNOWLEDGEMENT = "acknowledgement", _("Acknowledgement of receipt")
    ASSIGNMENT = "assignment", _("Owner and sponsor")
    INFORMATION = "information", _("Request for information")
    DELAY = "delay", _("Delay notice")
    ANSWER = "answer", _("Answer")
    MANAGEMENT = "management", _("Paragraph on the examination by the management")
    ESCALATION = "escalation", _("Escalation received")
    CLOSED = "closed", _("Complaint closed")
    WITHDRAWN = "withdrawn", _("Withdrawal received")
    ACCESS = "access", _("Link to the case")


OWN: Mapping[Kind, tuple[str, ...]] = {
    Kind.ASSIGNMENT: ("owner", "sponsor"),
    Kind.INFORMATION: ("request",),
    Kind.DELAY: ("causes", "until_on"),
    Kind.ANSWER: ("answer", "management"),
    Kind.CLOSED: ("management",),
    Kind.ACCESS: ("link", "minutes"),
}
"""Placeholders of one kind; each of them must be used, or the message would say nothing."""


def fill(wording: str, values: Mapping[str, str]) -> str:
    """Return `wording` with `values` in the place of its placeholders, each put in once and never read again.

    A placeholder without a value leaves nothing.
    """
    return PLACEHOLDER.sub(lambda found: values.get(found[1], ""), wording.replace("\r\n", "\n"))


def placeholder_faults(wording: str, allowed: Collection[str]) -> list[ValidationError]:
    """Return what is wrong with the curly brackets of a wording in which `allowed` can stand."""
    faults = [
        ValidationError(_("{%(name)s} is not known here."), params={"name": unknown})
        for unknown in sorted(set(PLACEHOLDER.findall(wording)) - set(allowed))
    ]
    if BRACES.search(PLACEHOLDER.sub("", wording)):
        faults.append(ValidationError(_("A curly bracket has no counterpart.")))
    return faults


class Template(models.Model):
    """The wording of one kind of message in one language."""

    kind = models.CharField(_("message"), max_length=20, choices=Kind)
    language = models.CharField(
        _("language"), max_length=2, choices=[("fr", _("French")), ("en", _("English"))]
    )
    subject = models.CharField(_("subject"), max_length=150, blank=True)
    text = models.TextField(_("text"), max_length=5_000)

    class Meta:
        verbose_name = _("message template")
        verbose_name_plural = _("message templates")
        ordering = ["kind", "language"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "language"], name="complaints_template_unique")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.language})"

    def clean(self) -> None:
        """Refuse a placeholder that is not known here, and a text without one that it needs."""
        # As in the file: browsers send other line ends, and saving a text unchanged is no change of it.
        self.text = self.text.replace("\r\n", "\n")
        if self.kind not in Kind.values:
            return
        errors = {name: placeholder_faults(getattr(self, name), self.allowed) for name in ("subject", "text")}
        for needed in OWN.get(Kind(self.kind), ()):
            if f"{{{needed}}}" not in self.text:
                errors["text"].append(
                    ValidationError(_("The text must contain {%(name)s}."), params={"name": needed})
                )
        if not self.subject.strip() and self.kind != Kind.MANAGEMENT:
            errors["subject"].append(ValidationError(_("Give a subject.")))
        if errors := {name: found for name, found in errors.items() if found}:
            raise ValidationError(errors)

    @property
    def allowed(self) -> tuple[str, ...]:
        """The placeholders that can be used in it."""
        return (*COMMON, *OWN.get(Kind(self.kind), ()))

    def filled(self, values: Mapping[str, str]) -> tuple[str, str]:
        """Return subject and text with `values` in their places, each put in once and never read again."""
        subject = " ".join(fill(self.subject, values).split())
        return subject, BLANK_LINES.sub("\n\n", fill(self.text, values)).strip() + "\n"


def template_for(kind: Kind, language: str) -> Template:
    """Return the template of a kind in a language of the portal. Raises Template.DoesNotExist without one."""
    return Template.objects.get(kind=kind, language=language if language in LANGUAGES else "fr")
