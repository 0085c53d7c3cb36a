"""Zones, destinations, listings (a destination in a zone, from, until) and aliases."""

import datetime
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.bilingual import Bilingual
from core.folding import fold

STAMP = "roaming"
"""Name of the stamp (core.stamps) of the zones, their lists and the names of destinations."""

HOME = "LU"
"""ISO code of Luxembourg, where there is no roaming."""


class Zone(models.Model):
    """A roaming zone of the mobile plans."""

    code = models.CharField(
        _("code"),
        max_length=12,
        unique=True,
        validators=[RegexValidator(r"^[A-Z][A-Z0-9]*$", _("Capital letters and digits, without spaces."))],
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_excluded = models.BooleanField(
        _("excluded"), default=False, help_text=_("The subscriptions do not include its destinations.")
    )
    name_fr = models.CharField(_("name (French)"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=80)
    note_fr = models.TextField(_("note (French)"), blank=True)
    note_en = models.TextField(_("note (English)"), blank=True)

    name = Bilingual()
    note = Bilingual()

    class Meta:
        verbose_name = _("zone")
        verbose_name_plural = _("zones")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('roaming:zones')}#{self.code.lower()}"


class Destination(models.Model):
    """A country or territory that the zone lists name."""

    iso = models.CharField(
        _("ISO code"),
        max_length=2,
        unique=True,
        validators=[RegexValidator(r"^[A-Z]{2}$", _("Two capital letters, as in ISO 3166-1."))],
        help_text=_("ISO 3166-1 alpha-2, for example TN."),
    )
    name_fr = models.CharField(_("name (French)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=120)

    name = Bilingual()

    class Meta:
        verbose_name = _("destination")
        verbose_name_plural = _("destinations")
        ordering = ["iso"]

    def __str__(self) -> str:
        return f"{self.name} ({self.iso})"

    def get_absolute_url(self) -> str:
        return f"{reverse('roaming:lookup')}?q={self.iso}"


class ListingQuerySet(models.QuerySet["Listing"]):
    """Reading rules for listings."""

    def on(self, day: datetime.date) -> "ListingQuerySet":
        """Return the listings that apply on `day`; an open date means "always"."""
        return self.filter(
            Q(listed_from_on__isnull=True) | Q(listed_from_on__lte=day),
            Q(listed_until_on__isnull=True) | Q(listed_until_on__gt=day),
        )


class Listing(models.Model):
    """A destination's entry in the list of a zone. A destination may have several, even in two zones."""

    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="listings", verbose_name=_("zone"))
    destination = models.ForeignKey(
        Destination, on_delete=models.PROTECT, related_name="listings", verbose_name=_("destination")
    )
    position = models.PositiveSmallIntegerField(
        _("position"), help_text=_("Place in the published list of the zone.")
    )
    name_as_published = models.CharField(_("name as published"), max_length=120)
    listed_from_on = models.DateField(
        _("listed from"), null=True, blank=True, help_text=_("Left empty: from the start.")
    )
    listed_until_on = models.DateField(
        _("no longer listed from"),
        null=True,
        blank=True,
        help_text=_("First day without it. Left empty: no end."),
    )

    objects = ListingQuerySet.as_manager()

    class Meta:
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        ordering = ["zone", "position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(listed_from_on__isnull=True)
                | Q(listed_until_on__isnull=True)
                | Q(listed_until_on__gt=F("listed_from_on")),
                name="roaming_listing_dates_in_order",
                violation_error_message=_("The last date must come after the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name_as_published} – {self.zone.code}"

    def applies(self, on: datetime.date) -> bool:
        """Whether it applies on the day `on` (the rule of ListingQuerySet.on, for a row already read)."""
        return (self.listed_from_on is None or self.listed_from_on <= on) and (
            self.listed_until_on is None or on < self.listed_until_on
        )

    def can_go_on(self, from_on: datetime.date) -> bool:
        """Whether it applies on the day `from_on` or until it, and so can apply on without a gap."""
        return (self.listed_from_on is None or self.listed_from_on <= from_on) and (
            self.listed_until_on is None or from_on <= self.listed_until_on
        )


class Alias(models.Model):
    """Another name under which people look for a destination."""

    destination = models.ForeignKey(
        Destination, on_delete=models.CASCADE, related_name="aliases", verbose_name=_("destination")
    )
    name = models.CharField(
        _("other name"), max_length=120, help_text=_("Capitals, accents and hyphens make no difference.")
    )
    key = models.CharField(max_length=240, editable=False)
    is_part = models.BooleanField(
        _("names a part"),
        default=False,
        help_text=_("An island, a region or a city in the destination, not the destination itself."),
    )

    class Meta:
        verbose_name = _("other name")
        verbose_name_plural = _("other names")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["destination", "key"],
                name="roaming_alias_unique_key",
                violation_error_message=_("The destination already has this other name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Work out the key before the uniqueness of destination and key is checked."""
        self.key = fold(self.name)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.key = fold(self.name)
        super().save(*args, **kwargs)
