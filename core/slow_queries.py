"""The log of slow queries: what was asked of the database, never with which values."""

import logging
from collections.abc import Callable
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

logger = logging.getLogger(__name__)

LONGEST = 1000
"""Characters of a query that are logged."""


class SlowQueries:
    """Logs the queries of a request that take SLOW_QUERY_MS or longer; 0 turns it off."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.SLOW_QUERY_MS:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with connection.execute_wrapper(_timed):
            return self.get_response(request)


def _timed(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    began = monotonic()
    try:
        return execute(sql, params, many, context)
    finally:
        milliseconds = round((monotonic() - began) * 1000)
        if milliseconds >= settings.SLOW_QUERY_MS:
            # The values stand in `params`; the text has only their places.
            logger.warning("slow query: %d ms: %s", milliseconds, " ".join(str(sql).split())[:LONGEST])
