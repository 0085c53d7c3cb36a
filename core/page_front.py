"""Kept pages, answered before Django makes a request of what the server has read: that is most of the work.

It decides nothing by itself. What has not gone through all of Django before (core/page_cache.py), from the
same host over the same scheme and in the state of this moment, goes through it now.
"""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING

from core.page_cache import Page, PageCache, is_plain
from core.request_id import HEADER, IN_ENVIRON, begin

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Count = Callable[[str, str, int, float], None]
"""Counts an answer: name of the view, method, status, seconds."""

STATUS = {status: f"{status.value} {status.phrase}" for status in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED)}


class PageFront:
    """A WSGI application (PEP 3333) before Django's: readers get kept pages from it."""

    def __init__(self, application: "WSGIApplication", cache: PageCache, count: Count | None = None) -> None:
        self.application = application
        self.cache = cache
        self.count = count

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        began = monotonic()
        page = self._find(environ)
        if page is None:
            return self.application(environ, start_response)
        variant, is_known = page.choose(environ)
        status = HTTPStatus.NOT_MODIFIED if is_known else HTTPStatus.OK
        headers = variant.headers_unchanged if is_known else variant.headers
        start_response(STATUS[status], [*headers.items(), (HEADER, begin(environ.get(IN_ENVIRON, "")))])
        if self.count and page.match:
            self.count(page.match.view_name, environ["REQUEST_METHOD"], status.value, monotonic() - began)
        return [b"" if is_known or environ["REQUEST_METHOD"] == "HEAD" else variant.body]

    def _find(self, environ: "WSGIEnvironment") -> Page | None:
        path = environ.get("PATH_INFO", "")
        # Other characters than these are not yet decoded here.
        if not (path.isascii() and is_plain(environ) and self.cache.has_come_in(environ)):
            return None
        if environ.get("SCRIPT_NAME") or (state := self.cache.fresh_state()) is None:
            return None
        return self.cache.find(state, environ, path)
