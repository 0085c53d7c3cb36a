"""Accounts and groups in the admin: changes of rights are recorded, second factors reset, locks lifted."""

from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from core import audit
from core.dates import moment
from core.models import FailedSignIn, SignInIdentity
from core.sign_in import failures, second_factor
from core.staff import ReadOnlyAdmin

# Shown in the portal's own words below. The stock pages of devices would show their keys.
for model in (User, Group, TOTPDevice, StaticDevice, AccessAttempt):
    if admin.site.is_registered(model):
        admin.site.unregister(model)

RIGHTS = (
    "username",
    "is_active",
    "is_staff",
    "is_superuser",
    "groups",
    "user_permissions",
    "name",
    "permissions",
)
"""Fields of accounts and groups whose changes are recorded."""


def changed_rights(form: ModelForm[Any]) -> dict[str, Any]:
    """Return which rights a form changes: the new value, or what is added and taken away."""
    facts: dict[str, Any] = {}
    for name in RIGHTS:
        if name not in form.changed_data:
            continue
        new = form.cleaned_data[name]
        if not isinstance(new, models.QuerySet):
            facts[name] = new
            continue
        before, after = set(map(_name, form.initial.get(name) or [])), set(map(_name, new))
        for verb, names in (("added", after - before), ("removed", before - after)):
            if names:
                facts[f"{name} {verb}"] = sorted(names)
    return facts


def _name(found: Any) -> str:
    """Return the name of a group, "app.codename" of a permission."""
    if isinstance(found, Group):
        return found.name
    return f"{found.content_type.app_label}.{found.codename}"


class RecordsRights(admin.ModelAdmin[Any]):
    """Writes who added, changed or deleted what to the audit log."""

    added: audit.Action
    changed: audit.Action
    deleted: audit.Action

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        facts = changed_rights(form)
        if facts or not change:
            self._record(self.changed if change else self.added, request, form.instance, facts)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self._record(self.deleted, request, obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        for obj in queryset:
            self._record(self.deleted, request, obj)
        super().delete_queryset(request, queryset)

    def _record(
        self, action: audit.Action, request: HttpRequest, obj: Any, facts: dict[str, Any] | None = None
    ) -> None:
        audit.record(action, by=request.user, about=str(obj), request=request, facts=facts)


@admin.register(User)
class AccountAdmin(RecordsRights, UserAdmin[User]):
    """Accounts of staff, with their second factor."""

    added, changed = audit.Action.ACCOUNT_ADDED, audit.Action.ACCOUNT_CHANGED
    deleted = audit.Action.ACCOUNT_DELETED
    change_form_template = "admin/auth/user/change_form.html"
    readonly_fields = ("last_login", "date_joined", "second_factor")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        return [*fieldsets, (_("Second factor"), {"fields": ("second_factor",)})] if obj else fieldsets

    @admin.display(description=_("second factor"))
    def second_factor(self, user: User) -> str:
        """Since when somebody has one, and how many recovery codes are left."""
        device = second_factor.device_of(user)
        if device is None:
            return gettext("Not set up.")
        since = date_format(localtime(device.created_at), "SHORT_DATE_FORMAT")
        left = second_factor.codes_left(user)
        words = ngettext(
            "Set up on %(date)s; %(number)d recovery code left.",
            "Set up on %(date)s; %(number)d recovery codes left.",
            left,
        )
        return words % {"date": since, "number": left}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.reset_view)
        return [path("<int:pk>/second-factor/reset/", view, name="auth_user_reset"), *super().get_urls()]

    def reset_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask (GET), then take away somebody's second factor (POST): for superusers."""
        if not request.user.is_superuser:
            raise PermissionDenied
        user = get_object_or_404(User, pk=pk)
        if request.method == "POST":
            second_factor.reset(user=user, by=request.user, request=request)
            self.log_change(request, user, gettext("Second factor reset"))
            messages.success(request, gettext("Done. The next sign-in sets up a new second factor."))
            return HttpResponseRedirect(reverse("admin:auth_user_change", args=[pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Reset the second factor"),
            "opts": self.opts,
            "record": user,
        }
        return TemplateResponse(request, "admin/auth/user/reset.html", context)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002  # Django's name
        response: HttpResponse = super().user_change_password(request, id, form_url)
        user = self.get_object(request, id)
        if request.method == "POST" and response.status_code == 302 and user is not None:
            about = user.get_username()
            audit.record(audit.Action.PASSWORD, by=request.user, about=about, request=request)
        return response


@admin.register(Group)
class GroupsAdmin(RecordsRights, GroupAdmin):
    """Groups of staff and their permissions."""

    added, changed = audit.Action.GROUP_ADDED, audit.Action.GROUP_CHANGED
    deleted = audit.Action.GROUP_DELETED


@admin.register(SignInIdentity)
class SignInIdentityAdmin(admin.ModelAdmin[SignInIdentity]):
    """Who an account is at the provider: from its first sign-in there, or entered by hand."""

    list_display = ("user", "issuer", "subject", "since")
    fields = ("user", "issuer", "subject")
    ordering = ("user__username",)

    def has_change_permission(self, request: HttpRequest, obj: SignInIdentity | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: SignInIdentity, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        audit.record(audit.Action.CONNECTED, by=request.user, about=str(obj), request=request)

    def delete_model(self, request: HttpRequest, obj: SignInIdentity) -> None:
        audit.record(audit.Action.DISCONNECTED, by=request.user, about=str(obj), request=request)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[SignInIdentity]) -> None:
        for connection in queryset:
            self.delete_model(request, connection)


@admin.register(FailedSignIn)
class FailedSignInAdmin(ReadOnlyAdmin):
    """Failures that still count; deleting one lifts the lock that it made."""

    list_display = ("account", "ip_address", "is_known", "failures_since_start", "attempt_time", "until")
    fields = readonly_fields = list_display
    ordering = ("-attempt_time",)
    actions = ("unlock",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Leave out those that do not count any more, which go at the next failure."""
        return super().get_queryset(request).filter(attempt_time__gte=failures.oldest_that_counts())

    def has_unlock_permission(self, request: HttpRequest) -> bool:
        """Whether this member of staff may lift locks."""
        return request.user.has_perm("core.delete_failedsignin")

    @admin.action(description=_("Unlock"), permissions=["unlock"])
    def unlock(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        """Forget the failures that were ticked."""
        for failed in queryset:
            audit.record(audit.Action.UNLOCKED, by=request.user, about=self.account(failed), request=request)
        number = queryset.count()
        queryset.delete()
        words = ngettext("%(number)d count forgotten.", "%(number)d counts forgotten.", number)
        messages.success(request, words % {"number": number})

    @admin.display(description=_("account"), ordering="username")
    def account(self, failed: FailedSignIn) -> str:
        """The account that was tried; no name where there is none."""
        return failed.account

    @admin.display(description=_("known browser"), boolean=True)
    def is_known(self, failed: FailedSignIn) -> bool:
        """Whether it was tried from a browser in which the account has signed in before."""
        return bool(failed.user_agent)

    @admin.display(description=_("counts until"))
    def until(self, failed: FailedSignIn) -> str:
        """When these failures stop counting."""
        return moment(failed.attempt_time + settings.AXES_COOLOFF_TIME)
