"""The statistics of complaints in the admin: the last twelve months, and a year as a report."""

import datetime
from typing import Any

from django.contrib import admin
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext

from complaints.csv_files import CONTENT_TYPE, csv_lines
from complaints.models import Complaint
from complaints.report import Months, Report, months, oldest_open, report
from core import audit
from core.bilingual import reading_language
from core.plots import Series, bars, columns

FRESH = 10 * 60
"""Seconds for which charts and figures are kept: over many complaints they take a second to count."""


class ReportViews(admin.ModelAdmin[Any]):
    """Views that the admin of complaints adds for its figures."""

    def report_urls(self) -> list[URLPattern]:
        """Return the addresses of these pages."""
        view = self.admin_site.admin_view
        return [
            path("report/", view(self.report_view), name="complaints_complaint_report"),
            path("report.csv", view(self.report_csv), name="complaints_complaint_report_csv"),
        ]

    def report_view(self, request: HttpRequest) -> HttpResponse:
        """Show the last twelve months as charts, and the figures of a year."""
        if not request.user.has_perm("complaints.view_complaint"):
            raise PermissionDenied
        today = timezone.localdate()
        year = _year(request)
        figures, recent = _kept(year, today)
        labels = [date_format(day, "M y") for day in recent.first_days]
        complaints = gettext("complaints")
        first = Complaint.objects.order_by("received_at").values_list("received_at", flat=True).first()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Statistics"),
            "year": year,
            "years": range(today.year, timezone.localdate(first).year - 1 if first else today.year - 1, -1),
            "report": figures,
            "oldest": oldest_open(),
            "by_month": columns(
                gettext("Received and closed per month"),
                complaints,
                labels,
                [
                    Series(pgettext("figures", "Received"), recent.received),
                    Series(pgettext("figures", "Closed"), recent.closed),
                ],
            ),
            "by_kind": bars(
                gettext("Received in %(year)s, by kind") % {"year": year}, complaints, figures.by_kind
            ),
        }
        return TemplateResponse(request, "admin/complaints/complaint/report.html", context)

    def report_csv(self, request: HttpRequest) -> HttpResponse:
        """Hand out the figures of a year as CSV: no personal data are in them."""
        if not request.user.has_perm("complaints.view_complaint"):
            raise PermissionDenied
        year = _year(request)
        rows = [("group", "name", "figure"), *_of_year(year).rows()]
        audit.record(audit.Action.EXPORTED, by=request.user, about=f"complaints-{year}.csv", request=request)
        response = HttpResponse("".join(csv_lines(rows)), content_type=CONTENT_TYPE)
        response.headers["Content-Disposition"] = f'attachment; filename="complaints-{year}.csv"'
        return response


def _kept(year: int, today: datetime.date) -> tuple[Report, Months]:
    """Return the figures of a year and of the last months, counted at most FRESH seconds ago.

    Their names are in the language of whoever reads them.
    """
    key = f"complaints:report:{year}:{today}:{reading_language()}"
    kept: tuple[Report, Months] | None = cache.get(key)
    if kept is None:
        kept = _of_year(year), months(today)
        cache.set(key, kept, FRESH)
    return kept


def _of_year(year: int) -> Report:
    return report(datetime.date(year, 1, 1), datetime.date(year + 1, 1, 1))


def _year(request: HttpRequest) -> int:
    """Return the year that is asked for, this one when it is none."""
    asked = request.GET.get("year", "")
    this = timezone.localdate().year
    return int(asked) if asked.isdecimal() and 2000 <= int(asked) <= this else this  # no year before
