"""What changed between two versions of a document."""

from itertools import count
from typing import Any

from django import forms
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from core.bilingual import reading_language
from core.dates import long_date
from core.page_cache import reading_page
from core.throttle import limit
from documents import paragraphs, redline, rendering
from documents.addresses import VersionAddress
from documents.models import Document, Edition, Version

WAY_OF_COMPARING = 2
"""Part of the cache key: raised when the comparison itself changes."""


class VersionField(forms.ModelChoiceField[Version]):
    """A version by its date."""

    def label_from_instance(self, obj: Version) -> str:
        return (
            f"{long_date(obj.effective_on)} ({obj.address})"
            if obj.revision > 1
            else long_date(obj.effective_on)
        )


class PairForm(forms.Form):
    """Which two versions are compared."""

    before = VersionField(
        Version.objects.none(),
        label=_("From the version of"),
        empty_label=_("Choose a version"),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose the version to start from.")),
    )
    after = VersionField(
        Version.objects.none(),
        label=_("To the version of"),
        empty_label=_("Choose a version"),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose the version to compare.")),
    )

    def __init__(self, versions: QuerySet[Version], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, VersionField):
                field.queryset = versions


@require_safe
def choose(request: HttpRequest, slug: str) -> HttpResponse:
    """Lead to the comparison of the two versions in `?before=` and `?after=`, or ask for them."""
    document = get_object_or_404(Document, slug=slug)
    versions = _versions(document)
    form = PairForm(versions, request.GET or None)
    if form.is_valid():
        pair = form.cleaned_data
        return redirect("documents:compare", slug, pair["before"].address, pair["after"].address)
    return render(request, "documents/compare.html", {"document": document, "form": form})


@reading_page()
@require_safe
def compare(request: HttpRequest, slug: str, before: VersionAddress, after: VersionAddress) -> HttpResponse:
    """The two versions side by side in one language, with what was added and removed."""
    document = get_object_or_404(Document, slug=slug)
    versions = _versions(document)
    old, new = _version(versions, before), _version(versions, after)
    pair = _same_language(document, old, new)
    found = _redline(request, *pair) if pair else None
    context = {
        "document": document,
        "before": old,
        "after": new,
        "form": PairForm(versions, initial={"before": old.pk, "after": new.pk}),
        "language": pair[0].language if pair else "",
        "has_file": bool(pair and (pair[0].file or pair[1].file)),
        "redline": found,
        "parts": _numbered(found) if found else [],
    }
    return render(request, "documents/compare.html", context)


def _numbered(found: redline.Redline) -> list[tuple[redline.Part, list[tuple[redline.Row, int]]]]:
    """Return the rows of each part with the number of their change; 0 for a row without one."""
    numbers = count(1)
    return [
        (part, [(row, next(numbers) if row.is_changed else 0) for row in part.rows]) for part in found.parts
    ]


def _versions(document: Document) -> QuerySet[Version]:
    return Version.objects.published().filter(document=document).order_by("-effective_on", "-revision")


def _version(versions: QuerySet[Version], address: VersionAddress) -> Version:
    found = versions.filter(effective_on=address.effective_on, revision=address.revision).first()
    if found is None:
        raise Http404("no such version")
    return found


def _same_language(document: Document, old: Version, new: Version) -> tuple[Edition, Edition] | None:
    """Return the editions of both versions in the reader's language, or else in the original one."""
    before = {edition.language: edition for edition in old.editions.all()}
    after = {edition.language: edition for edition in new.editions.all()}
    for language in (reading_language(), document.original_language, *before):
        if language in before and language in after:
            return before[language], after[language]
    return None


def _redline(request: HttpRequest, old: Edition, new: Edition) -> redline.Redline:
    """Compare two editions; published texts never change, so that the answer is kept for good."""
    key = f"redline:{WAY_OF_COMPARING}:{old.pk}:{new.pk}:{old.file_sha256[:16]}:{new.file_sha256[:16]}"
    found: redline.Redline | None = cache.get(key)
    if found is None:
        limit(request, name="compare", times=30, seconds=60)
        found = redline.compare(*paragraphs.part_alike(_paragraphs(old), _paragraphs(new)))
        cache.set(key, found, timeout=None)
    return found


def _paragraphs(edition: Edition) -> list[str]:
    if edition.text:
        return [line for line in rendering.plain(edition.text).splitlines() if line.strip()]
    return paragraphs.paragraphs_of_pages(edition.file_text)
