"""The home page: the legal centre; and the icon that programs look for beside it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from core.page_cache import reading_page
from documents.models import Document, Section, Version

CHANGES_READ = 12
"""Versions looked at, the latest first; beyond so many announced ones the recent ones would be missed."""

RECENT_SHOWN = 3

TEXTS_OF_A_SECTION = 12
"""Documents named of each section; the library has all."""

EXAMPLES = (_("Turkey"), _("invoice"), _("complaint"), _("personal data"))
"""Words that find something of each sort: a destination, a page, texts."""


@reading_page()
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What can be done here, every text by section, what changed or will change, and who to reach."""
    today = timezone.localdate()
    changes = list(Version.objects.changes().select_related("document")[:CHANGES_READ])
    context = {
        "today": today,
        "examples": EXAMPLES,
        "shelves": _shelves(),
        # The next one first.
        "coming": [version for version in reversed(changes) if version.effective_on > today],
        "recent": [version for version in changes if version.effective_on <= today][:RECENT_SHOWN],
    }
    return render(request, "home.html", context)


def _shelves() -> list[tuple[Section, list[Document], bool]]:
    """Return each section with its first documents, and whether there are more. Two queries."""
    sections = list(Section.objects.all())
    shelves: dict[int, list[Document]] = {section.pk: [] for section in sections}
    for document in Document.objects.first_of_each(sections, TEXTS_OF_A_SECTION + 1):
        shelves[document.section_id].append(document)
    return [
        (section, shelves[section.pk][:TEXTS_OF_A_SECTION], len(shelves[section.pk]) > TEXTS_OF_A_SECTION)
        for section in sections
    ]


@require_safe
@cache_control(public=True, max_age=86_400)
def favicon(request: HttpRequest) -> HttpResponse:
    """Lead from the address where old programs look for an icon to the one that the pages name."""
    return redirect(static("favicon.ico"))
