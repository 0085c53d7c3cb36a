"""Pages that are the same for every reader, kept whole and compressed, exact to the second.

A page is kept for one day and one state of the content: once either is another, nothing of it is used any
more, so that nothing has to be thrown away when staff publish or a date passes. A process keeps its pages to
itself: another release of the portal is another process.
"""

import datetime
import gzip
import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from http import HTTPStatus
from time import time
from typing import Any, TypeGuard, TypeVar

from django.conf import settings
from django.core.exceptions import DisallowedHost, MiddlewareNotUsed
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, ResponseHeaders
from django.urls import ResolverMatch
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import parse_etags

from core.stamps import fresh_stamps, recent_stamps

View = TypeVar("View", bound=Callable[..., HttpResponse])

State = tuple[datetime.date, Mapping[str, str]]
"""The day in Luxembourg, and the stamps of the content."""

Door = tuple[str, str, str]
"""How a reader comes in: host, scheme, and the scheme that a proxy names."""

LONGEST_QUERY = 20
"""Characters; a longer query belongs to no page that is kept."""

MOST_DOORS = 16
"""Spellings of allowed hosts, by scheme, that are remembered."""

OVERHEAD = 4_000
"""Bytes that a page costs beside its bodies, roughly: headers, key and objects."""

UNCHANGED = frozenset({"Cache-Control", "ETag", "Strict-Transport-Security", "Vary"})
"""Headers of the answer "not modified" (RFC 9110, 15.4.5; RFC 6797, 7.1). A page with other headers has
another tag, so that the reader's copy is right in all of them."""

READING_PAGES: dict[Callable[..., HttpResponse], re.Pattern[str] | None] = {}
"""The views whose pages are kept without a query, and the queries with which they are kept too."""


def reading_page(query: re.Pattern[str] | None = None) -> Callable[[View], View]:
    """Declare that a view gives every reader the same page: it follows from address, day and content alone.

    It is kept without a query, and with one that `query` matches. With any other query the page is made anew,
    since its links hold the query. Outermost decorator of a view.
    """

    def declare(view: View) -> View:
        READING_PAGES[view] = query
        return view

    return declare


class CheckedHeaders(ResponseHeaders):
    """A copy of headers that were checked when the page was made: to check them costs more than the rest."""

    def __init__(self, checked: ResponseHeaders) -> None:
        self._store = checked._store.copy()


