"""Requests about personal data in the admin: what waits, the request, its steps."""

import tempfile
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from complaints.deadlines import count_month, explain
from complaints.steps import StepRefused
from core import audit
from core.dates import long_date
from core.staff import ReadOnlyAdmin, RecordInline
from privacy import clearing, export, handling
from privacy.models import Event, Request, Status
from privacy.steps import CLEAR, EXPORT, STEPS, TOOLS, available

IN_MEMORY = 1_000_000
"""Bytes of a ZIP file that are kept in memory; a larger one goes to a temporary file."""


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
class RequestAdmin(ReadOnlyAdmin):
    """Requests with a confirmed address, the most urgent first. What the requester wrote is never edited."""

    list_display = ("reference", "due", "right", "status", "full_name")
    list_filter = (StandingFilter, "right", "language")
    search_fields = ("reference", "full_name", "email")
    inlines = (EventInline,)
    change_form_template = "admin/privacy/request/change_form.html"
    readonly_fields = ("clock",)
    fieldsets = (
        (
            _("The request"),
            {"fields": (("reference", "status"), "right", "received_at", "clock", "text")},
        ),
        (_("The requester"), {"fields": ("full_name", "email", "language")}),
        (_("Extension"), {"fields": ("extended_until_on", "extension_reasons")}),
        (_("Answer"), {"fields": ("answered_at", "answer")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Request]:
        """Leave out what nobody has confirmed: anybody can type any address."""
        return super().get_queryset(request).confirmed()  # type: ignore[no-any-return, attr-defined]

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        # What still waits for an answer first, the most urgent on top.
        return [F("answered_at").desc(nulls_first=True), "expected_on", "received_at"]

    @admin.display(description=_("answer due"), ordering="expected_on")
    def due(self, found: Request) -> SafeString | str:
        """The day on which the answer is due, and how much time is left."""
        day = date_format(found.expected_on, "SHORT_DATE_FORMAT")
        return format_html("{}<br>{}", day, time_left(found)) if found.is_open else day

    @admin.display(description=_("answer due"))
    def clock(self, found: Request) -> str:
        """The day on which the answer is due, and how it was counted."""
        if found.due_on is None or found.received_on is None:
            return "–"
        return f"{long_date(found.due_on)}. {explain(count_month(found.received_on))}"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/export/take/", view(self.export_view), name="privacy_request_export"),
            path("<int:pk>/clear/take/", view(self.clear_view), name="privacy_request_clear"),
            path("<int:pk>/<str:step>/take/", view(self.step_view), name="privacy_request_step"),
            *super().get_urls(),
        ]

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

    def step_view(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        """Ask for what a step needs, then take it."""
        if step not in STEPS:
            raise Http404("no such step")
        chosen = STEPS[step]
        found = self._found(request, pk, chosen.permission)
        form = chosen.form(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                chosen.take(request=found, by=request.user, **form.cleaned_data)
            except StepRefused as refused:
                form.add_error(None, str(refused))
            else:
                self.log_change(request, found, str(chosen.label))
                messages.success(request, gettext("Recorded. The mail to the requester is on its way."))
                return _back_to(found)
        context = {"title": chosen.label, "form": form}
        return self._page(request, "admin/privacy/request/step.html", found, context)

    def export_view(self, request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
        """Say what is held on the address (GET), and hand it out as a ZIP file (POST), which is logged."""
        found = self._found(request, pk, EXPORT)
        if request.method != "POST":
            context = {
                "title": TOOLS[0][1],
                "complaints": export.complaints_with(found.email),
                "requests": Request.objects.with_address(found.email).count(),
            }
            return self._page(request, "admin/privacy/request/export.html", found, context)
        file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # the response closes it
        export.write(file, email=found.email, language=found.language)
        file.seek(0)
        handling.note_export(request=found, by=request.user)  # type: ignore[arg-type]  # signed in
        self.log_change(request, found, gettext("Exported everything held on the address"))
        audit.record(audit.Action.EXPORTED, by=request.user, about=found.reference, request=request)
        response = FileResponse(
            file, as_attachment=True, filename=f"{found.reference}.zip", content_type="application/zip"
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    def clear_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show which complaints would go and which cannot and why (GET), and erase the former (POST)."""
        found = self._found(request, pk, CLEAR)
        if request.method != "POST":
            planned = clearing.plan(found.email, timezone.localdate())
            context = {"title": TOOLS[1][1], "plan": planned}
            return self._page(request, "admin/privacy/request/clear.html", found, context)
        chosen = {int(pk) for pk in request.POST.getlist("complaint") if pk.isdecimal()}
        try:
            done = clearing.clear(request=found, chosen=chosen, by=request.user)  # type: ignore[arg-type]  # signed in
        except OSError:
            messages.error(request, gettext("The file storage failed: not everything is erased. Try again."))
            return _back_to(found)
        number = len(done.going)
        words = ngettext("%(number)d complaint erased.", "%(number)d complaints erased.", number)
        self.log_change(request, found, words % {"number": number})
        messages.success(request, words % {"number": number})
        return _back_to(found)

    def _found(self, request: HttpRequest, pk: int, permission: str) -> Request:
        """Return a confirmed request that is not erased. Raises PermissionDenied without the permission."""
        if not request.user.has_perm(permission):
            raise PermissionDenied
        return get_object_or_404(Request.objects.confirmed().filter(erased_at__isnull=True), pk=pk)

    def _page(
        self, request: HttpRequest, template: str, found: Request, context: dict[str, Any]
    ) -> TemplateResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "record": found}
        return TemplateResponse(request, template, shared | context)


def time_left(found: Request) -> str:
    """Return in words how much time an open request has, or how late it is."""
    days = (found.expected_on - timezone.localdate()).days
    if days < 0:
        return ngettext("%(days)d day late", "%(days)d days late", -days) % {"days": -days}
    return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}


def _back_to(found: Request) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:privacy_request_change", args=[found.pk]))
