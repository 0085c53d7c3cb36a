"""The complaints page: the policy in force, and the way to the form."""

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.page_cache import reading_page
from documents.models import Edition, Version
from documents.views import reading

POLICY = "complaint-handling"
"""Slug of the document that holds the policy."""


@reading_page()
@require_safe
def complaint_policy(request: HttpRequest) -> HttpResponse:
    """How to complain: the company's policy in force today, with the form one step away."""
    version = (
        Version.objects.in_force(timezone.localdate())
        .filter(document__slug=POLICY)
        .select_related("document")
        .prefetch_related(Prefetch("editions", Edition.objects.for_reading()))
        .first()
    )
    context = reading(version) if version else {}
    return render(request, "complaints/policy.html", {**context, "version": version})
