"""The admin site that staff work in: its name, its rules, and what the apps' admin classes share."""

import re
from functools import update_wrapper
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.forms import BaseInlineFormSet, BaseModelFormSet, ModelForm
from django.http import Http404, HttpRequest
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from core.sign_in.site import SignInSite
from core.version import VERSION

DAILY = ("complaints", "privacy", "documents", "roaming", "core")
"""Apps in the order in which staff need them; all others are about accounts."""

TITLE_OF_NEW = gettext_noop("Add %s")
"""Django's title of a form for a new record: its French, "Ajout de …", cannot elide, ours has a colon."""

MOST_DIGITS = 18
"""Decimal digits that surely fit into the 64 bits of a database's number."""

FIRST = ("complaint", "request", "document", "version", "destination", "listing", "banner", "user")
"""Models that stand first in their group, by their work and not by their name."""


class PortalAdminSite(SignInSite):
    """The portal's admin."""

    site_title = _("Legal portal")
    site_header = _("Legal portal")
    index_title = _("What needs you today")
    enable_nav_sidebar = True

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Let only staff in, and answer 404 to what no row can hold: Django asks the database anyway."""

        def bounded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            lists = request.GET.lists()
            if any(_is_in_no_row(name, value) for name, several in lists for value in several):
                raise Http404
            return view(request, *args, **kwargs)

        return super().admin_view(update_wrapper(bounded, view), cacheable)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what every page of the admin needs, the version of the portal among it."""
        return {**super().each_context(request), "portal_version": VERSION}

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the apps as groups of what belongs together, in the order of the daily work."""
        apps: list[Any] = super().get_app_list(request, app_label)
        order = {label: place for place, label in enumerate(DAILY)}
        groups = sorted(
            (app for app in apps if app["app_label"] in order), key=lambda app: order[app["app_label"]]
        )
        others = [model for app in apps if app["app_label"] not in order for model in app["models"]]
        if others:
            # Django's name for it is one of programmers, and every part of signing in is an app of its own.
            groups.append({"name": gettext("Accounts"), "app_label": "accounts", "models": others})
        for group in groups:
            group["models"] = sorted(group["models"], key=_place)
        return groups


def _is_in_no_row(name: str, value: str) -> bool:
    """Whether a parameter holds NUL, a number of more digits than 64 bits have, or a year past the last.

    SQLite refuses such numbers, and PostgreSQL NUL, with a fault and not with an empty list.
    """
    if name == "q":
        # What is searched for is no number, whatever it is made of, and Django looks for NUL itself.
        return False
    most = 4 if name.endswith("__year") else MOST_DIGITS
    return "\0" in value or any(each.isdecimal() and len(each) > most for each in re.split(r"\W", value))


def _place(model: dict[str, Any]) -> int:
    name = model["object_name"].lower()
    return FIRST.index(name) if name in FIRST else len(FIRST)


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

    template = "admin/records.html"
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


def name_inputs(form: forms.BaseForm) -> None:
    """Give each input the name of its field, for tables where only the head of a column tells what it is.

    Django's tables leave them without one, so that a screen reader could not tell them apart (WCAG 4.1.2).
    """
    for field in form.fields.values():
        # A choice of records comes in a wrapper with links to add and change them.
        widget = getattr(field.widget, "widget", None) or field.widget
        if not widget.is_hidden and field.label:
            widget.attrs.setdefault("aria-label", field.label)


class NamedInlineFormSet(BaseInlineFormSet[Any, Any, ModelForm[Any]]):
    """Rows of a table below a record."""

    def add_fields(self, form: ModelForm[Any], index: int | None) -> None:
        super().add_fields(form, index)
        name_inputs(form)


class NamedListFormSet(BaseModelFormSet[Any, ModelForm[Any]]):
    """Rows of a list with inputs in it."""

    def add_fields(self, form: ModelForm[Any], index: int | None) -> None:
        super().add_fields(form, index)
        name_inputs(form)


class ListWithInputs(admin.ModelAdmin[Any]):
    """For lists some of whose columns can be edited (`list_editable`)."""

    def get_changelist_formset(
        self, request: HttpRequest, **kwargs: Any
    ) -> type[BaseModelFormSet[Any, ModelForm[Any]]]:
        return super().get_changelist_formset(request, formset=NamedListFormSet, **kwargs)
