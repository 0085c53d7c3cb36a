"""Accounts and groups of staff in the admin: their names and permissions in the reader's language."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.filters import RelatedFieldListFilter
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Field, ManyToManyField
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.accounts_admin import AccountAdmin, GroupsAdmin
from legalsite.groups import shown_name

VERBS = {
    "add": pgettext_lazy("permission", "add"),
    "change": pgettext_lazy("permission", "change"),
    "delete": pgettext_lazy("permission", "delete"),
    "view": pgettext_lazy("permission", "see"),
}
"""What the permissions allow that every model has."""


def shown_permission(permission: Permission) -> str:
    """Return a permission in the reader's language, such as "Complaints – message – see"."""
    model = permission.content_type.model_class()
    verb, _separator, name = permission.codename.partition("_")
    if model is None or name != model._meta.model_name or verb not in VERBS:
        # One of the portal's own, whose words are translated; those of a model that is gone stay as stored.
        return f"{permission.content_type.name} – {gettext(permission.name)}"
    return f"{model._meta.app_config.verbose_name} – {model._meta.verbose_name} – {VERBS[verb]}"


class GroupsField(forms.ModelMultipleChoiceField[Group]):
    """Groups by the names that they have on the screen."""

    def label_from_instance(self, obj: Any) -> str:
        return shown_name(obj)


class PermissionsField(forms.ModelMultipleChoiceField[Permission]):
    """Permissions in words of the reader's language."""

    def label_from_instance(self, obj: Any) -> str:
        return shown_permission(obj)


class GroupFilter(RelatedFieldListFilter):
    """Accounts by group."""

    def field_choices(
        self, field: Field[Any, Any], request: HttpRequest, model_admin: Any
    ) -> list[tuple[str, str | Any]]:
        return [(str(group.pk), shown_name(group)) for group in Group.objects.order_by("name")]


class Ticked(admin.ModelAdmin[Any]):
    """Groups and permissions as boxes to tick, in the reader's language."""

    filter_horizontal = ()

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Any, Any], request: HttpRequest | None = None, **kwargs: Any
    ) -> forms.ModelMultipleChoiceField[Any] | None:
        chosen = {Group: GroupsField, Permission: PermissionsField}.get(db_field.remote_field.model)
        if chosen is None:
            return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[arg-type]  # the admin always gives one
        field: Any = db_field.formfield(
            form_class=chosen,
            widget=forms.CheckboxSelectMultiple(attrs={"class": "choices"}),
            help_text=db_field.help_text,
        )
        if field is not None and chosen is PermissionsField:
            field.queryset = Permission.objects.select_related("content_type")
        return field  # type: ignore[no-any-return]  # a field of the class that was asked for


admin.site.unregister([User, Group])


@admin.register(User)
class StaffAdmin(Ticked, AccountAdmin):
    """Accounts of staff, with what each may do."""

    list_display = ("username", "first_name", "last_name", "email", "is_active", "last_login")
    list_filter = (("groups", GroupFilter), "is_active", "is_superuser")
    fieldsets = (
        (None, {"fields": ("username", "password", ("first_name", "last_name"), "email")}),
        (_("What this account may do"), {"fields": ("is_active", "is_staff", "groups", "is_superuser")}),
        (
            _("Single permissions, beyond the groups"),
            {"classes": ("collapse",), "fields": ("user_permissions",)},
        ),
        (_("Use"), {"fields": (("last_login", "date_joined"),)}),
    )


@admin.register(Group)
class RoleAdmin(Ticked, GroupsAdmin):
    """Groups of staff: what a role may do."""

    list_display = ("shown",)

    @admin.display(description=_("name"), ordering="name")
    def shown(self, group: Group) -> str:
        """The name in the reader's language."""
        return shown_name(group)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if context.get("original"):
            context["subtitle"] = shown_name(context["original"])
        return super().render_change_form(request, context, *args, **kwargs)
