"""Versions in the admin: the wording in both languages, and the next step as a button."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.forms import BaseInlineFormSet, ModelForm, Textarea
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core.staff import RecordInline
from core.stored_files import stored_file
from core.templatetags.portal import file_size
from documents import pdf
from documents.forms import NoteForm, SendBackForm, StepForm, WithdrawForm
from documents.models import Edition, Frozen, Language, PublicationEvent, State, Version
from documents.preview import preview_url
from documents.publishing import (
    PublishingRefused,
    approve,
    last_step,
    missing_for_publication,
    note_edit,
    publish,
    refuse_if_changed,
    send_back,
    submit,
    warnings,
    withdraw,
)
from documents.summary_admin import SummaryPages
from documents.text_preview import TextPreview

Step = tuple[str | Promise, tuple[str, ...], type[forms.Form], Callable[..., None], tuple[State, ...]]

EDIT, PUBLISH = ("documents.change_version",), ("documents.publish_version",)

STEPS: dict[str, Step] = {
    "submit": (_("Submit for review"), EDIT, NoteForm, submit, (State.DRAFT,)),
    "approve": (_("Approve"), PUBLISH, NoteForm, approve, (State.REVIEW,)),
    "publish": (_("Publish this version"), PUBLISH, StepForm, publish, (State.APPROVED,)),
    "send_back": (
        _("Return to draft"),
        EDIT + PUBLISH,
        SendBackForm,
        send_back,
        (State.REVIEW, State.APPROVED),
    ),
    "withdraw": (_("Withdraw"), PUBLISH, WithdrawForm, withdraw, (State.PUBLISHED,)),
}
"""The steps: label, permissions of which one is needed, form, function, and the states it starts from."""


class VersionForm(ModelForm[Version]):
    """The fields of a version. It knows the last step that its editor has seen."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen"] = last_step(self.instance)

    def clean(self) -> dict[str, Any] | None:
        """Refuse to write over what a colleague has saved meanwhile; what was typed stays in the form."""
        cleaned = super().clean()
        if self.instance.pk and self.data.get("seen") != last_step(self.instance):
            raise forms.ValidationError(
                _(
                    "A colleague has changed this version since you opened it. Nothing is saved. Open it in "
                    "another window and bring your changes there."
                )
            )
        return cleaned


class UnlabelledInput(forms.HiddenInput):
    """A hidden field that no label names: HTML has labels for fields that can be seen only."""

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """Return no name, whatever `id_` is."""
        return ""


