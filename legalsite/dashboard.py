"""The admin site as a whole: its start page, of every app, and the handbook."""

from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path

from core.staff import PortalAdminSite


class DashboardAdminSite(PortalAdminSite):
    """The portal's admin, whose start page says what is to be done."""

    index_template = "admin/dashboard.html"

    def get_urls(self) -> list[URLResolver | URLPattern]:
        # Only now, here and below: the admin site is made before the models are.
        from legalsite import handbook_views

        return [
            path("handbook/", self.admin_view(handbook_views.contents), name="handbook"),
            path("handbook/<slug:slug>/", self.admin_view(handbook_views.page), name="handbook-page"),
            *super().get_urls(),
        ]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        from legalsite.today import today_of

        waiting = today_of(request.user)  # type: ignore[arg-type]  # admin_view: signed in
        return super().index(request, {**(extra_context or {}), "today": waiting})
