"""The audit log in the admin: to read, search and filter."""

from django.contrib import admin
from django.http import HttpRequest
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
        return "; ".join(f"{name}: {_in_words(value)}" for name, value in sorted(entry.facts.items())) or "–"

    def get_readonly_fields(self, request: HttpRequest, obj: AuditEntry | None = None) -> tuple[str, ...]:
        return self.fields


def _in_words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
