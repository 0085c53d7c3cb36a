"""The library, one document, one version, and the files."""

import datetime
from typing import Any

from django.db.models import Prefetch
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import condition, require_safe

from core.bilingual import reading_language
from core.on_date import OnDateForm
from documents.addresses import VersionAddress
from documents.models import Document, Edition, Section, Version
from documents.timeline import Period, Standing, timeline

FILE_FIELDS = (
    "file",
    "file_sha256",
    "language",
    "version__effective_on",
    "version__revision",
    "version__document__slug",
)


@require_safe
def library(request: HttpRequest) -> HttpResponse:
    """Every document by section, each with the text in force today or on `?on=`."""
    today = timezone.localdate()
    form = OnDateForm(request.GET)
    on = form.chosen(today)
    in_force = {
        version.document_id: version
        for version in Version.objects.in_force(on)
        .select_related("document")
        .prefetch_related(Prefetch("editions", Edition.objects.defer("text", "file_text", "search_text")))
    }
    sections = [
        (section, [_shelf_row(document, in_force.get(document.pk)) for document in section.documents.all()])
        for section in Section.objects.prefetch_related("documents")
    ]
    context = {"form": form, "on": on, "is_past": on < today, "is_future": on > today, "sections": sections}
    return render(request, "documents/library.html", context)


@require_safe
def document(request: HttpRequest, slug: str) -> HttpResponse:
    """The text of a document in force today or on `?on=`, and its history."""
    found = get_object_or_404(Document, slug=slug)
    today = timezone.localdate()
    form = OnDateForm(request.GET)
    on = form.chosen(today)
    periods = _periods(found, today)
    period = next((p for p in timeline([p.version for p in periods], on) if _applies(p)), None)
    context = _page(found, period, periods) | {"form": form, "on": on, "is_today": on == today}
    return render(request, "documents/document.html", context)


@require_safe
def version(request: HttpRequest, slug: str, address: VersionAddress) -> HttpResponse:
    """One version of a document, for ever at the same address."""
    found = get_object_or_404(Document, slug=slug)
    periods = _periods(found, timezone.localdate())
    period = next((p for p in periods if p.version.address == str(address)), None)
    if period is None:
        raise Http404("no such version")
    return render(request, "documents/version.html", _page(found, period, periods))


@require_safe
def current_file(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """Redirect to the file in force today in that language."""
    edition = get_object_or_404(
        Edition.objects.exclude(file="").select_related("version__document"),
        version__in=Version.objects.in_force(timezone.localdate()),
        version__document__slug=slug,
        language=language,
    )
    response = redirect(edition.file_url)
    patch_cache_control(response, no_cache=True)
    return response


def file(request: HttpRequest, slug: str, address: VersionAddress, language: str) -> HttpResponseBase:
    """One published PDF file, at an address whose bytes never change."""
    edition = get_object_or_404(
        Edition.objects.exclude(file="").select_related("version__document").only(*FILE_FIELDS),
        version__in=Version.objects.published(),
        version__document__slug=slug,
        version__effective_on=address.effective_on,
        version__revision=address.revision,
        language=language,
    )

    @require_safe
    @condition(etag_func=lambda _request: f'"{edition.file_sha256}"')
    def stream(request: HttpRequest) -> HttpResponseBase:
        response = FileResponse(
            edition.open_file(), content_type="application/pdf", filename=edition.file_name
        )
        response.headers["Content-Language"] = edition.language
        patch_cache_control(response, public=True, max_age=31_536_000, immutable=True)
        return response

    return stream(request)


def _periods(found: Document, on: datetime.date) -> list[Period]:
    versions = (
        Version.objects.published()
        .filter(document=found)
        .prefetch_related(Prefetch("editions", Edition.objects.defer("file_text", "search_text")))
    )
    for one in versions:
        one.document = found
        for edition in one.editions.all():
            edition.version = one
    return timeline(list(versions), on)


def _shelf_row(found: Document, version: Version | None) -> tuple[Document, Version | None, list[Edition]]:
    return found, version, files_for_reader(version) if version else []


def files_for_reader(version: Version) -> list[Edition]:
    """Return the editions of `version` that have a file, the reader's language first."""
    language = reading_language()
    return sorted(
        (edition for edition in version.editions.all() if edition.file),
        key=lambda edition: edition.language != language,
    )


def _was_withdrawn(period: Period) -> bool:
    return period.standing is Standing.WITHDRAWN and not period.never_applied


def _applies(period: Period) -> bool:
    return period.standing is Standing.IN_FORCE


def reading(version: Version) -> dict[str, Any]:
    """What templates/documents/_reading.html shows of a version."""
    edition = version.edition_for(reading_language())
    return {
        "document": version.document,
        "edition": edition,
        "rendered": edition.rendered() if edition and edition.text else None,
        "files": files_for_reader(version),
        "is_specimen": any(each.is_specimen for each in version.editions.all()),
    }


def _page(found: Document, period: Period | None, periods: list[Period]) -> dict[str, Any]:
    """What the templates of a document and of a version show alike."""
    return {
        "document": found,
        "period": period,
        "periods": periods,
        "current": next((p for p in periods if _applies(p)), None),
        "withdrawn": next((p for p in periods if _was_withdrawn(p)), None),
        "announced": [p for p in periods if p.standing is Standing.ANNOUNCED],
        **(reading(period.version) if period else {}),
    }
