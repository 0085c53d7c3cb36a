"""The home page: the legal centre."""

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.page_cache import reading_page
from documents.models import Document, Section, Version

CHANGES_SHOWN = 4


@reading_page()
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What can be done here, every text by section, and what changed or will change."""
    today = timezone.localdate()
    context = {
        "today": today,
        "sections": Section.objects.prefetch_related(Prefetch("documents", Document.objects.all())),
        "changes": Version.objects.changes().select_related("document")[:CHANGES_SHOWN],
    }
    return render(request, "home.html", context)
