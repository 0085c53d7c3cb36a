"""Writing the plain-language summary of a version in the admin, with the text and a preview beside it."""

from dataclasses import dataclass

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext

from documents.forms import SummaryForm
from documents.models import Language, Summary, Version
from documents.publishing import PublishingRefused
from documents.summaries import last_change, may_summarise, summarise


@dataclass(frozen=True)
class SummaryLink:
    """The way from a version to its summary in a language."""

    language: Language
    address: str
    summary: Summary | None


class SummaryPages(admin.ModelAdmin[Version]):
    """A page for the summary of a version in each language: it stays open when the version is frozen."""

    def get_urls(self) -> list[URLPattern]:
        summary_url = path(
            "<int:pk>/summary/<slug:language>/",
            self.admin_site.admin_view(self.summary_view),
            name="documents_version_summary",
        )
        return [summary_url, *super().get_urls()]

    def summary_links(self, request: HttpRequest, version: Version) -> list[SummaryLink]:
        """Return the ways to the summaries of `version`; none when whoever asks may not write them."""
        if not may_summarise(request.user, version):  # type: ignore[arg-type]  # admin_view: signed in
            return []
        written = {summary.language: summary for summary in version.summaries.select_related("written_by")}
        return [
            SummaryLink(
                language,
                reverse("admin:documents_version_summary", args=[version.pk, language.value]),
                written.get(language.value),
            )
            for language in Language
        ]

    def summary_view(self, request: HttpRequest, pk: int, language: str) -> HttpResponse:
        """Show the text and the form; write the summary, or only show how it would look (`preview`)."""
        version = get_object_or_404(Version.objects.select_related("document"), pk=pk)
        if language not in Language.values:
            raise Http404(language)
        if not may_summarise(request.user, version):  # type: ignore[arg-type]  # admin_view: signed in
            raise PermissionDenied
        title = gettext("Plain-language summary in %(language)s") % {"language": Language(language).label}
        stored = version.summaries.filter(language=language).first()
        summary = stored or Summary(version=version, language=language)
        form = SummaryForm(request.POST or None, instance=summary)
        if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
            try:
                summarise(
                    version=version,
                    language=language,
                    text=form.cleaned_data["text"],
                    by=request.user,  # type: ignore[arg-type]  # admin_view: signed in
                    seen=request.POST.get("seen", ""),
                )
            except PublishingRefused as refused:
                form.add_error(None, refused.reasons[0])
            else:
                self.log_change(request, version, title)
                messages.success(request, gettext("The summary is saved."))
                return HttpResponseRedirect(reverse("admin:documents_version_change", args=[pk]))
        edition = version.edition_for(language)
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "record": version,
            "language": language,
            "form": form,
            "points": summary.points(),
            "edition": edition,
            "rendered": edition.rendered() if edition and edition.text else None,
            "seen": request.POST.get("seen", "") or last_change(version, language),
        }
        return TemplateResponse(request, "admin/documents/version/summary.html", context)
