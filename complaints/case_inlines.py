"""What stands below a case in the admin: messages, files, timeline, past examinations, holds."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from post_office.models import STATUS

from complaints.models import Attachment, Event, Hold, Message, PastExamination
from complaints.steps import name_of
from core.dates import long_date
from core.staff import RecordInline
from core.templatetags.portal import file_size

DELIVERY = {
    STATUS.sent: _("sent"),
    STATUS.failed: _("given up"),
    STATUS.queued: _("on its way"),
    STATUS.requeued: _("not delivered yet, tried again"),
}


class CaseInline(RecordInline):
    """Records of a case; a page of them asks the database once, however many there are."""

    related: tuple[str, ...] = ("complaint",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(*self.related)


class MessageInline(CaseInline):
    """What was said to and by the complainant."""

    model = Message
    related = ("complaint", "mail")
    fields = readonly_fields = ("at", "who", "subject", "text", "delivery")

    @admin.display(description=_("from"))
    def who(self, message: Message) -> str:
        """Who wrote it."""
        return gettext("the complainant") if message.from_complainant else gettext("the company")

    @admin.display(description=_("delivery"))
    def delivery(self, message: Message) -> str | SafeString:
        """Whether the mail has left, or the letter and its printed form."""
        if message.from_complainant:
            return "–"
        address = reverse("admin:complaints_complaint_letter", args=[message.complaint_id, message.pk])
        if message.by_post:
            words = gettext("Letter, posted") if message.posted_at else gettext("Letter to post")
            return format_html('<a href="{}">{}</a>', address, words)
        state = str(DELIVERY.get(message.mail.status, "–")) if message.mail else "–"
        if message.is_undelivered:
            words = gettext("Print it as a letter")
            return format_html('{}<br><a href="{}">{}</a>', state, address, words)
        return state


class AttachmentInline(CaseInline):
    """Files of the complainant, downloaded and never shown."""

    model = Attachment
    fields = readonly_fields = ("at", "link", "length", "scan", "sha256")

    @admin.display(description=_("file"))
    def link(self, attachment: Attachment) -> SafeString:
        """A link to download the file."""
        address = reverse("admin:complaints_complaint_file", args=[attachment.complaint_id, attachment.pk])
        return format_html('<a href="{}">{}</a>', address, attachment.name)

    @admin.display(description=_("size"))
    def length(self, attachment: Attachment) -> str:
        """The size as people read it."""
        return file_size(attachment.size)


class EventInline(CaseInline):
    """The timeline."""

    model = Event
    fields = readonly_fields = ("at", "actor", "action", "note")


class PastExaminationInline(CaseInline):
    """Clocks that have ended."""

    model = PastExamination
    fields = readonly_fields = (
        "stage",
        "began_on",
        "answer_due_on",
        "delayed_until_on",
        "delay_cause",
        "answered_at",
        "outcome",
        "answer",
    )


class HoldInline(CaseInline):
    """Holds, asked for, confirmed and lifted."""

    model = Hold
    related = ("complaint", "requested_by", "confirmed_by")
    fields = readonly_fields = (
        "requested_at",
        "requested_by",
        "reason",
        "until_on",
        "confirmed_by",
        "longer",
        "lifted_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("extensions__requested_by")

    @admin.display(description=_("extension"))
    def longer(self, hold: Hold) -> str:
        """The later end that was asked for and neither confirmed nor declined, why, and by whom."""
        for extension in hold.extensions.all():
            if extension.confirmed_at is None and extension.declined_at is None:
                return gettext("Until %(date)s, requested by %(name)s: %(reason)s") % {
                    "date": long_date(extension.until_on),
                    "name": name_of(extension.requested_by),
                    "reason": extension.reason,
                }
        return "–"


INLINES = (MessageInline, AttachmentInline, EventInline, PastExaminationInline, HoldInline)
