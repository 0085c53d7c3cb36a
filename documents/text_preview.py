"""How page texts will look, while staff type them: rendered as for readers, and nothing is kept."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from core.throttle import limit
from documents import rendering
from documents.models import Language, Version
from documents.parallel import differences

MOST_A_MINUTE = 600
"""Previews of one network: several editors in an office who type without a pause."""


class TextPreview(admin.ModelAdmin[Version]):
    """Answers the script of the form (static/text-preview.js)."""

    def get_urls(self) -> list[URLPattern]:
        preview_url = path(
            "preview-text/", self.admin_site.admin_view(self.text_view), name="documents_version_preview"
        )
        return [preview_url, *super().get_urls()]

    @method_decorator(require_POST)
    def text_view(self, request: HttpRequest) -> JsonResponse:
        """Return the texts of the form as HTML, by language, and how their headings differ.

        Raises PermissionDenied for staff who may write no version, TooManyRequests past MOST_A_MINUTE.
        """
        if not (self.has_add_permission(request) or request.user.has_perm("documents.change_version")):
            raise PermissionDenied
        limit(request, name="text-preview", times=MOST_A_MINUTE, seconds=60)
        texts = {
            code: request.POST[code].replace("\r\n", "\n") for code in Language.values if code in request.POST
        }
        return JsonResponse(
            {
                "texts": {code: rendering.render_afresh(text).html for code, text in texts.items()},
                "differences": differences(texts),
            }
        )