@dataclass(frozen=True, slots=True)
class Variant:
    """A page in one content coding, with its own entity tag."""

    body: bytes
    etag: str
    headers: ResponseHeaders
    headers_unchanged: ResponseHeaders
    """Those of the answer "not modified"."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it is sent, plain and compressed."""

    plain: Variant
    zipped: Variant
    match: ResolverMatch | None = None
    """Of the view that has made it."""

    @classmethod
    def of(cls, response: HttpResponse, match: ResolverMatch | None = None) -> "Page":
        """Make a page of the answer of a view and all middleware."""
        body = response.content
        # May be kept by browsers and proxies, and is asked for again each time.
        patch_cache_control(response, no_cache=True)
        patch_vary_headers(response, ["Accept-Encoding"])
        headers = dict(response.items())
        digest = hashlib.sha256(repr(sorted(headers.items())).encode() + body).hexdigest()[:32]
        return cls(
            _variant(body, f'"{digest}"', headers),
            # Without a time in it, the same page is the same bytes in every process.
            _variant(
                gzip.compress(body, compresslevel=6, mtime=0),
                f'"{digest}-gzip"',
                {**headers, "Content-Encoding": "gzip"},
            ),
            match,
        )

    @property
    def size(self) -> int:
        """Bytes of memory, roughly."""
        return len(self.plain.body) + len(self.zipped.body) + OVERHEAD

    def choose(self, environ: Mapping[str, Any]) -> tuple[Variant, bool]:
        """Return in which coding a GET or HEAD request gets the page, and whether its reader has it."""
        variant = self.zipped if accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")) else self.plain
        known = environ.get("HTTP_IF_NONE_MATCH")
        return variant, bool(known) and _names(str(known), variant.etag)

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Return the answer to a GET or HEAD request: the page, or that the reader has it already."""
        variant, is_known = self.choose(request.META)
        if is_known:
            response = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
            response.headers = CheckedHeaders(variant.headers_unchanged)
        else:
            response = HttpResponse(variant.body if request.method == "GET" else b"")
            response.headers = CheckedHeaders(variant.headers)
        return response


def _variant(body: bytes, etag: str, headers: dict[str, str]) -> Variant:
    headers = {**headers, "Content-Length": str(len(body)), "ETag": etag}
    unchanged = {name: value for name, value in headers.items() if name in UNCHANGED}
    return Variant(body, etag, ResponseHeaders(headers), ResponseHeaders(unchanged))


def _names(header: str, etag: str) -> bool:
    """Whether If-None-Match names the entity tag; weak or strong is the same here (RFC 9110, 13.1.2)."""
    return header == etag or any(known in ("*", etag, f"W/{etag}") for known in parse_etags(header))


@lru_cache(maxsize=64)
def accepts_gzip(header: str) -> bool:
    """Whether an Accept-Encoding header allows gzip (RFC 9110, 12.5.3)."""
    weights = {}
    for part in header.lower().split(","):
        coding, _, parameter = part.partition(";")
        name, _, value = parameter.strip().partition("=")
        try:
            weights[coding.strip()] = float(value) if name.strip() == "q" else 1.0
        except ValueError:
            weights[coding.strip()] = 0.0
    return weights.get("gzip", weights.get("*", 0.0)) > 0


class Pages:
    """The pages of one state, those asked for last, in at most `most` bytes."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.size = 0
        self._lock = threading.Lock()
        self._state: State | None = None
        self._pages: OrderedDict[str, Page] = OrderedDict()

    def __len__(self) -> int:
        return len(self._pages)

    def get(self, state: State, address: str) -> Page | None:
        """Return the page at an address, if it is kept for this state."""
        with self._lock:
            if state != self._state:
                return None
            page = self._pages.get(address)
            if page is not None:
                self._pages.move_to_end(address)
            return page

    def keep(self, state: State, address: str, page: Page) -> None:
        """Keep a page, and let go those of another state and those not asked for the longest time."""
        with self._lock:
            if state != self._state:
                self._pages.clear()
                self._state, self.size = state, 0
            if address in self._pages or page.size > self.most:
                return
            self._pages[address] = page
            self.size += page.size
            while self.size > self.most:
                _address, gone = self._pages.popitem(last=False)
                self.size -= gone.size


class Today:
    """The day in Luxembourg, worked out anew only when the clock leaves it."""

    def __init__(self) -> None:
        self._span = (0.0, 0.0, datetime.date.min)

    def get(self) -> datetime.date:
        """Return the day."""
        begins, ends, day = self._span
        if not begins <= time() < ends:
            day = timezone.localdate()
            begins, ends = (
                datetime.datetime.combine(one, datetime.time.min, timezone.get_default_timezone()).timestamp()
                for one in (day, day + datetime.timedelta(days=1))
            )
            self._span = (begins, ends, day)
        return day


class PageCache:
    """The pages of this process, and how readers may ask for them."""

    def __init__(self, most: int) -> None:
        self.pages = Pages(most)
        self.today = Today()
        self._doors: set[Door] = set()

    def find(self, state: State, environ: Mapping[str, Any], path: str) -> Page | None:
        """Return the page that is kept for this state at a path, with the query of the request."""
        return self.pages.get(state, _address(environ, path))

    def keep(self, state: State, environ: Mapping[str, Any], path: str, page: Page) -> None:
        """Keep a page for those who ask as this request does."""
        self.pages.keep(state, _address(environ, path), page)

    def state(self) -> State | None:
        """Return day and stamps; None when there are no stamps, or the database has never answered."""
        try:
            stamps = recent_stamps()
        except DatabaseError:
            return None
        return (self.today.get(), stamps) if stamps else None

    def fresh_state(self) -> State | None:
        """Return day and stamps without asking the database; None when it has to be asked."""
        stamps = fresh_stamps()
        return (self.today.get(), stamps) if stamps else None

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
            if not _is_for_everybody(response, request):
                return response
            page = Page.of(response, request.resolver_match)
            # Neither may have changed while the page was made.
            if state == self.cache.state():
                self.cache.keep(state, environ, path, page)
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


def _is_kept_with(pattern: re.Pattern[str] | None, query: str) -> bool:
    return not query or (pattern is not None and pattern.fullmatch(query) is not None)
