"""The audit log in the admin: to read, search and filter."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.models import AuditEntry
from core.staff import ReadOnlyAdmin


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Who did what when; nobody changes it here."""

    list_display = ("at", "action", "actor", "subject", "details", "network")
    list_filter = ("action", "at")
    search_fields = ("actor", "subject")
    search_help_text = _("Name of an account, reference of a case, name of a group.")
    date_hierarchy = "at"
    fields = ("at", "action", "actor", "subject", "details", "network")
    actions = None
    list_per_page = 50

    @admin.display(description=_("details"))
    def details(self, entry: AuditEntry) -> str:
        """What else is known of it, in one order on every database."""
        facts = [(_in_words(name), _in_words(value)) for name, value in sorted(entry.facts.items())]
        return "; ".join(gettext("%(name)s: %(value)s") % {"name": n, "value": v} for n, v in facts) or "–"

    def get_readonly_fields(self, request: HttpRequest, obj: AuditEntry | None = None) -> tuple[str, ...]:
        return self.fields


WORDS = {
    "app": _("authenticator app"),
    "groups added": _("groups added"),
    "groups removed": _("groups removed"),
    "is_active": _("active"),
    "is_staff": _("staff"),
    "is_superuser": _("superuser"),
    "name": _("name"),
    "none": _("none"),
    "permissions added": _("rights added"),
    "permissions removed": _("rights removed"),
    "provider": _("that of the provider"),
    "reason": _("reason"),
    "second_factor": _("second factor"),
    "single sign-on": _("single sign-on"),
    "user_permissions added": _("rights added"),
    "user_permissions removed": _("rights removed"),
    "way": _("way"),
}
"""What the log has in fixed words; names and reasons stay as they were written."""


def _in_words(value: object) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(WORDS.get(str(value), value))
