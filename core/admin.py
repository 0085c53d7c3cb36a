"""Contact details, banners and outgoing mail in the admin."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from post_office.models import Attachment, Email, EmailTemplate, Log

from core.models import Banner, ContactDetails, OutgoingMail
from core.staff import ReadOnlyAdmin

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


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnlyAdmin):
    """Mails waiting, sent and failed; to look at, not to write."""

    list_display = ("subject", "recipients", "status", "created", "number_of_retries")
    list_filter = ("status", "created")
    search_fields = ("to", "subject")
    fields = ("subject", "recipients", "message", "status", "created", "last_updated", "scheduled_time",
              "number_of_retries")  # fmt: skip
    ordering = ("-created",)

    @admin.display(description=_("to"))
    def recipients(self, mail: OutgoingMail) -> str:
        """The addresses it goes to."""
        return ", ".join(mail.to)
