"""Which text applied on a day, all of them as one ZIP file, and which version a file is."""

import hashlib
import re
import tempfile

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.throttle import limit
from documents import bundle
from documents.applied import applied
from documents.forms import AppliedForm, CheckFileForm
from documents.models import Edition
from documents.timeline import Period, timeline

IN_MEMORY = 4 * 1024 * 1024
"""Bytes of a ZIP file that are kept in memory; a larger one goes through a temporary file."""

SHA256 = re.compile(r"[0-9a-f]{64}")


@require_safe
def applied_on(request: HttpRequest) -> HttpResponse:
    """The texts that applied on `?on=`, of all sections or of `?section=`."""
    form = AppliedForm(request.GET or None)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        on, section = form.cleaned_data["on"], form.cleaned_data["section"]
        context |= {
            "on": on,
            "sections": applied(on, section.slug if section else ""),
            "is_future": on > timezone.localdate(),
            "query": request.GET.urlencode(),
        }
    return render(request, "documents/applied.html", context)


@require_safe
def applied_zip(request: HttpRequest) -> FileResponse | HttpResponse:
    """The same texts as one ZIP file with a manifest."""
    limit(request, name="zip", times=20, seconds=60)
    form = AppliedForm(request.GET)
    if not form.is_valid():
        return render(request, "documents/applied.html", {"form": form}, status=400)
    on, section = form.cleaned_data["on"], form.cleaned_data["section"]
    slug = section.slug if section else ""
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # the response closes it
    bundle.write(file, [text for _section, texts in applied(on, slug) for text in texts])
    file.seek(0)
    return FileResponse(
        file, as_attachment=True, filename=bundle.file_name(on, slug), content_type="application/zip"
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check_file(request: HttpRequest) -> HttpResponse:
    """Say which published file has the SHA-256 `?sha256=`, or that of the file sent, which is not kept."""
    form = CheckFileForm(request.POST or None, request.FILES or None)
    digest = request.GET.get("sha256", "").lower()
    if request.method == "POST":
        limit(request, name="check-file", times=30, seconds=60)
        form = CheckFileForm(request.POST, request.FILES)
        digest = ""
        if form.is_valid():
            hashed = hashlib.sha256()
            for chunk in form.cleaned_data["file"].chunks():
                hashed.update(chunk)
            digest = hashed.hexdigest()
    is_digest = bool(SHA256.fullmatch(digest))
    found = _editions_with(digest) if is_digest else []
    context = {"form": form, "digest": digest if is_digest else "", "found": found}
    return render(request, "documents/check_file.html", context)


def _editions_with(digest: str) -> list[tuple[Edition, Period]]:
    """Return the published editions whose file has a SHA-256, each with the time in which it applies."""
    editions = (
        Edition.objects.filter(version__published_at__isnull=False, file_sha256=digest)
        .select_related("version__document")
        .defer("text", "file_text")
    )
    found = []
    for edition in editions:
        versions = list(edition.version.document.versions.published())
        periods = timeline(versions, timezone.localdate())
        found.append((edition, next(p for p in periods if p.version == edition.version)))
    return found
