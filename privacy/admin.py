"""Requests about personal data in the admin: what waits, and the request with what belongs to it."""

from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from complaints.case_inlines import DELIVERY
from complaints.deadlines import count_month, explain
from complaints.models import UNSENT, Channel
from core.dates import long_date
from core.staff import RecordInline
from privacy.inbox import WaitingFilter
from privacy.models import Connection, Event, Letter, Request, Status
from privacy.request_admin import RequestViews
from privacy.steps import HANDLE, available


class ConnectionInline(RecordInline):
    """What staff have connected with the request."""

    model = Connection
    fk_name = "request"
    fields = readonly_fields = ("at", "actor", "what", "reason", "mistake")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # Whoever may only look is not offered to remove one.
        self.may_remove = request.user.has_perm(HANDLE)
        return super().get_queryset(request).select_related("complaint", "other")

    @admin.display(description=_("what belongs to the requester"))
    def what(self, connection: Connection) -> SafeString | str:
        """The address, or a link to the complaint or the other request."""
        if connection.complaint:
            address = reverse("admin:complaints_complaint_change", args=[connection.complaint_id])
        elif connection.other:
            address = reverse("admin:privacy_request_change", args=[connection.other_id])
        else:
            return connection.email
        return format_html('<a href="{}">{}</a>', address, connection)

    @admin.display(description=_("a mistake?"))
    def mistake(self, connection: Connection) -> SafeString | str:
        """The way to take it back."""
        if not self.may_remove:
            return "–"
        address = reverse("admin:privacy_request_separate", args=[connection.request_id, connection.pk])
        return format_html('<a href="{}">{}</a>', address, gettext("Remove"))


class LetterInline(RecordInline):
    """What goes by post."""

    model = Letter
    fields = readonly_fields = ("at", "subject", "delivery")

    @admin.display(description=_("delivery"))
    def delivery(self, letter: Letter) -> SafeString:
        """The printed form, and whether it is posted."""
        address = reverse("admin:privacy_request_letter", args=[letter.request_id, letter.pk])
        words = gettext("Letter, posted") if letter.posted_at else gettext("Letter to post")
        return format_html('<a href="{}">{}</a>', address, words)


class EventInline(RecordInline):
    """The timeline."""

    model = Event
    fields = readonly_fields = ("at", "actor", "action", "note")


class StandingFilter(admin.SimpleListFilter):
    """Requests by where they stand; what is not confirmed is not in the list."""

    title = _("status")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(status.value, status.label) for status in (Status.RECEIVED, Status.ANSWERED)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Request]) -> QuerySet[Request]:
        return queryset.filter(status=self.value()) if self.value() else queryset


@admin.register(Request)
class RequestAdmin(RequestViews):
    """Requests that have reached us, the most urgent first. What the requester wrote is never edited."""

    list_display = ("reference", "due", "right", "state", "full_name")
    list_filter = (WaitingFilter, StandingFilter, "right", "channel", "language")
    search_fields = ("reference", "full_name", "email")
    inlines = (LetterInline, ConnectionInline, EventInline)
    change_form_template = "admin/privacy/request/change_form.html"
    change_list_template = "admin/privacy/request/change_list.html"
    readonly_fields = ("clock", "who", "mailed")
    fieldsets = (
        (
            _("The request"),
            {"fields": (("reference", "status"), "right", ("received_at", "channel"), "clock", "text")},
        ),
        (
            _("The requester"),
            {"fields": ("full_name", ("email", "answer_by"), "address", "language", "who")},
        ),
        (_("Extension"), {"fields": ("extended_until_on", "extension_reasons")}),
        (_("Answer"), {"fields": ("answered_at", "outcome", "answer", "mailed")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Request]:
        """Leave out what nobody has confirmed: anybody can type any address."""
        found = super().get_queryset(request).confirmed()  # type: ignore[attr-defined]  # our own queryset
        return found.prefetch_related("mails", "letters")  # type: ignore[no-any-return]

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        # What still waits for an answer first, the most urgent on top.
        return [F("answered_at").desc(nulls_first=True), "expected_on", "received_at"]

    @admin.display(description=_("answer due"), ordering="expected_on")
    def due(self, found: Request) -> SafeString | str:
        """The day on which the answer is due, and how much time is left."""
        day = date_format(found.expected_on, "SHORT_DATE_FORMAT")
        return format_html("{}<br>{}", day, time_left(found)) if found.is_open else day

    @admin.display(description=_("status"), ordering="status")
    def state(self, found: Request) -> SafeString | str:
        """Status, and what is to be noted."""
        noted = []
        if found.is_open and found.extended_until_on:
            noted.append(gettext("time extended"))
        if found.is_open and not found.is_identified:
            noted.append(gettext("identity not checked"))
        if any(mail.status in UNSENT for mail in found.mails.all()):
            noted.append(gettext("mail not delivered"))
        if any(not letter.posted_at for letter in found.letters.all()):
            noted.append(gettext("letter to post"))
        if not noted:
            return found.get_status_display()
        return format_html("{}<br><strong>{}</strong>", found.get_status_display(), ", ".join(noted))

    @admin.display(description=_("answer due"))
    def clock(self, found: Request) -> str:
        """The day on which the answer is due, and how it was counted."""
        if found.due_on is None or found.received_on is None:
            return "–"
        lines = [f"{long_date(found.due_on)}. {explain(count_month(found.received_on))}"]
        if found.extended_until_on:
            lines.append(gettext("Extended until %(date)s.") % {"date": long_date(found.extended_until_on)})
        return " ".join([*lines, f"{time_left(found)}."] if found.is_open else lines)

    @admin.display(description=_("identity check"))
    def who(self, found: Request) -> str:
        """How it is known who asks."""
        if found.channel == Channel.WEB:
            return gettext("The requester has confirmed the e-mail address.")
        return found.identity or gettext("Not checked yet: nothing can be exported or erased.")

    @admin.display(description=_("mails"))
    def mailed(self, found: Request) -> SafeString | str:
        """What was mailed to the requester, and whether it has left."""
        lines = [(mail.subject, DELIVERY.get(mail.status, "–")) for mail in found.mails.all()]
        return format_html_join("", "{}: {}<br>", lines) or "–"

    def get_urls(self) -> list[URLPattern]:
        return [*self.request_urls(), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        # Django's own title is too long for this name: it runs into the button.
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, title | (extra_context or {}))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        steps = available(found, request.user) if found else []
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "steps": steps})


def time_left(found: Request) -> str:
    """Return in words how much time an open request has, or how late it is."""
    days = (found.expected_on - timezone.localdate()).days
    if days < 0:
        return ngettext("%(days)d day late", "%(days)d days late", -days) % {"days": -days}
    return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}
