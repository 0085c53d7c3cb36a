"""Kept pages and files, answered before Django makes a request of what the server has read: most of the work.

It decides nothing by itself. What has not gone through all of Django before (core/page_cache.py), from the
same host over the same scheme and in the state of this moment, goes through it now.
"""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from core.kept_answers import KeptFile, Page
from core.page_cache import PageCache, is_plain
from core.request_id import HEADER, IN_ENVIRON, begin

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from django.http.response import ResponseHeaders

Count = Callable[[str, str, int, float], None]
"""Counts an answer: name of the view, method, status, seconds."""

BLOCK = 64 * 1024
"""Bytes read at once, where the server does not leave the sending to the kernel."""

STATUS = {status: f"{status.value} {status.phrase}" for status in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED)}


class PageFront:
    """A WSGI application (PEP 3333) before Django's: readers get kept pages from it."""

    def __init__(self, application: "WSGIApplication", cache: PageCache, count: Count | None = None) -> None:
        self.application = application
        self.cache = cache
        self.count = count

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        began = monotonic()
        found = self._find(environ)
        if isinstance(found, KeptFile):
            return self._file(found, environ, start_response, began)
        if found is None:
            return self.application(environ, start_response)
        variant, is_known = found.choose(environ)
        status = HTTPStatus.NOT_MODIFIED if is_known else HTTPStatus.OK
        headers = variant.headers_unchanged if is_known else variant.headers
        self._begin(found, status, headers, environ, start_response, began)
        return [b"" if is_known or environ["REQUEST_METHOD"] == "HEAD" else variant.body]

    def _file(
        self, kept: KeptFile, environ: "WSGIEnvironment", start_response: "StartResponse", began: float
    ) -> Iterable[bytes]:
        try:
            file = Path(kept.path).open("rb")  # noqa: SIM115  # the server closes it
        except OSError:
            # Lost, or the disk fails: the view says which.
            return self.application(environ, start_response)
        self._begin(kept, HTTPStatus.OK, kept.headers, environ, start_response, began)
        wrapped: Iterable[bytes] = environ["wsgi.file_wrapper"](file, BLOCK)
        return wrapped

    def _begin(
        self,
        kept: Page | KeptFile,
        status: HTTPStatus,
        headers: "ResponseHeaders",
        environ: "WSGIEnvironment",
        start_response: "StartResponse",
        began: float,
    ) -> None:
        start_response(STATUS[status], [*headers.items(), (HEADER, begin(environ.get(IN_ENVIRON, "")))])
        if self.count and kept.match:
            self.count(kept.match.view_name, environ["REQUEST_METHOD"], status.value, monotonic() - began)

    def _find(self, environ: "WSGIEnvironment") -> Page | KeptFile | None:
        path = environ.get("PATH_INFO", "")
        # Other characters than these are not yet decoded here.
        if not (path.isascii() and is_plain(environ) and self.cache.has_come_in(environ)):
            return None
        if environ.get("SCRIPT_NAME") or (state := self.cache.fresh_state()) is None:
            return None
        if environ["REQUEST_METHOD"] == "GET" and (file := self.cache.find_file(state, environ, path)):
            return file
        return self.cache.find(state, environ, path)
