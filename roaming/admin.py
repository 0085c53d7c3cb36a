"""Zones, destinations and their listings in the admin."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.staff import PublicPageAdmin
from roaming.models import Alias, Destination, Listing, Zone


@admin.register(Zone)
class ZoneAdmin(PublicPageAdmin):
    """The zones and what is said of them."""

    list_display = ("__str__", "code", "is_excluded", "position")
    list_filter = ("is_excluded",)
    search_fields = ("code", "name_fr", "name_en")

    def get_readonly_fields(self, request: HttpRequest, obj: Zone | None = None) -> tuple[str, ...]:
        # The content files and the JSON interface know a zone by it.
        return ("code",) if obj else ()

    fieldsets = (
        (None, {"fields": (("code", "position"), "is_excluded", ("name_fr", "name_en"))}),
        (_("Note shown with the zone"), {"fields": (("note_fr", "note_en"),)}),
    )


class ListingInline(admin.TabularInline[Listing, Destination]):
    """The zones a destination is listed in."""

    model = Listing
    extra = 0
    fields = ("zone", "position", "name_as_published", "listed_from_on", "listed_until_on")


class AliasInline(admin.TabularInline[Alias, Destination]):
    """The other names of a destination."""

    model = Alias
    extra = 1


@admin.register(Destination)
class DestinationAdmin(PublicPageAdmin):
    """Countries and territories, with their zones and other names."""

    list_display = ("iso", "name_fr", "name_en", "zone_codes")
    list_display_links = ("iso", "name_fr", "name_en")
    list_filter = ("listings__zone",)
    search_fields = ("iso", "name_fr", "name_en", "aliases__name", "listings__name_as_published")
    fields = ("iso", ("name_fr", "name_en"))
    inlines = (ListingInline, AliasInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Destination]:
        return super().get_queryset(request).prefetch_related("listings__zone")

    @admin.display(description=_("zones"))
    def zone_codes(self, destination: Destination) -> str:
        """The codes of its zones, more than one where the published lists name it twice."""
        return ", ".join(sorted({listing.zone.code for listing in destination.listings.all()}))


@admin.register(Listing)
class ListingAdmin(admin.ModelAdmin[Listing]):
    """The entries of the lists, as published."""

    list_display = (
        "name_as_published",
        "zone",
        "position",
        "destination",
        "listed_from_on",
        "listed_until_on",
    )
    list_filter = ("zone",)
    list_select_related = ("zone", "destination")
    search_fields = ("name_as_published", "destination__name_fr", "destination__name_en", "destination__iso")
    autocomplete_fields = ("destination",)
    fields = (
        ("zone", "position"),
        ("destination", "name_as_published"),
        ("listed_from_on", "listed_until_on"),
    )
