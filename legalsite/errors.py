"""The pages for what goes wrong, in the reader's language and with the site's face."""

import sys
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string

from core.request_id import request_id
from core.throttle import TooManyRequests


class NotFoundPage:
    """Shows the readers' 404 page in development too, where Django would show a technical one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if settings.DEBUG and response.status_code == 404:
            return page_not_found(request, Http404())
        return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a malformed request with 400, one that is too large with 413."""
    if isinstance(exception, RequestDataTooBig | TooManyFilesSent):
        return render(request, "errors/413.html", status=413)
    return render(request, "errors/400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a refusal with 403, one for too many requests with 429 and the time to wait (seconds)."""
    if isinstance(exception, TooManyRequests):
        response = render(request, "errors/429.html", {"minutes": exception.minutes}, status=429)
        response.headers["Retry-After"] = str(exception.retry_after)
        return response
    return render(request, "errors/403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose secret is missing or old with 403, and say how to keep what was typed."""
    return render(request, "errors/csrf.html", status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an unknown address with 404, and offer the search and both languages."""
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours with 500, a database that is locked, full or gone with 503."""
    # Without the request no context processor runs: the database, which may be the fault, stays untouched.
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        page = render_to_string("errors/503.html", {"request_id": request_id()})
        return HttpResponse(page, status=503, headers={"Retry-After": "60"})
    return HttpResponse(render_to_string("errors/500.html", {"request_id": request_id()}), status=500)
