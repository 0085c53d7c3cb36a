"""Sections, documents and versions in the admin."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms import BaseInlineFormSet, ModelForm, Textarea
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from core.models import LoadedContent
from core.staff import PublicPageAdmin
from core.templatetags.portal import file_size
from documents.models import Document, Edition, Frozen, Language, Section, Version
from documents.publishing import PublishingRefused, missing_for_publication, publish


@admin.register(Section)
class SectionAdmin(admin.ModelAdmin[Section]):
    """The parts of the library and their introductions."""

    list_display = ("__str__", "slug", "position")
    list_editable = ("position",)
    search_fields = ("name_fr", "name_en")

    def get_readonly_fields(self, request: HttpRequest, obj: Section | None = None) -> tuple[str, ...]:
        # The content files know a section by it.
        return ("slug",) if obj else ()

    fieldsets = (
        (None, {"fields": (("name_fr", "name_en"), ("slug", "position"))}),
        (
            _("Introduction"),
            {"fields": ("introduction_original", ("introduction_fr", "introduction_en"))},
        ),
    )
    formfield_overrides = {models.TextField: {"widget": Textarea(attrs={"rows": 5, "cols": 50})}}


@admin.register(Document)
class DocumentAdmin(PublicPageAdmin):
    """Legal texts; their wording is kept in versions."""

    list_display = ("__str__", "section", "original_language", "versions_link", "position")
    list_filter = ("section", "original_language")
    list_editable = ("position",)
    list_select_related = ("section",)
    search_fields = ("title_fr", "title_en", "slug")
    readonly_fields = ("versions_link",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("title_fr", "title_en"),
                    ("description_fr", "description_en"),
                    ("section", "position"),
                    ("slug", "original_language"),
                    "versions_link",
                )
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Document | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("versions_link",)
        # The address is printed in contracts: it is chosen once. So is, once a text is published, the
        # language of its original.
        published = Version.objects.published().filter(document=obj).exists()
        return ("versions_link", "slug", *(("original_language",) if published else ()))

    def has_delete_permission(self, request: HttpRequest, obj: Document | None = None) -> bool:
        # Pages, footer and content files lead to the documents that came with the portal.
        loaded = (
            obj is not None and LoadedContent.objects.filter(key=f"documents.document:{obj.slug}").exists()
        )
        return super().has_delete_permission(request, obj) and not loaded

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Document | None = None
    ) -> dict[str, Sequence[str]]:
        return {} if obj else {"slug": ("title_en",)}

    @admin.display(description=_("versions"))
    def versions_link(self, document: Document) -> str:
        """A link to the document's versions."""
        if document._state.adding:
            return gettext("Save the document first, then add its first version.")
        return format_html(
            '<a href="{}?document__id__exact={}">{}</a> · <a href="{}?document={}">{}</a>',
            reverse("admin:documents_version_changelist"),
            document.pk,
            gettext("Show its versions"),
            reverse("admin:documents_version_add"),
            document.pk,
            gettext("Add a version"),
        )


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
    """The wording in each language, one below the other."""

    model = Edition
    formset = EditionFormSet
    extra = 2
    max_num = 2
    fields = ("language", "text", "file", "is_specimen", "file_facts")
    readonly_fields = ("file_facts",)
    formfield_overrides = {models.TextField: {"widget": Textarea(attrs={"rows": 18, "cols": 100})}}

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
        return super().has_add_permission(request, obj) and not (obj and obj.is_published)

    def has_change_permission(self, request: HttpRequest, obj: Version | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.is_published)

    def has_delete_permission(self, request: HttpRequest, obj: Version | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_published)


class StateFilter(admin.SimpleListFilter):
    """Drafts, or published versions."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("draft", gettext("draft")), ("published", gettext("published"))]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Version]) -> models.QuerySet[Version]:
        if self.value() in ("draft", "published"):
            return queryset.filter(published_at__isnull=self.value() == "draft")
        return queryset


@admin.register(Version)
class VersionAdmin(admin.ModelAdmin[Version]):
    """Wordings of a document: written here, then published, then frozen."""

    list_display = ("document", "state", "effective_on", "revision", "change_kind")
    list_filter = (StateFilter, "change_kind")
    list_select_related = ("document",)
    date_hierarchy = "effective_on"
    search_fields = ("document__title_fr", "document__title_en")
    autocomplete_fields = ("document",)
    inlines = (EditionInline,)
    readonly_fields = ("state", "published_at", "published_by")
    actions = None
    fieldsets = (
        (None, {"fields": ("document", ("effective_on", "revision"), "change_kind", "state")}),
        (_("What changed"), {"fields": (("change_summary_fr", "change_summary_en"),)}),
        (_("Publication"), {"fields": (("published_at", "published_by"),)}),
    )
    formfield_overrides = {models.TextField: {"widget": Textarea(attrs={"rows": 4, "cols": 50})}}

    def view_on_site(self, obj: Version) -> str | None:
        """Return the address of the public page; a draft has none."""
        return obj.get_absolute_url() if obj.is_published else None

    @admin.display(description=_("state"))
    def state(self, version: Version) -> str:
        """Draft, or published."""
        return gettext("published") if version.is_published else gettext("draft")

    def has_change_permission(self, request: HttpRequest, obj: Version | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.is_published)

    def has_delete_permission(self, request: HttpRequest, obj: Version | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_published)

    def get_urls(self) -> list[URLPattern]:
        publish_url = path(
            "<int:pk>/publish/",
            self.admin_site.admin_view(require_POST(self.publish_view)),
            name="documents_version_publish",
        )
        file_url = path(
            "file/<path:name>", self.admin_site.admin_view(self.file_view), name="documents_version_file"
        )
        return [publish_url, file_url, *super().get_urls()]

    def file_view(self, request: HttpRequest, name: str) -> FileResponse:
        """Show the PDF of a draft or a published version to staff who may see it."""
        if not request.user.has_perm("documents.view_edition"):
            raise PermissionDenied
        edition = get_object_or_404(Edition, file=name)
        return FileResponse(edition.open_file(), content_type="application/pdf")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        version = self.get_object(request, object_id)
        is_draft = version is not None and not version.is_published
        context = {
            **(extra_context or {}),
            "may_publish": is_draft and request.user.has_perm("documents.publish_version"),
            "missing": missing_for_publication(version) if version and is_draft else [],
        }
        return super().change_view(request, object_id, form_url, context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Frozen:
            # A colleague published it between the opening of the form and its saving.
            messages.error(
                request,
                gettext("Not saved: this version has just been published. A correction is a new version."),
            )
            return HttpResponseRedirect(reverse("admin:documents_version_change", args=[object_id]))

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Publish the version, or say what is missing."""
        version = get_object_or_404(Version, pk=pk)
        back = HttpResponseRedirect(reverse("admin:documents_version_change", args=[pk]))
        if not request.user.has_perm("documents.publish_version"):
            messages.error(request, gettext("You may not publish. An approver can do it."))
            return back
        try:
            publish(version=version, by=request.user)  # type: ignore[arg-type]  # admin_view: signed in
        except PublishingRefused as refused:
            for reason in refused.reasons:
                messages.error(request, reason)
            return back
        self.log_change(request, version, gettext("Published."))
        messages.success(
            request,
            gettext(
                "Published. From now on this version can no longer be changed; a correction is a new one."
            ),
        )
        return back
