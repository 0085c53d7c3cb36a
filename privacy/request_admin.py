"""The pages of a request in the admin: entering one, its steps and letters, what is held on the requester."""

import datetime
import tempfile
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext

from complaints.case_admin import MIDDAY
from complaints.models import AnswerBy, Channel
from complaints.receiving import submission_key
from complaints.steps import StepRefused
from core import audit
from core.contact import contact_details
from core.staff import ReadOnlyAdmin
from privacy import clearing, connecting, export, handling
from privacy.forms import EntryForm
from privacy.guidance import GUIDANCE
from privacy.models import Connection, Letter, Request, Right
from privacy.steps import CLEAR, EXPORT, HANDLE, STEPS, TELLS, TOOLS

IN_MEMORY = 1_000_000
"""Bytes of a ZIP file that are kept in memory; a larger one goes to a temporary file."""

TEMPLATES = "admin/privacy/request"


class RequestViews(ReadOnlyAdmin):
    """Views that the admin of requests adds to Django's own."""

    def request_urls(self) -> list[URLPattern]:
        """Return the addresses of these pages."""
        view = self.admin_site.admin_view
        return [
            path("enter/", view(self.enter_view), name="privacy_request_enter"),
            path("<int:pk>/export/take/", view(self.export_view), name="privacy_request_export"),
            path("<int:pk>/clear/take/", view(self.clear_view), name="privacy_request_clear"),
            path("<int:pk>/letters/<int:letter>/", view(self.letter_view), name="privacy_request_letter"),
            path(
                "<int:pk>/connections/<int:connection>/",
                view(self.separate_view),
                name="privacy_request_separate",
            ),
            path("<int:pk>/<str:step>/take/", view(self.step_view), name="privacy_request_step"),
        ]

    def enter_view(self, request: HttpRequest) -> HttpResponse:
        """Enter a request that came by letter, mail or telephone, with its true day of receipt."""
        if not request.user.has_perm(HANDLE):
            raise PermissionDenied
        form = EntryForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            data, facts = form.cleaned_data, form.facts()
            # Midday: the month is counted from the day, and no clock change moves it to another.
            received_at = timezone.make_aware(datetime.datetime.combine(data["received_on"], MIDDAY))
            entered = handling.enter(
                key=submission_key(data["token"], {**facts, "received_on": str(data["received_on"])}),
                facts=facts,
                language=data["language"],
                channel=Channel(data["channel"]),
                received_at=min(received_at, timezone.now()),
                by=request.user,  # type: ignore[arg-type]  # admin_view: signed in
            )
            self.log_addition(request, entered, gettext("Entered"))
            messages.success(request, _done(entered))
            return _back_to(entered)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Enter a request"),
            "form": form,
        }
        # The page is the one of complaints: it knows nothing but a form and a title.
        return TemplateResponse(request, "admin/complaints/complaint/enter.html", context)

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
                messages.success(request, _done(found) if step in TELLS else gettext("Recorded."))
                return _back_to(found)
        context: dict[str, Any] = {"title": chosen.label, "form": form}
        if step == "answer":
            context["guidance"] = GUIDANCE[Right(found.right)]
        if step == "connect" and request.user.has_perm("complaints.view_complaint"):
            context["namesakes"] = connecting.namesakes(found)
        return self._page(request, [f"{TEMPLATES}/{step}.html", f"{TEMPLATES}/step.html"], found, context)

    def separate_view(self, request: HttpRequest, pk: int, connection: int) -> HttpResponse:
        """Ask whether a connection was a mistake (GET), and take it back (POST)."""
        found = self._found(request, pk, HANDLE)
        wrong = get_object_or_404(Connection, request=found, pk=connection)
        if request.method == "POST":
            connecting.separate(connection=wrong, by=request.user)  # type: ignore[arg-type]  # signed in
            title = gettext("Remove the connection")
            self.log_change(request, found, title)
            messages.success(request, gettext("Recorded."))
            return _back_to(found)
        context = {"title": gettext("Remove the connection"), "connection": wrong}
        return self._page(request, [f"{TEMPLATES}/separate.html"], found, context)

    def letter_view(self, request: HttpRequest, pk: int, letter: int) -> HttpResponse:
        """Show a letter ready to print (GET), and note that it is posted (POST)."""
        found = self._found(request, pk, "privacy.view_request")
        message = get_object_or_404(Letter.objects.select_related("request"), request=found, pk=letter)
        if request.method == "POST":
            if not request.user.has_perm(HANDLE):
                raise PermissionDenied
            try:
                handling.mark_posted(letter=message, by=request.user)  # type: ignore[arg-type]  # signed in
            except StepRefused as refused:
                messages.error(request, str(refused))
            else:
                messages.success(request, gettext("Recorded."))
            return _back_to(found)
        with translation.override(found.language):
            context = {"message": message, "asked": found, "contact": contact_details()}
            page = TemplateResponse(request, f"{TEMPLATES}/letter.html", context)
            page.headers["Cache-Control"] = "no-store"
            return page.render()

    def export_view(self, request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
        """Say what is held on the requester (GET), and hand it out as a ZIP file (POST), which is logged."""
        found = self._found(request, pk, EXPORT)
        try:
            connecting.check_identified(found)
        except StepRefused as refused:
            return self._refuse(request, found, refused)
        if request.method != "POST":
            context = {
                "title": TOOLS["export"][0],
                "addresses": connecting.addresses_of(found),
                "complaints": connecting.complaints_of(found),
                "requests": connecting.requests_of(found).count(),
            }
            return self._page(request, [f"{TEMPLATES}/export.html"], found, context)
        file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # the response closes it
        export.write(file, request=found)
        file.seek(0)
        audit.record(audit.Action.EXPORTED, by=request.user, about=found.reference, request=request)
        handling.note_export(request=found, by=request.user)  # type: ignore[arg-type]  # signed in
        self.log_change(request, found, gettext("Exported everything held on the requester"))
        response = FileResponse(
            file, as_attachment=True, filename=f"{found.reference}.zip", content_type="application/zip"
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    def clear_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show which complaints would go and which cannot and why (GET), and erase the former (POST)."""
        found = self._found(request, pk, CLEAR)
        try:
            clearing.check(found)
        except StepRefused as refused:
            return self._refuse(request, found, refused)
        if request.method != "POST":
            planned = clearing.plan(found, timezone.localdate())
            context = {"title": TOOLS["clear"][0], "plan": planned}
            return self._page(request, [f"{TEMPLATES}/clear.html"], found, context)
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

    def _refuse(self, request: HttpRequest, found: Request, refused: StepRefused) -> HttpResponse:
        messages.error(request, str(refused))
        return _back_to(found)

    def _page(
        self, request: HttpRequest, templates: list[str], found: Request, context: dict[str, Any]
    ) -> TemplateResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "record": found}
        return TemplateResponse(request, templates, shared | context)


def _back_to(found: Request) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:privacy_request_change", args=[found.pk]))


def _done(found: Request) -> str:
    if found.answer_by == AnswerBy.POST:
        return gettext("Recorded. The requester is answered by post: print and post the letter.")
    return gettext("Recorded. The mail to the requester is on its way.")
