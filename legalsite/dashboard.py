"""The start page of the admin: what waits for staff, of every app."""

from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone

from core.staff import PortalAdminSite

MOST_URGENT = 5
"""Requests about personal data that are named on the start page."""


class DashboardAdminSite(PortalAdminSite):
    """The portal's admin, whose start page says what is to be done."""

    index_template = "admin/dashboard.html"

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        # Only now: the admin site is made before the models are.
        import privacy.inbox
        import privacy.retention
        from complaints import inbox, retention
        from documents.attention import waiting
        from privacy.connecting import asked_about
        from privacy.models import Request

        context = dict(extra_context or {})
        if request.user.has_perm("documents.view_version"):
            context["texts"] = waiting(request.user)  # type: ignore[arg-type]  # admin_view: signed in
        if request.user.has_perm("complaints.view_complaint"):
            today = timezone.localdate()
            context["cases"] = inbox.counts(today)
            keep = asked_about(today - retention.GRACE)
            context["late_erasures"] = retention.late(today, keep)
        if request.user.has_perm("privacy.view_request"):
            today = timezone.localdate()
            context["requests"] = privacy.inbox.counts(today)
            context["urgent_requests"] = Request.objects.open()[:MOST_URGENT]
            context["late_requests"] = privacy.retention.late(today)
        return super().index(request, context)