class EditionFormSet(BaseInlineFormSet[Edition, Version, ModelForm[Edition]]):
    """Blank forms come with a language that the version does not have yet, French first."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        version: Version | None = kwargs.get("instance")
        taken: set[str] = set()
        if version and version.pk:
            taken.update(version.editions.values_list("language", flat=True))
        kwargs["initial"] = [{"language": code} for code in Language.values if code not in taken]
        super().__init__(*args, **kwargs)


class EditionInline(admin.StackedInline[Edition, Version]):
    """The wording in each language, side by side where there is room, French first."""

    model = Edition
    formset = EditionFormSet
    template = "admin/documents/version/editions.html"
    ordering = ("-language",)
    extra = 2
    max_num = 2
    fields = ("language", "text", "file", "is_specimen", "file_facts")
    readonly_fields = ("file_facts",)
    formfield_overrides = {models.TextField: {"widget": Textarea(attrs={"rows": 18, "cols": 100})}}

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "language":
            # The heading says it, and there is one form for each.
            kwargs["widget"] = UnlabelledInput
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    @admin.display(description=_("the file"))
    def file_facts(self, edition: Edition) -> str:
        """Pages, size and SHA-256 of the stored PDF."""
        if not edition.file_sha256:
            return "–"
        words = ngettext(
            "%(pages)d page, %(size)s, SHA-256 %(sha256)s",
            "%(pages)d pages, %(size)s, SHA-256 %(sha256)s",
            edition.file_pages,
        )
        return words % {
            "pages": edition.file_pages,
            "size": file_size(edition.file_size),
            "sha256": edition.file_sha256,
        }

    def has_add_permission(self, request: HttpRequest, obj: Version | None = None) -> bool:
        return super().has_add_permission(request, obj) and not (obj and not obj.is_draft)

    def has_change_permission(self, request: HttpRequest, obj: Version | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and not obj.is_draft)

    def has_delete_permission(self, request: HttpRequest, obj: Version | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and not obj.is_draft)


class EventInline(RecordInline):
    """The record of steps."""

    model = PublicationEvent
    fields = readonly_fields = ("at", "actor", "step", "note")


class VersionAdmin(SummaryPages, TextPreview):
    """Wordings of a document: written here, then published, then frozen."""

    list_display = ("document", "state", "effective_on", "revision", "change_kind")
    list_filter = ("state", "change_kind")
    list_select_related = ("document",)
    date_hierarchy = "effective_on"
    search_fields = ("document__title_fr", "document__title_en")
    form = VersionForm
    inlines = (EditionInline, EventInline)
    readonly_fields = (
        "state",
        "author",
        "approved_by",
        "published_at",
        "published_by",
        "withdrawn_on",
        "withdrawal_reason_fr",
        "withdrawal_reason_en",
    )
    actions = None
    fieldsets = (
        (None, {"fields": ("document", ("effective_on", "revision"), "change_kind", "state")}),
        (_("What changed"), {"fields": (("change_summary_fr", "change_summary_en"),)}),
        (
            _("Only for some contracts"),
            {"classes": ["collapse"], "fields": (("contracts_from_on", "contracts_until_on"),)},
        ),
        (
            _("Publication"),
            {"fields": (("author", "approved_by"), ("published_at", "published_by"))},
        ),
        (
            _("Withdrawal"),
            {
                "classes": ["collapse"],
                "fields": ("withdrawn_on", ("withdrawal_reason_fr", "withdrawal_reason_en")),
            },
        ),
    )
    formfield_overrides = {models.TextField: {"widget": Textarea(attrs={"rows": 4, "cols": 50})}}

    def view_on_site(self, obj: Version) -> str | None:
        """Return the address of the public page; a draft has none."""
        return obj.get_absolute_url() if obj.is_published else None

    def has_change_permission(self, request: HttpRequest, obj: Version | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and not obj.is_draft)

    def has_delete_permission(self, request: HttpRequest, obj: Version | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and not obj.is_draft)

    def get_urls(self) -> list[URLPattern]:
        step_url = path(
            "<int:pk>/step/<slug:step>/",
            self.admin_site.admin_view(self.step_view),
            name="documents_version_step",
        )
        file_url = path(
            "file/<path:name>", self.admin_site.admin_view(self.file_view), name="documents_version_file"
        )
        return [step_url, file_url, *super().get_urls()]

    def file_view(self, request: HttpRequest, name: str) -> HttpResponseBase:
        """Show the PDF of a draft or a published version to staff who may see it."""
        if not request.user.has_perm("documents.view_edition"):
            raise PermissionDenied
        edition = get_object_or_404(Edition, file=name)
        return stored_file(edition.file, content_type="application/pdf", filename=edition.file_name)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        version = self.get_object(request, object_id)
        context = {**(extra_context or {}), **self._steps(request, version)}
        return super().change_view(request, object_id, form_url, context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        # Before the transaction of the form begins: reading a file takes its time, and what is found is kept.
        for file in request.FILES.values():
            with suppress(ValidationError):
                pdf.inspect(file)  # type: ignore[arg-type]  # one file a name in this form
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Frozen:
            # A colleague submitted or published it between the opening of the form and its saving.
            messages.error(
                request,
                gettext("Not saved: this version is no draft any more. A colleague has taken it further."),
            )
            return HttpResponseRedirect(reverse("admin:documents_version_change", args=[object_id]))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        note_edit(version=form.instance, by=request.user)  # type: ignore[arg-type]  # admin_view: signed in

    def step_view(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        """Ask what a step needs to know, take it, and come back to the version."""
        version = get_object_or_404(Version.objects.select_related("document"), pk=pk)
        if step not in STEPS:
            raise Http404(step)
        label, permissions, form_class, take, _states = STEPS[step]
        if not any(map(request.user.has_perm, permissions)):
            raise PermissionDenied
        back = HttpResponseRedirect(reverse("admin:documents_version_change", args=[pk]))
        form = form_class(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                with transaction.atomic():
                    refuse_if_changed(version=version, seen=request.POST.get("seen", ""))
                    take(version=version, by=request.user, **form.cleaned_data)
            except PublishingRefused as refused:
                for reason in refused.reasons:
                    form.add_error(None, reason)
            else:
                self.log_change(request, version, str(label))
                messages.success(request, gettext("Done: %(step)s.") % {"step": label})
                return back
        context = {
            **self.admin_site.each_context(request),
            "title": label,
            "opts": self.opts,
            "record": version,
            "form": form,
            "seen": request.POST.get("seen", "") or last_step(version),
        }
        return TemplateResponse(request, "admin/documents/version/step.html", context)

    def _steps(self, request: HttpRequest, version: Version | None) -> dict[str, Any]:
        """Return what the form shows above the fields: the next steps, what is missing, what to look at."""
        if version is None:
            return {}
        steps = [
            (name, label)
            for name, (label, permissions, _form, _take, states) in STEPS.items()
            if version.state in states and any(map(request.user.has_perm, permissions))
        ]
        missing = [] if version.is_published else missing_for_publication(version)
        if missing:
            steps = [(name, label) for name, label in steps if name in ("send_back",)]
        previews = []
        if not version.is_published and version.editions.exists():
            for language, name in Language.choices:
                with translation.override(language):
                    previews.append((language, name, preview_url(version)))
        return {
            "steps": steps,
            "missing": missing,
            "warnings": warnings(version),
            "previews": previews,
            "summaries": self.summary_links(request, version),
        }
