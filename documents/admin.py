"""Sections, documents and versions in the admin."""

from collections.abc import Sequence

from django.contrib import admin
from django.db import models
from django.forms import Textarea
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.models import LoadedContent
from core.staff import ListWithInputs, PublicPageAdmin
from documents.models import Document, Section, Version
from documents.version_admin import VersionAdmin


@admin.register(Section)
class SectionAdmin(ListWithInputs):
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
class DocumentAdmin(ListWithInputs, PublicPageAdmin):
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
                    "is_for_copying",
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


admin.site.register(Version, VersionAdmin)
