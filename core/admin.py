"""Contact details, banners and outgoing mail in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from post_office.models import STATUS, Attachment, Email, EmailTemplate, Log

from core import accounts_admin, audit_admin
from core.dates import moment
from core.models import Banner, ContactDetails, OutgoingMail
from core.staff import ReadOnlyAdmin

# They register themselves: Django looks for admin classes in this module only.
__all__ = ["accounts_admin", "audit_admin"]

# Shown in the portal's own words below; the queue's templates and attachments are not used.
for model in (Attachment, Email, EmailTemplate, Log):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(ContactDetails)
class ContactDetailsAdmin(admin.ModelAdmin[ContactDetails]):
    """One record, edited, never added or deleted."""

    fieldsets = (
        (_("Company"), {"fields": (("company_name", "brand"), "register_number")}),
        (
            _("Postal address"),
            {
                "fields": (
                    ("street", "district"),
                    ("postal_code", "locality"),
                    ("country_fr", "country_en"),
                    ("complaints_addressee_fr", "complaints_addressee_en"),
                )
            },
        ),
        (
            _("Mailboxes and telephone"),
            {"fields": ("complaints_email", "calldesk_email", "privacy_email", "telephone")},
        ),
    )
    list_display = ("company_name", "complaints_email", "privacy_email", "telephone")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not ContactDetails.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: ContactDetails | None = None) -> bool:
        return False


@admin.register(Banner)
class BannerAdmin(admin.ModelAdmin[Banner]):
    """The sentence at the top of every public page."""

    fields = ("text_fr", "text_en", ("shown_from_on", "shown_until_on"))
    list_display = ("__str__", "shown_from_on", "shown_until_on")
    date_hierarchy = "shown_from_on"
    search_fields = ("text_fr", "text_en")


STANDINGS = {
    STATUS.queued: _("waiting"),
    STATUS.requeued: _("to be tried again"),
    STATUS.sent: _("sent"),
    STATUS.failed: _("given up"),
}


class StandingFilter(admin.SimpleListFilter):
    """Mails by what became of them."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(status), str(words)) for status, words in STANDINGS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutgoingMail]) -> QuerySet[OutgoingMail]:
        known = {str(status) for status in STANDINGS}
        return queryset.filter(status=self.value()) if self.value() in known else queryset


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnlyAdmin):
    """Mails waiting, sent and failed; to look at, not to write."""

    list_display = ("about", "recipients", "standing", "queued", "attempts")
    list_filter = (StandingFilter,)
    search_fields = ("to", "subject")
    fields = ("about", "recipients", "text", "standing", "queued", "next_attempt", "attempts")
    ordering = ("-created",)

    @admin.display(description=_("subject"))
    def about(self, mail: OutgoingMail) -> str:
        """What the mail is about."""
        return str(mail.subject)

    @admin.display(description=_("to"))
    def recipients(self, mail: OutgoingMail) -> str:
        """The addresses it goes to."""
        return ", ".join(mail.to)

    @admin.display(description=_("text"))
    def text(self, mail: OutgoingMail) -> str:
        """The mail as the recipient reads it."""
        return str(mail.message)

    @admin.display(description=_("state"))
    def standing(self, mail: OutgoingMail) -> str:
        """Waiting, sent, to be tried again, or given up."""
        return str(STANDINGS.get(mail.status, ""))

    @admin.display(description=_("queued"), ordering="created")
    def queued(self, mail: OutgoingMail) -> str:
        """When it was put in the queue."""
        return moment(mail.created)

    @admin.display(description=_("next attempt"))
    def next_attempt(self, mail: OutgoingMail) -> str:
        """When it is tried again."""
        return moment(mail.scheduled_time)

    @admin.display(description=_("attempts that failed"))
    def attempts(self, mail: OutgoingMail) -> int:
        """How often sending it has failed."""
        return mail.number_of_retries or 0
