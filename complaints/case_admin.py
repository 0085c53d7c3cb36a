"""The pages of a case in the admin: its steps, files and letters, and entering one that came otherwise."""

import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from complaints import handling
from complaints.case_steps import STEPS, Step
from complaints.mail import facts_of
from complaints.models import Channel, Complaint, Message, StandardText
from complaints.receiving import receive, submission_key
from complaints.staff_forms import EntryForm, StandardTextForm
from complaints.steps import StepRefused
from core import audit
from core.contact import contact_details
from core.dates import long_date
from core.stored_files import stored_file

WRITES = ("assign", "delay", "ask", "answer", "close", "escalate", "withdraw")
"""Steps after which something goes to the complainant."""

MIDDAY = datetime.time(12)


class CaseViews(admin.ModelAdmin[Any]):
    """Views that the admin of complaints adds to Django's own."""

    def case_urls(self) -> list[URLPattern]:
        """Return the addresses of these pages."""
        view = self.admin_site.admin_view
        return [
            path("enter/", view(self.enter_view), name="complaints_complaint_enter"),
            path("<int:pk>/files/<int:file>/", view(self.file_view), name="complaints_complaint_file"),
            path(
                "<int:pk>/letters/<int:letter>/", view(self.letter_view), name="complaints_complaint_letter"
            ),
            path("<int:pk>/<str:step>/take/", view(self.step_view), name="complaints_complaint_step"),
        ]

    def step_view(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        """Ask for what a step needs, then take it."""
        if step not in STEPS:
            raise Http404("no such step")
        chosen = STEPS[step]
        if not request.user.has_perm(chosen.permission):
            raise PermissionDenied
        complaint = get_object_or_404(Complaint, pk=pk)
        form, texts = _forms(request, chosen, complaint)
        if form.is_valid():
            try:
                chosen.take(complaint=complaint, by=request.user, **form.cleaned_data)
            except StepRefused as refused:
                form.add_error(None, str(refused))
            except ValidationError as refused:
                form.add_error("attached", refused)
            else:
                self.log_change(request, complaint, str(chosen.label))
                messages.success(request, _done(step, complaint))
                return _back_to(complaint)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": chosen.label,
            "record": complaint,
            "form": form,
            "texts": texts,
        }
        return TemplateResponse(request, "admin/complaints/complaint/step.html", context)

    def enter_view(self, request: HttpRequest) -> HttpResponse:
        """Enter a complaint that came by letter, mail or telephone, with its true day of receipt."""
        if not request.user.has_perm("complaints.change_complaint"):
            raise PermissionDenied
        form = EntryForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            data, facts = form.cleaned_data, form.facts()
            # Midday: the month is counted from the day, and no clock change moves it to another.
            received_at = timezone.make_aware(datetime.datetime.combine(data["received_on"], MIDDAY))
            complaint = receive(
                key=submission_key(data["token"], {**facts, "received_on": str(data["received_on"])}),
                facts=facts,
                language=data["language"],
                received_at=min(received_at, timezone.now()),
                channel=Channel(data["channel"]),
                by=request.user,  # type: ignore[arg-type]  # admin_view: signed in
            )
            self.log_addition(request, complaint, gettext("Entered"))
            messages.success(
                request,
                gettext("Complaint %(reference)s is entered. The answer is due by %(date)s.")
                % {"reference": complaint.reference, "date": long_date(complaint.answer_due_on)},
            )
            return _back_to(complaint)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Enter a complaint"),
            "form": form,
        }
        return TemplateResponse(request, "admin/complaints/complaint/enter.html", context)

    def file_view(self, request: HttpRequest, pk: int, file: int) -> HttpResponseBase:
        """Hand out a file of the complainant, to be saved and never shown by the browser."""
        if not request.user.has_perm("complaints.view_complaint"):
            raise PermissionDenied
        complaint = get_object_or_404(Complaint, pk=pk)
        attachment = get_object_or_404(complaint.attachments, pk=file)
        try:
            response = stored_file(
                attachment.file,
                as_attachment=True,
                filename=attachment.name,
                content_type="application/octet-stream",
            )
        except FileNotFoundError as error:
            raise Http404("the storage has lost the file") from error
        audit.record(audit.Action.DOWNLOADED, by=request.user, about=complaint.reference, request=request)
        response.headers["Cache-Control"] = "no-store"
        return response

    def letter_view(self, request: HttpRequest, pk: int, letter: int) -> HttpResponse:
        """Show a letter ready to print (GET), and note that it is posted (POST)."""
        if not request.user.has_perm("complaints.view_complaint"):
            raise PermissionDenied
        message = get_object_or_404(
            Message.objects.letters().select_related("complaint"), complaint=pk, pk=letter
        )
        if request.method == "POST":
            if not request.user.has_perm("complaints.change_complaint"):
                raise PermissionDenied
            try:
                handling.mark_posted(message=message, by=request.user)  # type: ignore[arg-type]  # signed in
            except StepRefused as refused:
                messages.error(request, str(refused))
            else:
                messages.success(request, gettext("The letter is noted as posted."))
            return _back_to(message.complaint)
        with translation.override(message.complaint.language):
            context = {"message": message, "complaint": message.complaint, "contact": contact_details()}
            page = TemplateResponse(request, "admin/complaints/complaint/letter.html", context)
            page.headers["Cache-Control"] = "no-store"
            return page.render()


def _forms(
    request: HttpRequest, step: Step, complaint: Complaint
) -> tuple[forms.Form, StandardTextForm | None]:
    """Return the form of a step and what chooses a standard text for it, None when none fits.

    When a text is to be used, it stands in the form with all that was typed, and nothing is sent yet.
    """
    typed = request.POST if request.method == "POST" else None
    if step.letter is None:
        return step.form(typed, request.FILES or None), None
    field, purpose = step.letter
    fitting = StandardText.objects.fitting(complaint, purpose)
    if typed is None or "use" not in typed:
        return step.form(typed), StandardTextForm(fitting) if fitting.exists() else None
    texts, values = StandardTextForm(fitting, typed), typed.dict()
    if not texts.is_valid():
        texts.fields["standard_text"].widget.attrs["autofocus"] = True
        return step.form(initial=values), texts
    before = str(values.get(field, "")).replace("\r\n", "\n").rstrip()
    text = texts.cleaned_data["standard_text"].filled(facts_of(complaint))
    form = step.form(initial={**values, field: f"{before}\n\n{text}" if before else text})
    form.fields[field].widget.attrs["autofocus"] = True
    return form, StandardTextForm(fitting)


def _back_to(complaint: Complaint) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:complaints_complaint_change", args=[complaint.pk]))


def _done(step: str, complaint: Complaint) -> str:
    if step in WRITES and not complaint.answers_by_mail:
        return gettext("Recorded. The complainant asked to be answered by post: print and post the letter.")
    if step in WRITES:
        return gettext("Recorded. The mail to the complainant is on its way.")
    return gettext("Done: %(step)s.") % {"step": STEPS[step].label}
