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
from functools import lru_cache
from http import HTTPStatus
from time import time
from typing import TypeGuard, TypeVar

from django.conf import settings
from django.core.exceptions import DisallowedHost, MiddlewareNotUsed
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, ResponseHeaders
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import parse_etags

from core.stamps import recent_stamps

View = TypeVar("View", bound=Callable[..., HttpResponse])

State = tuple[datetime.date, Mapping[str, str]]
"""The day in Luxembourg, and the stamps of the content."""

LONGEST_QUERY = 20
"""Characters; a longer query belongs to no page that is kept."""

MOST_HOSTS = 16
"""Spellings of allowed hosts that are remembered."""

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

    @classmethod
    def of(cls, response: HttpResponse) -> "Page":
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
        )

    @property
    def size(self) -> int:
        """Bytes of memory, roughly."""
        return len(self.plain.body) + len(self.zipped.body) + OVERHEAD

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Return the answer to a GET or HEAD request: the page, or that the reader has it already."""
        variant = self.zipped if accepts_gzip(request.META.get("HTTP_ACCEPT_ENCODING", "")) else self.plain
        known = request.META.get("HTTP_IF_NONE_MATCH")
        if known and _names(known, variant.etag):
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


class PageCacheMiddleware:
    """Answers readers with kept pages, and keeps what the declared views (`reading_page`) answer.

    Stands first: what it answers has the headers of all other middleware, whose work is then done. Whoever
    has a session is never answered so, nor with a host or scheme that the others would refuse or redirect.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.PAGE_CACHE_SIZE:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.pages = Pages(settings.PAGE_CACHE_SIZE)
        self.today = Today()
        self.hosts: set[str] = set()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not self._is_plain(request) or (state := self._state()) is None:
            return self.get_response(request)
        query = request.META.get("QUERY_STRING", "")
        address = f"{request.path}?{query}" if query else request.path
        page = self.pages.get(state, address)
        if page is None:
            response = self.get_response(request)
            if not _is_for_everybody(response, request):
                return response
            page = Page.of(response)
            # Neither may have changed while the page was made.
            if state == self._state():
                self.pages.keep(state, address, page)
        return page.answer(request)

    def _is_plain(self, request: HttpRequest) -> bool:
        """Whether nothing in the request but its address can make a difference to a reading page."""
        environ = request.META
        return (
            request.method in ("GET", "HEAD")
            and len(environ.get("QUERY_STRING", "")) <= LONGEST_QUERY
            and settings.SESSION_COOKIE_NAME not in environ.get("HTTP_COOKIE", "")
            and not (settings.SECURE_SSL_REDIRECT and not request.is_secure())
            and self._is_allowed_host(request)
        )

    def _is_allowed_host(self, request: HttpRequest) -> bool:
        """Whether Django accepts the host, as it is written in the header; the last ones are remembered."""
        host = request.META.get("HTTP_HOST", "")
        if host in self.hosts:
            return True
        try:
            request.get_host()
        except DisallowedHost:
            return False
        if len(self.hosts) >= MOST_HOSTS:
            self.hosts.clear()
        self.hosts.add(host)
        return True

    def _state(self) -> State | None:
        """Return day and stamps; None when there are no stamps, or the database has never answered."""
        try:
            stamps = recent_stamps()
        except DatabaseError:
            return None
        return (self.today.get(), stamps) if stamps else None


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
