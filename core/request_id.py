"""A name for each request, in the log, in the answer and on the page that says what went wrong.

The only thing of a request that is at hand everywhere, for the log alone: nothing is decided by it.
"""

import logging
import re
from collections.abc import Callable
from contextvars import ContextVar
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADER = "X-Request-ID"
IN_ENVIRON = "HTTP_X_REQUEST_ID"
GIVEN = re.compile(r"[A-Za-z0-9_-]{8,64}")
"""What is taken over from a proxy: nothing that could be mistaken for a part of the log."""

NONE = "-"
_current: ContextVar[str] = ContextVar("request_id", default=NONE)


def request_id() -> str:
    """Return the name of the request that is being answered, "-" outside of one."""
    return _current.get()


def begin(given: str) -> str:
    """Name the request that this thread begins to answer, and return the name: `given`, where it comes from a
    proxy of ours (TRUSTED_PROXIES) and can be mistaken for nothing else, otherwise one at random.
    """
    name = given if settings.TRUSTED_PROXIES and GIVEN.fullmatch(given) else uuid4().hex
    # It stays until the next request of this thread: Django logs what it refused after all middleware.
    _current.set(name)
    return name


class RequestIds:
    """Names each request, in its answer too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        name = begin(request.META.get(IN_ENVIRON, ""))
        response = self.get_response(request)
        response.headers[HEADER] = name
        return response


class WithRequestId(logging.Filter):
    """Adds the name of the request to what is logged."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add it as `request_id`."""
        record.request_id = request_id()
        return True
