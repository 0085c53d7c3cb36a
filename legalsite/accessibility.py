"""The page that says how accessible this site is, what is known not to be, and where to report a problem."""

import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

AUDITED_ON = datetime.date(2026, 12, 1)
"""Day on which `make audit` last passed as a whole. Set by hand, with the record in docs/accessibility.md."""


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The standard, the state found by tests, the known limits, and whom to write to."""
    return render(request, "accessibility.html", {"audited_on": AUDITED_ON})
