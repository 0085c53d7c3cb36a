"""Zones, destinations and their listings in the admin."""

import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import ForeignKey, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core.bilingual import reading_language
from core.dates import long_date
from core.staff import NamedInlineFormSet, PublicPageAdmin
from core.stamps import stamp
from roaming.forms import ImportForm, MoveForm
from roaming.importing import Reading, read
from roaming.index import current
from roaming.models import STAMP, Alias, Destination, Listing, Zone
from roaming.moving import MoveRefused, cancelled, differences, move, replace_lists

LIST_PERMISSIONS = ("roaming.add_listing", "roaming.change_listing", "roaming.delete_listing")
"""What somebody must be allowed to move destinations and to import lists."""


def require_lists(request: HttpRequest) -> None:
    """Raise PermissionDenied for staff who may not change the lists."""
    if not request.user.has_perms(LIST_PERMISSIONS):
        raise PermissionDenied


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


class ListingInline(admin.StackedInline[Listing, Destination]):
    """The zones a destination is listed in."""

    model = Listing
    formset = NamedInlineFormSet
    extra = 0
    fields = (("zone", "position", "name_as_published"), ("listed_from_on", "listed_until_on"))


class AliasInline(admin.StackedInline[Alias, Destination]):
    """The other names of a destination."""

    model = Alias
    formset = NamedInlineFormSet
    extra = 1
    fields = (("name", "is_part"),)


@admin.register(Destination)
class DestinationAdmin(PublicPageAdmin):
    """Countries and territories, with their zones and other names."""

    list_display = ("iso", "name_fr", "name_en", "zone_codes")
    list_display_links = ("iso", "name_fr", "name_en")
    list_filter = ("listings__zone",)
    search_fields = ("iso", "name_fr", "name_en", "aliases__name", "listings__name_as_published")
    fields = ("iso", ("name_fr", "name_en"))
    inlines = (ListingInline, AliasInline)

    def get_urls(self) -> list[URLPattern]:
        move_url = path(
            "<int:pk>/move/", self.admin_site.admin_view(self.move_view), name="roaming_destination_move"
        )
        return [move_url, *super().get_urls()]

    def move_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """List the destination in other zones from a day on."""
        require_lists(request)
        destination = get_object_or_404(Destination, pk=pk)
        now = [listing.zone_id for listing in destination.listings.on(timezone.localdate())]
        initial = {"zones": now, "from_on": timezone.localdate()}
        form = MoveForm(request.POST or None, initial=initial)
        if form.is_valid():
            try:
                move(
                    destination=destination,
                    zones=list(form.cleaned_data["zones"]),
                    from_on=form.cleaned_data["from_on"],
                )
            except MoveRefused as refused:
                form.add_error(None, str(refused))
            else:
                codes = ", ".join(zone.code for zone in form.cleaned_data["zones"]) or "–"
                day = long_date(form.cleaned_data["from_on"])
                done = gettext("{name} is listed in {zones} from {day}.").format(
                    name=destination.name, zones=codes, day=day
                )
                self.log_change(request, destination, done)
                messages.success(request, done)
                return HttpResponseRedirect(reverse("admin:roaming_destination_change", args=[pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Move to another zone"),
            "opts": self.opts,
            "record": destination,
            "form": form,
        }
        return TemplateResponse(request, "admin/roaming/destination/move.html", context)

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
    fields = (
        ("zone", "position"),
        ("destination", "name_as_published"),
        ("listed_from_on", "listed_until_on"),
    )

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        if db_field.name == "destination":
            kwargs["queryset"] = Destination.objects.order_by(f"name_{reading_language()}")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        import_url = path(
            "import/", self.admin_site.admin_view(self.import_view), name="roaming_listing_import"
        )
        return [import_url, *super().get_urls()]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Read whole lists, show what is wrong and what changes, and apply them once confirmed."""
        require_lists(request)
        before = stamp(STAMP)
        form = ImportForm(
            request.POST or None, request.FILES or None, initial={"from_on": timezone.localdate()}
        )
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": gettext("Import the lists"),
            "opts": self.opts,
            "form": form,
        }
        if form.is_valid():
            reading = read(form.cleaned_data["text"], current())
            from_on = form.cleaned_data["from_on"]
            if "apply" in request.POST and reading.can_be_taken_over:
                try:
                    return self._apply(request, reading, from_on, form.cleaned_data["seen"])
                except MoveRefused as refused:
                    messages.warning(request, str(refused))
            context |= {
                "reading": reading,
                "differences": differences(reading.places, from_on),
                "cancelled": cancelled(reading.places, from_on),
                "from_on": from_on,
                "text": form.cleaned_data["text"],
                "zones": sorted({place.zone for place in reading.places}),
                "seen": before,
            }
        return TemplateResponse(request, "admin/roaming/listing/import.html", context)

    @transaction.atomic
    def _apply(
        self, request: HttpRequest, reading: Reading, from_on: datetime.date, seen: str
    ) -> HttpResponse:
        changed = replace_lists(places=reading.places, from_on=from_on, seen=seen)
        done = ngettext(
            "The new lists apply: {number} destination changes from {day}.",
            "The new lists apply: {number} destinations change from {day}.",
            len(changed),
        ).format(number=len(changed), day=long_date(from_on))
        zone_admin = ZoneAdmin(Zone, self.admin_site)
        for zone in Zone.objects.filter(code__in={place.zone for place in reading.places}):
            zone_admin.log_change(request, zone, done)
        messages.success(request, done)
        return HttpResponseRedirect(reverse("admin:roaming_listing_changelist"))
