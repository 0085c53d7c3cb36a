"""Answers that are kept, as they are sent again: pages, plain and compressed, and files that never change."""

import datetime
import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, ResponseHeaders
from django.urls import ResolverMatch
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import parse_etags

from core.stored_files import place_of

State = tuple[datetime.date, Mapping[str, str]]
"""The day in Luxembourg, and the stamps of the content."""

OVERHEAD = 4_000
"""Bytes that a page costs beside its bodies, roughly: headers, key and objects."""

UNCHANGED = frozenset({"Cache-Control", "ETag", "Strict-Transport-Security", "Vary"})
"""Headers of the answer "not modified" (RFC 9110, 15.4.5; RFC 6797, 7.1). A page with other headers has
another tag, so that the reader's copy is right in all of them."""


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


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file on the disk at an address whose bytes never change, and the headers of the whole of it."""

    path: str
    headers: ResponseHeaders
    match: ResolverMatch | None
    """Of the view that has handed it out."""
    is_sent_by_proxy: bool = False
    """Whether the headers tell the proxy in front where it lies."""

    @classmethod
    def of(cls, response: HttpResponseBase, match: ResolverMatch | None) -> "KeptFile | None":
        """Make one of the answer of a view and all middleware; None for a file that is on no disk."""
        if path := place_of(response):
            return cls(str(path), CheckedHeaders(response.headers), match, is_sent_by_proxy=True)
        path = getattr(getattr(response, "file_to_stream", None), "name", None)
        # What object storage gives has a name too, and no place here.
        if not isinstance(path, str) or not Path(path).is_absolute() or "Content-Length" not in response:
            return None
        return cls(path, CheckedHeaders(response.headers), match)

    @property
    def size(self) -> int:
        """Bytes of memory, roughly."""
        return OVERHEAD


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


class Sized(Protocol):
    """What takes memory."""

    @property
    def size(self) -> int:
        """Bytes, roughly."""


T = TypeVar("T", bound=Sized)


class Kept(Generic[T]):
    """Answers of one state by their addresses, those asked for last, in at most `most` bytes."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.size = 0
        self._lock = threading.Lock()
        self._state: State | None = None
        self._answers: OrderedDict[str, T] = OrderedDict()

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, state: State, address: str) -> T | None:
        """Return the answer at an address, if it is kept for this state."""
        with self._lock:
            if state != self._state:
                return None
            answer = self._answers.get(address)
            if answer is not None:
                self._answers.move_to_end(address)
            return answer

    def keep(self, state: State, address: str, answer: T) -> None:
        """Keep an answer, and let go those of another state and those not asked for the longest time."""
        with self._lock:
            if state != self._state:
                self._answers.clear()
                self._state, self.size = state, 0
            if address in self._answers or answer.size > self.most:
                return
            self._answers[address] = answer
            self.size += answer.size
            while self.size > self.most:
                _address, gone = self._answers.popitem(last=False)
                self.size -= gone.size
