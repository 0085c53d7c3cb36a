"""Kept pages and files, answered before Django makes a request of what the server has read: most of the work.

It decides nothing by itself. What has not gone through all of Django before (core/page_cache.py), from the
same host over the same scheme and in the state of this moment, goes through it now.
"""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from pathlib import Path
from time import monotonic, time
from typing import TYPE_CHECKING

from core.kept_answers import KeptFile, Page
from core.page_cache import PageCache, is_plain
from core.request_id import HEADER, IN_ENVIRON, begin
from core.stamps import second_of_stamps

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Count = Callable[[str, str, int, float], None]
"""Counts an answer: name of the view, method, status, seconds."""

BLOCK = 64 * 1024
"""Bytes read at once, where the server does not leave the sending to the kernel."""

KEEP = "X-Accel-Expires"
"""Header that tells nginx until when it may give an answer to others; nobody else sees it."""

STATUS = {status: f"{status.value} {status.phrase}" for status in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED)}


class PageFront:
    """A WSGI application (PEP 3333) before Django's: readers get kept pages from it.

    With `nginx` in front, it is told to give a page to everybody for the rest of the second in which the
    stamps were read: content that has changed is seen within one second there too, and a day that begins
    at once.
    """

    def __init__(
        self,
        application: "WSGIApplication",
        cache: PageCache,
        count: Count | None = None,
        *,
        nginx: bool = False,
    ) -> None:
        self.application = application
        self.cache = cache
        self.count = count
        self.nginx = nginx

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        began = monotonic()
        # Before the page is looked for: it is of these stamps or newer ones.
        keep = [(KEEP, f"@{second}")] if self.nginx and (second := int(time())) == second_of_stamps() else []
        found = self._find(environ)
        if isinstance(found, KeptFile):
            return self._file(found, environ, start_response, began)
        if found is None:
            return self.application(environ, start_response)
        variant, is_known = found.choose(environ)
        status = HTTPStatus.NOT_MODIFIED if is_known else HTTPStatus.OK
        headers = variant.headers_unchanged if is_known else variant.headers
        fields = [*headers.items(), *(keep if status == HTTPStatus.OK else ())]
        self._begin(found, status, fields, environ, start_response, began)
        return [b"" if is_known or environ["REQUEST_METHOD"] == "HEAD" else variant.body]

    def _file(
        self, kept: KeptFile, environ: "WSGIEnvironment", start_response: "StartResponse", began: float
    ) -> Iterable[bytes]:
        file = None
        try:
            if kept.is_sent_by_proxy:
                Path(kept.path).stat()
            else:
                file = Path(kept.path).open("rb")  # noqa: SIM115  # the server closes it
        except OSError:
            # Lost, or the disk fails: the view says which.
            return self.application(environ, start_response)
        self._begin(kept, HTTPStatus.OK, [*kept.headers.items()], environ, start_response, began)
        if file is None:
            return [b""]
        wrapped: Iterable[bytes] = environ["wsgi.file_wrapper"](file, BLOCK)
        return wrapped

    def _begin(
        self,
        kept: Page | KeptFile,
        status: HTTPStatus,
        headers: list[tuple[str, str]],
        environ: "WSGIEnvironment",
        start_response: "StartResponse",
        began: float,
    ) -> None:
        start_response(STATUS[status], [*headers, (HEADER, begin(environ.get(IN_ENVIRON, "")))])
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
