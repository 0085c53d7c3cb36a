"""The library, one document, one version, and the files."""

import datetime
import re
from http import HTTPStatus
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header
from django.views.decorators.http import condition, require_safe

from core.bilingual import reading_language
from core.on_date import ON_DATE, OnDateForm
from core.page_cache import lasting_file, reading_page
from core.stored_files import stored_file
from documents import ranges, rendering
from documents.addresses import VersionAddress
from documents.models import Document, Edition, Version
from documents.timeline import Period, Standing, governing, timeline

FILE_FIELDS = (
    "file",
    "file_sha256",
    "file_size",
    "language",
    "version__effective_on",
    "version__revision",
    "version__document__slug",
)


TEXTS_A_PAGE = 100
"""Documents that the library shows at once: more than most companies have."""

DAY_OR_PAGE = re.compile(rf"{ON_DATE.pattern}|page=[1-9]\d?")


@reading_page(DAY_OR_PAGE)
@require_safe
def library(request: HttpRequest) -> HttpResponse:
    """A hundred documents by section, each with the text in force today or on `?on=`, or the next ones."""
    today = timezone.localdate()
    form = OnDateForm(request.GET)
    on = form.chosen(today)
    page = Paginator(Document.objects.select_related("section"), TEXTS_A_PAGE).get_page(
        request.GET.get("page")
    )
    in_force = {
        version.document_id: version
        for version in Version.objects.in_force(on)
        .filter(document__in=[document.pk for document in page])
        .select_related("document")
        .prefetch_related(Prefetch("editions", Edition.objects.defer("text", "file_text")))
    }
    sections = [
        (section, [_shelf_row(document, in_force.get(document.pk)) for document in shelf])
        for section, shelf in groupby(page, key=attrgetter("section"))
    ]
    context = {
        "form": form,
        "on": on,
        "is_past": on < today,
        "is_future": on > today,
        "page": page,
        "sections": sections,
    }
    return render(request, "documents/library.html", context)


@reading_page(ON_DATE)
@require_safe
def document(request: HttpRequest, slug: str) -> HttpResponse:
    """The text of a document in force today or on `?on=`, and its history."""
    found = get_object_or_404(Document, slug=slug)
    today = timezone.localdate()
    form = OnDateForm(request.GET)
    on = form.chosen(today)
    periods = _periods(found, today)
    on_the_day = timeline([period.version for period in periods], on)
    period = governing(on_the_day, on)
    context = _page(found, period, periods) | {
        "form": form,
        "on": on,
        "is_today": on == today,
        "beside": [p for p in on_the_day if p is not period and p.standing is Standing.IN_FORCE],
    }
    return render(request, "documents/document.html", context)


@reading_page()
@require_safe
def version(request: HttpRequest, slug: str, address: VersionAddress) -> HttpResponse:
    """One version of a document, for ever at the same address."""
    found = get_object_or_404(Document, slug=slug)
    periods = _periods(found, timezone.localdate())
    period = next((p for p in periods if p.version.address == str(address)), None)
    if period is None:
        raise Http404("no such version")
    place = periods.index(period)
    context = _page(found, period, periods)
    context["predecessor"] = periods[place + 1] if place + 1 < len(periods) else None
    response = render(request, "documents/version.html", context)
    response.headers["Link"] = ", ".join(_links(period, periods))
    return response


def _links(period: Period, periods: list[Period]) -> list[str]:
    """Return the links between versions, in the relations of RFC 5829."""
    place = periods.index(period)
    current = governing(periods, timezone.localdate())
    related = {
        "latest-version": current,
        "successor-version": periods[place - 1] if place else None,
        "predecessor-version": periods[place + 1] if place + 1 < len(periods) else None,
    }
    history = f'<{settings.SITE_URL}{period.version.document.get_absolute_url()}>; rel="version-history"'
    return [history] + [
        f'<{settings.SITE_URL}{other.version.get_absolute_url()}>; rel="{relation}"'
        for relation, other in related.items()
        if other is not None
    ]


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


@lasting_file
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
    @condition(etag_func=lambda _request: _etag(edition))
    def stream(request: HttpRequest) -> HttpResponseBase:
        return _whole_or_part(request, edition)

    response = stream(request)
    if response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        patch_cache_control(response, no_store=True)
        return response
    # On "not modified" too: a cache renews what it holds from these.
    response.headers["Content-Language"] = edition.language
    response.headers["Accept-Ranges"] = "bytes"
    patch_cache_control(response, public=True, max_age=31_536_000, immutable=True)
    return response


def _etag(edition: Edition) -> str:
    return f'"{edition.file_sha256}"'


def _whole_or_part(request: HttpRequest, edition: Edition) -> HttpResponseBase:
    """Return the file, or the part of it that is asked for, unless that is of another file (If-Range)."""
    wanted = None
    # A range counts for GET only (RFC 9110, 14.2).
    if request.method == "GET" and request.headers.get("If-Range", _etag(edition)) == _etag(edition):
        try:
            wanted = ranges.parse(request.headers.get("Range", ""), edition.file_size)
        except ranges.NotSatisfiable:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{edition.file_size}"})
    if wanted is None:
        return stored_file(edition.file, content_type="application/pdf", filename=edition.file_name)
    return StreamingHttpResponse(
        ranges.blocks(edition.open_file(), wanted),
        status=206,
        content_type="application/pdf",
        headers={
            "Content-Disposition": content_disposition_header(False, edition.file_name) or "inline",
            "Content-Length": str(wanted.length),
            "Content-Range": f"bytes {wanted.first}-{wanted.last}/{edition.file_size}",
        },
    )


def _periods(found: Document, on: datetime.date) -> list[Period]:
    versions = (
        Version.objects.published()
        .filter(document=found)
        .prefetch_related(Prefetch("editions", Edition.objects.for_reading()))
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


def reading(version: Version) -> dict[str, Any]:
    """What templates/documents/_reading.html shows of a version, whose editions were read `for_reading`."""
    edition = version.edition_for(reading_language())
    summary: str = edition.summary_text if edition else ""  # type: ignore[attr-defined]  # from for_reading
    return {
        "document": version.document,
        "edition": edition,
        "rendered": edition.rendered() if edition and edition.text else None,
        "points": rendering.points(summary),
        "files": files_for_reader(version),
        "is_specimen": any(each.is_specimen for each in version.editions.all()),
    }


def _page(found: Document, period: Period | None, periods: list[Period]) -> dict[str, Any]:
    """What the templates of a document and of a version show alike."""
    return {
        "document": found,
        "permanent_address": settings.SITE_URL + period.version.get_absolute_url() if period else "",
        "in_force_address": settings.SITE_URL + found.get_absolute_url(),
        "period": period,
        "periods": periods,
        "current": governing(periods, timezone.localdate()),
        "withdrawn": next((p for p in periods if _was_withdrawn(p)), None),
        "announced": [p for p in periods if p.standing is Standing.ANNOUNCED],
        **(reading(period.version) if period else {}),
    }
