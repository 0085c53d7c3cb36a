"""Complaints in the admin: the facts, the timeline, and the next step as a button."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from complaints import handling
from complaints.forms import AnswerForm, AssignForm, CloseForm, DelayForm
from complaints.models import OPEN, Complaint, Event
from core.dates import long_date
from core.staff import ReadOnlyAdmin, RecordInline

Step = tuple[str | Promise, type[forms.Form], Callable[..., None]]

STEPS: dict[str, Step] = {
    "answer": (_("Answer the complaint"), AnswerForm, handling.answer),
    "close": (_("Close the complaint"), CloseForm, handling.close),
    "assign": (_("Assign owner and sponsor"), AssignForm, handling.assign),
    "delay": (_("Announce a delay"), DelayForm, handling.announce_delay),
}
"""The steps staff can take, the most advanced first: label, form and function."""


class EventInline(RecordInline):
    """The timeline."""

    model = Event
    fields = readonly_fields = ("at", "actor", "action", "note")


class DueFilter(admin.SimpleListFilter):
    """Open complaints by how soon an answer is due."""

    title = _("deadline")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("overdue", gettext("Overdue")), ("open", gettext("Not answered yet"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "overdue":
            return queryset.overdue(timezone.localdate())
        if self.value() == "open":
            return queryset.open()
        return queryset


@admin.register(Complaint)
class ComplaintAdmin(ReadOnlyAdmin):
    """Complaints, the most urgent first. What the complainant wrote is never edited."""

    list_display = ("reference", "due", "time_left", "status", "full_name", "summary")
    list_filter = (DueFilter, "status", "kind", "language", ("owner", admin.RelatedOnlyFieldListFilter))
    date_hierarchy = "received_at"
    # What still waits for an answer first, the most urgent on top.
    ordering = (Case(When(status__in=OPEN, then=0), default=1), "answer_due_on", "received_at")
    search_fields = (
        "reference",
        "full_name",
        "company",
        "email",
        "invoice_reference",
        "intervention_reference",
    )
    inlines = (EventInline,)
    actions = None
    change_form_template = "admin/complaints/complaint/change_form.html"
    fieldsets = (
        (
            _("The case"),
            {"fields": (("reference", "status"), ("received_at", "answer_due_on"), ("owner", "sponsor"))},
        ),
        (
            _("The complaint"),
            {"fields": ("kind", "summary", "description", ("invoice_reference", "intervention_reference"))},
        ),
        (
            _("The complainant"),
            {"fields": (("full_name", "company"), "address", ("phone", "email"), ("answer_by", "language"))},
        ),
        (_("Delay"), {"fields": ("delayed_until_on", "delay_causes")}),
        (_("Answer"), {"fields": ("answered_at", "answer", ("closed_at", "outcome"))}),
    )

    @admin.display(description=_("answer due"), ordering="answer_due_on")
    def due(self, complaint: Complaint) -> str:
        """The day on which the answer is due, in figures."""
        return date_format(complaint.answer_due_on, "SHORT_DATE_FORMAT")

    @admin.display(description=_("time left"))
    def time_left(self, complaint: Complaint) -> str:
        """In words, how late an open complaint is."""
        if not complaint.is_open:
            return "–"
        if complaint.delayed_until_on:
            return gettext("delay announced, %(date)s") % {"date": long_date(complaint.delayed_until_on)}
        days = (complaint.answer_due_on - timezone.localdate()).days
        if days < 0:
            return ngettext("%(days)d day late", "%(days)d days late", -days) % {"days": -days}
        return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}

    def get_urls(self) -> list[URLPattern]:
        step_url = path(
            "<int:pk>/<str:step>/take/",
            self.admin_site.admin_view(self.step_view),
            name="complaints_complaint_step",
        )
        return [step_url, *super().get_urls()]

    def may_handle(self, request: HttpRequest) -> bool:
        """Whether this member of staff may take steps."""
        return request.user.has_perm("complaints.change_complaint")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        complaint = self.get_object(request, object_id)
        steps = []
        if complaint is not None and self.may_handle(request):
            steps = [
                (name, label)
                for name, (label, _form, _take) in STEPS.items()
                if complaint.status in handling.TAKEN_FROM[name]
            ]
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "steps": steps})

    def step_view(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        """Ask for what a step needs, then take it."""
        if not self.may_handle(request):
            raise PermissionDenied
        if step not in STEPS:
            raise Http404("no such step")
        label, form_class, take = STEPS[step]
        complaint = get_object_or_404(Complaint, pk=pk)
        form = form_class(request.POST or None)
        if form.is_valid():
            try:
                take(complaint=complaint, by=request.user, **form.cleaned_data)
            except handling.StepRefused as refused:
                form.add_error(None, str(refused))
            else:
                self.log_change(request, complaint, str(label))
                messages.success(request, self._done(step, complaint))
                return HttpResponseRedirect(reverse("admin:complaints_complaint_change", args=[pk]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": label,
            "record": complaint,
            "form": form,
        }
        return TemplateResponse(request, "admin/complaints/complaint/step.html", context)

    def _done(self, step: str, complaint: Complaint) -> str:
        if step in ("delay", "answer") and not complaint.answers_by_mail:
            return gettext("Recorded. The complainant asked to be answered by post: send the letter now.")
        if step in ("delay", "answer"):
            return gettext("Recorded. The mail to the complainant is on its way.")
        return gettext("Recorded.")
