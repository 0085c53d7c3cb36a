"""Summary: a version in plain language and a few points, above the text and without its force."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents import rendering
from documents.models.library import Language
from documents.models.version import Version

LINK = re.compile(r'href="#([^"]*)"')


class Summary(models.Model):
    """What one version says, in plain language. It binds nobody, so it can be mended after publication."""

    MOST_POINTS = 6
    LONGEST_POINT = 300
    """Characters that a reader sees of a point."""

    version = models.ForeignKey(
        # Only a draft can be deleted; its summary goes with it.
        Version,
        on_delete=models.CASCADE,
        related_name="summaries",
        verbose_name=gettext_lazy("version"),
    )
    language = models.CharField(gettext_lazy("language"), max_length=2, choices=Language)
    text = models.TextField(gettext_lazy("points"))
    """A point a line, in Markdown."""
    written_at = models.DateTimeField(gettext_lazy("when"), default=timezone.now, editable=False)
    # Nobody for the files that come with the portal.
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=gettext_lazy("who"),
    )

    class Meta:
        verbose_name = gettext_lazy("plain-language summary")
        verbose_name_plural = gettext_lazy("plain-language summaries")
        ordering = ["version", "-language"]
        # Who may write it follows from the version (documents.summaries.may_summarise).
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["version", "language"], name="documents_summary_unique_language"),
        ]

    def __str__(self) -> str:
        return f"{self.version} ({self.language})"

    def clean(self) -> None:
        """Refuse more or longer points than one reads at a glance, and links that lead nowhere."""
        points = self.points()
        if len(points) > self.MOST_POINTS:
            raise ValidationError(
                {"text": _("Write %(most)d points at most, one a line.") % {"most": self.MOST_POINTS}}
            )
        for number, point in enumerate(points, start=1):
            if len(strip_tags(point)) > self.LONGEST_POINT:
                message = _("Point %(number)d is too long: it may have %(most)d characters.")
                values = {"number": number, "most": self.LONGEST_POINT}
                raise ValidationError({"text": message % values})
        if dead := self.dead_links():
            raise ValidationError({"text": dead})

    def points(self) -> tuple[SafeString, ...]:
        """Return the points as safe HTML."""
        return rendering.points(self.text)

    def dead_links(self) -> list[str]:
        """Say which links lead to no place of the text that is shown with it."""
        shown = self.version.edition_for(self.language)
        there = rendering.anchors(shown.text) if shown else frozenset()
        return [
            _("The summary (%(language)s) leads to #%(anchor)s, which the text does not have.")
            % {"language": self.get_language_display(), "anchor": anchor}
            for point in self.points()
            for anchor in LINK.findall(point)
            if anchor not in there
        ]
