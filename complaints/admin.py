"""Complaints in the admin: the inbox, the case, the templates of messages."""

import datetime
from collections.abc import Iterable
from itertools import islice
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from complaints import handling, retention
from complaints.case_admin import CaseViews
from complaints.case_inlines import INLINES
from complaints.case_steps import available
from complaints.csv_files import CONTENT_TYPE, csv_lines
from complaints.deadlines import Counted, count_month, count_working_days, explain
from complaints.inbox import MineFilter, OwnerFilter, WaitingFilter, rows
from complaints.models import Complaint, Stage, StandardText, Template
from complaints.report_views import ReportViews
from complaints.searching import narrowed
from complaints.staff_forms import AssignForm
from complaints.steps import StepRefused
from complaints.wording_preview import example_values, preview
from core import audit
from core.dates import long_date
from core.staff import ReadOnlyAdmin

MOST_AT_ONCE = 500
"""Complaints that can be assigned together: each is a transaction and a mail, and all of them one request."""

BATCH = 1_000
"""Complaints of an export that are in memory at a time."""


@admin.register(Complaint)
class ComplaintAdmin(CaseViews, ReportViews, ReadOnlyAdmin):
    """Complaints, the most urgent first. What the complainant wrote is never edited."""

    list_display = ("reference", "due", "state", "complainant", "summary", "owner")
    list_filter = (
        WaitingFilter,
        MineFilter,
        "status",
        "stage",
        "kind",
        "language",
        "channel",
        ("owner", OwnerFilter),
    )
    list_select_related = ("owner",)
    show_full_result_count = False
    # What still waits for an answer first, the most urgent on top.
    ordering = ("-is_waiting", "answer_due_on", "received_at")
    # Which fields, and how, is in get_search_results.
    search_fields = ("search_text",)
    search_help_text = _(
        "Reference, name, company, e-mail address, invoice or intervention; beginnings count."
    )
    inlines = INLINES
    actions = ("assign_selected", "export_selected")
    change_form_template = "admin/complaints/complaint/change_form.html"
    change_list_template = "admin/complaints/complaint/change_list.html"
    readonly_fields = ("clock", "target", "signs", "erasure")
    fieldsets = (
        (
            _("The case"),
            {
                "fields": (
                    ("reference", "status", "stage"),
                    ("received_at", "channel"),
                    "clock",
                    "target",
                    "signs",
                    ("owner", "sponsor"),
                    "conflict_reason",
                    "erasure",
                )
            },
        ),
        (
            _("The complaint"),
            {
                "fields": (
                    "kind",
                    "summary",
                    "description",
                    ("invoice_reference", "intervention_reference"),
                    "involved",
                )
            },
        ),
        (
            _("The complainant"),
            {"fields": (("full_name", "company"), "address", ("phone", "email"), ("answer_by", "language"))},
        ),
        (_("Delay"), {"fields": ("delayed_until_on", "delay_cause", "delay_causes")}),
        (_("Answer"), {"fields": ("answered_at", "answer", "outcome", ("closed_at", "withdrawn_at"))}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Complaint | None = None) -> Any:
        """Leave out delay and answer while there is none."""
        given: dict[Any, bool] = {}
        if obj is not None:
            given = {
                _("Delay"): bool(obj.delayed_until_on),
                _("Answer"): bool(obj.answered_at or obj.closed_at or obj.withdrawn_at),
            }
        return [each for each in super().get_fieldsets(request, obj) if given.get(each[0], True)]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Complaint]:
        return super().get_queryset(request).prefetch_related("messages__mail")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Complaint], search_term: str
    ) -> tuple[QuerySet[Complaint], bool]:
        """Find the complaints that have every word, or the beginning of it, with or without accents."""
        return narrowed(queryset, search_term), False

    @admin.display(description=_("answer due"), ordering="answer_due_on")
    def due(self, complaint: Complaint) -> SafeString:
        """The day on which the answer is due, and how much time is left."""
        return format_html(
            "{}<br>{}", date_format(complaint.answer_due_on, "SHORT_DATE_FORMAT"), time_left(complaint)
        )

    @admin.display(description=_("status"), ordering="status")
    def state(self, complaint: Complaint) -> SafeString:
        """Status, the level when it is not the first, and what is to be noted."""
        parts = [complaint.get_status_display()]
        parts += [complaint.get_stage_display()] if complaint.stage != Stage.FIRST else []
        noted = self.signs(complaint)
        return format_html(
            "{}{}", " – ".join(parts), format_html("<br><strong>{}</strong>", noted) if noted != "–" else ""
        )

    @admin.display(description=_("complainant"), ordering="full_name")
    def complainant(self, complaint: Complaint) -> SafeString:
        """Name and company."""
        return format_html("{}<br>{}", complaint.full_name or "–", complaint.company)

    @admin.display(description=_("to note"))
    def signs(self, complaint: Complaint) -> str:
        """What staff should see at a glance: news, spam, what does not leave, erasure."""
        found = []
        if complaint.news_at:
            found.append(gettext("new from the complainant"))
        if complaint.set_aside_at:
            found.append(gettext("suspected spam"))
        sent = complaint.messages.all()
        if any(message.is_undelivered for message in sent):
            found.append(gettext("mail not delivered"))
        if any(message.by_post and not message.posted_at for message in sent):
            found.append(gettext("letter to post"))
        if complaint.erased_at:
            found.append(gettext("personal data erased"))
        return ", ".join(found) or "–"

    @admin.display(description=_("answer due"))
    def clock(self, complaint: Complaint) -> str:
        """The day on which the answer is due, and how it was counted."""
        counted = count_month(complaint.clock_began_on)
        return f"{long_date(complaint.answer_due_on)}. {_explained(complaint, counted)}"

    @admin.display(description=_("internal target"))
    def target(self, complaint: Complaint) -> str:
        """The day that staff aim at, and how it was counted."""
        if complaint.target_on is None:
            return "–"
        days = 1
        while count_working_days(complaint.clock_began_on, days).on < complaint.target_on:
            days += 1
        counted = count_working_days(complaint.clock_began_on, days)
        return f"{long_date(complaint.target_on)}. {_explained(complaint, counted)}"

    @admin.display(description=_("erasure of personal data"))
    def erasure(self, complaint: Complaint) -> str:
        """The day on which the data are erased, and what suspends it."""
        if complaint.erased_at:
            return "–"
        found = retention.erasure_of(complaint, timezone.localdate())
        if found is None:
            return gettext("Not while the complaint is open.")
        if found.held_until_on is None:
            return long_date(found.on)
        return gettext("Suspended by the legal hold until %(until)s; on %(date)s at the earliest.") % {
            "until": long_date(found.held_until_on),
            "date": long_date(found.on),
        }

    def get_urls(self) -> list[URLPattern]:
        return [*self.case_urls(), *self.report_urls(), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        complaint = self.get_object(request, object_id)
        steps = available(complaint, request.user) if complaint else []
        context = {**(extra_context or {}), "steps": [(name, step.label) for name, step in steps]}
        return super().change_view(request, object_id, form_url, context)

    def has_handle_permission(self, request: HttpRequest) -> bool:
        """Whether this member of staff may take steps."""
        return request.user.has_perm("complaints.change_complaint")

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Whether this member of staff may take lists out of the portal."""
        return request.user.has_perm("complaints.export_complaint")

    @admin.action(description=_("Assign owner and sponsor"), permissions=["handle"])
    def assign_selected(self, request: HttpRequest, queryset: QuerySet[Complaint]) -> HttpResponse | None:
        """Ask for owner and sponsor, then assign every complaint that was ticked, MOST_AT_ONCE at most."""
        if (number := queryset.count()) > MOST_AT_ONCE:
            problem = gettext(
                "At most %(most)d complaints can be assigned at once, and you chose %(number)d. None was "
                "assigned: filter the list or go page by page."
            )
            messages.error(request, problem % {"most": MOST_AT_ONCE, "number": number})
            return None
        form = AssignForm(request.POST if "apply" in request.POST else None)
        chosen: Iterable[Complaint] = queryset
        if form.is_valid():
            done, refused = 0, []
            for complaint in queryset:
                try:
                    handling.assign(complaint=complaint, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]  # signed in
                except StepRefused as refusal:
                    form.add_error(None, f"{complaint}: {refusal}")
                    refused.append(complaint)
                else:
                    done += 1
                    self.log_change(request, complaint, gettext("Assign owner and sponsor"))
            if done:
                messages.success(
                    request,
                    ngettext("%(number)d complaint assigned.", "%(number)d complaints assigned.", done)
                    % {"number": done},
                )
            if not refused:
                return HttpResponseRedirect(request.get_full_path())
            # Those that are left, with what was typed: another choice or a reason may do for them.
            chosen = refused
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Assign owner and sponsor"),
            "form": form,
            "chosen": chosen,
        }
        return TemplateResponse(request, "admin/complaints/complaint/assign_selected.html", context)

    @admin.action(description=_("Export as CSV"), permissions=["export"])
    def export_selected(self, request: HttpRequest, queryset: QuerySet[Complaint]) -> StreamingHttpResponse:
        """Stream the complaints that were ticked as CSV; who took them out is on record with each."""
        chosen = queryset.select_related(None).prefetch_related(None)
        each = chosen.only("reference").iterator(chunk_size=BATCH)
        number, user = {"number": 0}, cast(int, request.user.pk)
        while batch := list(islice(each, BATCH)):
            LogEntry.objects.log_actions(user, batch, CHANGE, gettext("Exported as CSV"))
            number["number"] += len(batch)
        audit.record(
            audit.Action.EXPORTED, by=request.user, about="complaints.csv", request=request, facts=number
        )
        response = StreamingHttpResponse(csv_lines(rows(chosen)), content_type=CONTENT_TYPE)
        today = datetime.date.isoformat(timezone.localdate())
        response.headers["Content-Disposition"] = f'attachment; filename="complaints-{today}.csv"'
        return response


def _explained(complaint: Complaint, counted: Counted) -> str:
    return explain(counted, from_receipt=complaint.stage_began_on is None)


def time_left(complaint: Complaint) -> str:
    """Return in words how much time an open complaint has, or how late it is; nothing for others."""
    if not complaint.is_open:
        return ""
    if complaint.delayed_until_on:
        return gettext("delay announced, %(date)s") % {"date": long_date(complaint.delayed_until_on)}
    days = (complaint.answer_due_on - timezone.localdate()).days
    if days < 0:
        return ngettext("%(days)d day late", "%(days)d days late", -days) % {"days": -days}
    return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}


class WordingAdmin(admin.ModelAdmin[Any]):
    """What is written to complainants, with the placeholders that can stand in it."""

    @admin.display(description=_("placeholders"))
    def placeholders(self, wording: Template | StandardText) -> str:
        """What can stand in curly brackets."""
        return ", ".join(f"{{{name}}}" for name in wording.allowed)


@admin.register(Template)
class TemplateAdmin(WordingAdmin):
    """What the portal writes to complainants; each kind and language has one."""

    list_display = ("__str__", "subject")
    list_filter = ("kind", "language")
    readonly_fields = ("kind", "language", "placeholders", "example")
    fields = (("kind", "language"), "subject", "text", "placeholders", "example")

    @admin.display(description=_("example, as saved"))
    def example(self, template: Template) -> str:
        """The message with example values in the place of the placeholders."""
        subject, text = preview(template)
        return format_html("<strong>{}</strong><pre>{}</pre>", subject, text)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Template | None = None) -> bool:
        return False


@admin.register(StandardText)
class StandardTextAdmin(WordingAdmin):
    """What staff put into their answers; edited by those who may edit message templates."""

    list_display = ("title", "purpose", "language", "kind")
    list_filter = ("purpose", "language", "kind")
    search_fields = ("title", "text")
    readonly_fields = ("placeholders", "example")
    fields = ("purpose", "language", "kind", "title", "text", "placeholders", "example")

    @admin.display(description=_("example, as saved"))
    def example(self, standard_text: StandardText) -> str:
        """The text with example values in the place of the placeholders."""
        if not standard_text.text:
            return "–"
        return format_html("<pre>{}</pre>", standard_text.filled(example_values(standard_text)))

    def has_view_permission(self, request: HttpRequest, obj: StandardText | None = None) -> bool:
        return request.user.has_perm("complaints.view_template") or self.has_change_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: StandardText | None = None) -> bool:
        return request.user.has_perm("complaints.change_template")

    def has_delete_permission(self, request: HttpRequest, obj: StandardText | None = None) -> bool:
        return self.has_change_permission(request)
