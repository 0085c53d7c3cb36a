"""Access: a link that opens a case once, and a legal hold that keeps it from being erased."""

import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.models.case import Complaint
from core.links import OneTimeLink


class AccessLink(OneTimeLink):
    """A link that was mailed to a complainant. It opens the case once, and only for a while."""

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="access_links")

    def __str__(self) -> str:
        return f"{self.complaint} – {self.created_at:%Y-%m-%d %H:%M}"


class HoldQuerySet(models.QuerySet["Hold"]):
    """Reading rules for holds."""

    def active(self, on: datetime.date) -> "HoldQuerySet":
        """Return the holds that keep a case from being erased on a day: confirmed, not lifted, not over."""
        return self.filter(confirmed_at__isnull=False, lifted_at__isnull=True, until_on__gt=on)

    def to_confirm(self, by: User) -> "HoldQuerySet":
        """Return the holds of which somebody other than `by` has asked for the beginning or a later end.

        Nobody has decided on it yet.
        """
        asked = HoldExtension.objects.filter(
            hold=OuterRef("pk"), confirmed_at__isnull=True, declined_at__isnull=True
        ).exclude(requested_by=by)
        unconfirmed = Q(confirmed_at__isnull=True) & ~Q(requested_by=by)
        return self.filter(unconfirmed | Q(Exists(asked)), lifted_at__isnull=True)


class TwoPersonRule(models.Model):
    """A reason to keep a case until a day, given by one person and confirmed by another."""

    reason = models.TextField(_("reason"))
    until_on = models.DateField(_("held until"))
    requested_at = models.DateTimeField(_("requested"), default=timezone.now)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("requested by"),
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("confirmed by"),
    )

    class Meta:
        abstract = True
        ordering = ["requested_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False)
                & ~Q(confirmed_by=F("requested_by")),
                name="%(app_label)s_%(class)s_confirmed_by_another",
            )
        ]


class Hold(TwoPersonRule):
    """A legal hold: it keeps a case from being erased beyond its time."""

    complaint = models.ForeignKey(
        Complaint, on_delete=models.CASCADE, related_name="holds", verbose_name=_("complaint")
    )
    lifted_at = models.DateTimeField(_("lifted"), null=True)

    objects = HoldQuerySet.as_manager()

    class Meta(TwoPersonRule.Meta):
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        constraints = [
            *TwoPersonRule.Meta.constraints,
            models.UniqueConstraint(
                fields=["complaint"],
                condition=Q(lifted_at__isnull=True),
                name="complaints_hold_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint} – {self.until_on}"


class HoldExtension(TwoPersonRule):
    """A later end of a hold. Once it is confirmed, the hold lasts until then."""

    hold = models.ForeignKey(Hold, on_delete=models.CASCADE, related_name="extensions")
    declined_at = models.DateTimeField(null=True)

    class Meta(TwoPersonRule.Meta):
        # Who may ask for a hold and decide on it may do so with its extension.
        default_permissions = ()
        constraints = [
            *TwoPersonRule.Meta.constraints,
            models.UniqueConstraint(
                fields=["hold"],
                condition=Q(confirmed_at__isnull=True, declined_at__isnull=True),
                name="complaints_holdextension_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hold} – {self.until_on}"
