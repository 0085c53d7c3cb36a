"""Pages that are the same for every reader, kept whole and compressed, exact to the second.

A page is kept for one day and one state of the content: once either is another, nothing of it is used any
more, so that nothing has to be thrown away when staff publish or a date passes. A process keeps its pages to
itself: another release of the portal is another process.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from http import HTTPStatus
from typing import Any, TypeGuard, TypeVar

from django.conf import settings
from django.core.exceptions import DisallowedHost, MiddlewareNotUsed
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from core.dates import today
from core.kept_answers import OVERHEAD, Kept, KeptFile, Page, State
from core.stamps import fresh_stamps, recent_stamps

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

Door = tuple[str, str, str]
"""How a reader comes in: host, scheme, and the scheme that a proxy names."""

LONGEST_QUERY = 20
"""Characters; a longer query belongs to no page that is kept."""

MOST_FILES = 1_000
"""Files of which is remembered where they lie."""

FOR_A_PART = (
    "HTTP_RANGE",
    "HTTP_IF_RANGE",
    "HTTP_IF_MATCH",
    "HTTP_IF_NONE_MATCH",
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_IF_UNMODIFIED_SINCE",
)
"""With one of these the answer may be less than the whole of a file."""

MOST_DOORS = 16
"""Spellings of allowed hosts, by scheme, that are remembered."""

READING_PAGES: dict[Callable[..., HttpResponseBase], re.Pattern[str] | None] = {}
"""The views whose pages are kept without a query, and the queries with which they are kept too."""


LASTING_FILES: set[Callable[..., HttpResponseBase]] = set()
"""The views that hand out files whose bytes never change."""


def lasting_file(view: View) -> View:
    """Declare that a view gives everybody the same file at one address, as long as content stays as it is.

    Of a file on a disk it is kept where it lies, and its headers. Outermost decorator of a view.
    """
    LASTING_FILES.add(view)
    return view


def reading_page(query: re.Pattern[str] | None = None) -> Callable[[View], View]:
    """Declare that a view gives every reader the same page: it follows from address, day and content alone.

    It is kept without a query, and with one that `query` matches. With any other query the page is made anew,
    since its links hold the query. Outermost decorator of a view.
    """

    def declare(view: View) -> View:
        READING_PAGES[view] = query
        return view

    return declare


class PageCache:
    """The pages of this process, and how readers may ask for them."""

    def __init__(self, most: int) -> None:
        self.pages = Kept[Page](most)
        self.files = Kept[KeptFile](MOST_FILES * OVERHEAD)
        self._doors: set[Door] = set()

    def find(self, state: State, environ: Mapping[str, Any], path: str) -> Page | None:
        """Return the page that is kept for this state at a path, with the query of the request."""
        return self.pages.get(state, _address(environ, path))

    def find_file(self, state: State, environ: Mapping[str, Any], path: str) -> KeptFile | None:
        """Return the file that is kept at a path, if the request asks for the whole of it."""
        if environ.get("QUERY_STRING") or any(header in environ for header in FOR_A_PART):
            return None
        return self.files.get(state, path)

    def keep(self, state: State, request: HttpRequest, answer: Page | KeptFile) -> None:
        """Keep what was made in a state for those who ask as this request does, unless that has passed."""
        if state != self.state():
            return
        if isinstance(answer, Page):
            self.pages.keep(state, _address(request.META, request.path), answer)
        else:
            self.files.keep(state, request.path, answer)

    def state(self) -> State | None:
        """Return day and stamps; None when there are no stamps, or the database has never answered."""
        try:
            stamps = recent_stamps()
        except DatabaseError:
            return None
        return (today(), stamps) if stamps else None

    def fresh_state(self) -> State | None:
        """Return day and stamps without asking the database; None when it has to be asked."""
        stamps = fresh_stamps()
        return (today(), stamps) if stamps else None

    def has_come_in(self, environ: Mapping[str, Any]) -> bool:
        """Whether Django has accepted the host, as it is written in the header, over this scheme."""
        return _door(environ) in self._doors

    def let_in(self, request: HttpRequest) -> bool:
        """Whether Django accepts host and scheme of a request; the last ones are remembered."""
        if self.has_come_in(request.META):
            return True
        try:
            request.get_host()
        except DisallowedHost:
            return False
        if settings.SECURE_SSL_REDIRECT and not request.is_secure():
            return False
        if len(self._doors) >= MOST_DOORS:
            self._doors.clear()
        self._doors.add(_door(request.META))
        return True


@cache
def page_cache() -> PageCache:
    """Return the page cache of this process."""
    return PageCache(settings.PAGE_CACHE_SIZE)


def is_plain(environ: Mapping[str, Any]) -> bool:
    """Whether nothing in a request but host, scheme and address can make a difference to a reading page."""
    return (
        environ["REQUEST_METHOD"] in ("GET", "HEAD")
        and len(environ.get("QUERY_STRING", "")) <= LONGEST_QUERY
        and settings.SESSION_COOKIE_NAME not in environ.get("HTTP_COOKIE", "")
    )


def _address(environ: Mapping[str, Any], path: str) -> str:
    query = environ.get("QUERY_STRING", "")
    return f"{path}?{query}" if query else path


def _door(environ: Mapping[str, Any]) -> Door:
    return (
        environ.get("HTTP_HOST", ""),
        environ.get("wsgi.url_scheme", ""),
        environ.get("HTTP_X_FORWARDED_PROTO", ""),
    )


class PageCacheMiddleware:
    """Answers readers with kept pages, and keeps what the declared views (`reading_page`) answer.

    Stands first: what it answers has the headers of all other middleware, whose work is then done. Whoever
    has a session is never answered so, nor with a host or scheme that the others would refuse or redirect.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.PAGE_CACHE_SIZE:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.cache = page_cache()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        environ, path = request.META, request.path
        if not (is_plain(environ) and self.cache.let_in(request)) or (state := self.cache.state()) is None:
            return self.get_response(request)
        page = self.cache.find(state, environ, path)
        if page is None:
            response = self.get_response(request)
            match = request.resolver_match
            if _is_lasting_file(response, request) and (file := KeptFile.of(response, match)):
                self.cache.keep(state, request, file)
            if not _is_for_everybody(response, request):
                return response
            page = Page.of(response, match)
            self.cache.keep(state, request, page)
        # For whoever counts requests by their view.
        request.resolver_match = page.match
        return page.answer(request)


def _is_for_everybody(response: HttpResponseBase, request: HttpRequest) -> TypeGuard[HttpResponse]:
    """Whether a view answered that was declared, with a page that it gives everybody."""
    match = request.resolver_match
    return (
        match is not None
        and match.func in READING_PAGES
        and _is_kept_with(READING_PAGES[match.func], request.META.get("QUERY_STRING", ""))
        and isinstance(response, HttpResponse)
        and response.status_code == HTTPStatus.OK
        and not response.cookies
        and not any(response.has_header(name) for name in ("Vary", "Cache-Control", "ETag"))
    )


def _is_lasting_file(response: HttpResponseBase, request: HttpRequest) -> bool:
    """Whether a view answered that was declared, with the whole of a file."""
    match = request.resolver_match
    return (
        match is not None
        and match.func in LASTING_FILES
        and response.status_code == HTTPStatus.OK
        and request.method == "GET"
        and not response.cookies
        and not request.META.get("QUERY_STRING")
    )


def _is_kept_with(pattern: re.Pattern[str] | None, query: str) -> bool:
    return not query or (pattern is not None and pattern.fullmatch(query) is not None)
