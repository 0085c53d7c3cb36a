"""The admin site that staff work in: its name, its rules, and what the apps' admin classes share."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.sign_in.site import SignInSite
from core.version import VERSION

DAILY = ("complaints", "privacy", "documents", "roaming", "core")
"""Apps in the order in which staff need them."""


class PortalAdminSite(SignInSite):
    """The portal's admin."""

    site_title = _("Legal portal")
    site_header = _("Legal portal")
    index_title = _("What would you like to work on?")
    enable_nav_sidebar = True

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what every page of the admin needs, the version of the portal among it."""
        return {**super().each_context(request), "portal_version": VERSION}

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the apps in the order of the daily work, those that are seldom needed last."""
        apps: list[Any] = super().get_app_list(request, app_label)
        order = {label: place for place, label in enumerate(DAILY)}
        return sorted(apps, key=lambda app: order.get(app["app_label"], len(order)))


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """For records that are shown, searched and filtered but never written by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class RecordInline(admin.TabularInline[Any, Any]):
    """For events below the record they are of: shown, never written by hand."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class PublicPageAdmin(admin.ModelAdmin[Any]):
    """For records that have a page of their own: links to it without a detour."""

    def view_on_site(self, obj: models.Model) -> str:
        """Return the address of the record's public page, in the language of the admin."""
        address: str = obj.get_absolute_url()  # type: ignore[attr-defined]  # these records have one
        return address
