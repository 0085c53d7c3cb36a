"""What the page cache is made of: coding, conditions, and memory that is bounded."""

import datetime
import random
import string

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import ResolverMatch
from pytest_django.fixtures import Settings

from core.kept_answers import CheckedHeaders, Kept, Page, accepts_gzip
from core.on_date import ON_DATE
from core.page_cache import PageCache, PageCacheMiddleware, reading_page

DAY = datetime.date(2026, 11, 24)
BODY = b"Example. " * 500


def page(body: bytes = BODY) -> Page:
    return Page.of(HttpResponse(body, headers={"Content-Language": "en", "X-Example": "1"}))


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("", False),
        ("gzip", True),
        ("GZIP", True),
        ("deflate, gzip;q=0.5", True),
        ("br, *", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("*;q=0", False),
        ("identity", False),
        ("xgzip", False),
        ("gzip;q=nonsense", False),
    ],
)
def test_coding(header: str, accepted: bool) -> None:
    assert accepts_gzip(header) is accepted


class TestConditions:
    """If-None-Match, as RFC 9110 (13.1.2) has it."""

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    @pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', '"other",W/{}', "*"])
    def test_what_the_reader_has_is_not_sent_again(self, form: str, method: str) -> None:
        kept = page()
        header = form.format(kept.plain.etag)
        request = RequestFactory().generic(method, "/", headers={"If-None-Match": header})
        answer = kept.answer(request)
        assert answer.status_code == 304
        assert answer.content == b""
        # What a cache renews what it has from, and nothing about a body that is not there.
        names = {"ETag", "Vary", "Cache-Control"}
        assert set(answer.headers) == names
        assert all(answer[name] == kept.plain.headers[name] for name in names)

    @pytest.mark.parametrize("header", ['"other"', "nonsense", 'W/"other"', "", '"'])
    def test_anything_else_gets_the_page(self, header: str) -> None:
        answer = page().answer(RequestFactory().get("/", headers={"If-None-Match": header}))
        assert (answer.status_code, answer.content) == (200, BODY)

    def test_each_coding_has_its_own_tag(self) -> None:
        kept = page()
        request = RequestFactory().get(
            "/", headers={"If-None-Match": kept.plain.etag, "Accept-Encoding": "gzip"}
        )
        answer = kept.answer(request)
        assert answer.status_code == 200
        assert answer["ETag"] == kept.zipped.etag != kept.plain.etag

    def test_the_same_page_has_the_same_bytes_and_tags_in_every_process(self) -> None:
        assert page().zipped.body == page().zipped.body
        assert page().plain.etag == page().plain.etag != page(b"Other").plain.etag

    def test_a_page_with_other_headers_has_another_tag(self) -> None:
        other = Page.of(HttpResponse(BODY, headers={"Content-Language": "en", "X-Example": "2"}))
        assert other.plain.etag != page().plain.etag


def test_headers_of_one_answer_are_not_those_of_the_next() -> None:
    kept = page()
    first = kept.answer(RequestFactory().get("/"))
    first["X-Example"] = "2"
    del first["Vary"]
    second = kept.answer(RequestFactory().get("/"))
    assert (second["X-Example"], second["Vary"]) == ("1", "Accept-Encoding")
    assert CheckedHeaders(second.headers) == second.headers


class TestPages:
    """The store."""

    state = (DAY, {"documents": "a"})

    @pytest.mark.parametrize(
        "other", [(DAY + datetime.timedelta(days=1), {"documents": "a"}), (DAY, {"documents": "b"})]
    )
    def test_nothing_is_found_in_another_state(self, other: tuple[datetime.date, dict[str, str]]) -> None:
        pages = Kept[Page](1_000_000)
        pages.keep(self.state, "/", page())
        assert pages.get(self.state, "/") is not None
        assert pages.get(other, "/") is None
        pages.keep(other, "/new/", page())
        assert pages.get(other, "/") is None
        assert len(pages) == 1
        assert pages.size == page().size

    def test_memory_is_bounded_whatever_is_kept(self) -> None:
        pages, chance = Kept[Page](200_000), random.Random(1)  # noqa: S311  # only sizes
        for number in range(5_000):
            pages.keep(self.state, f"/{number}", page(b"x" * chance.randrange(60_000)))
            assert pages.size <= 200_000
        assert 0 < len(pages) < 60

    def test_the_page_asked_for_last_stays_longest(self) -> None:
        pages = Kept[Page](3 * page().size)
        for address in ("/a", "/b", "/c"):
            pages.keep(self.state, address, page())
        pages.get(self.state, "/a")
        pages.keep(self.state, "/d", page())
        assert [address for address in ("/a", "/b", "/c", "/d") if pages.get(self.state, address)] == [
            "/a",
            "/c",
            "/d",
        ]

    def test_a_page_larger_than_all_of_it_is_not_kept(self) -> None:
        pages = Kept[Page](1_000)
        pages.keep(self.state, "/", page())
        assert (len(pages), pages.size) == (0, 0)


def test_a_hundred_thousand_random_queries_do_not_fill_the_memory(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """Unknown ones are not kept at all; days are, in the memory there is."""
    settings.PAGE_CACHE_SIZE = 100_000
    monkeypatch.setattr("core.page_cache.recent_stamps", lambda: {"documents": "a"})
    monkeypatch.setattr("core.page_cache.READING_PAGES", {})

    @reading_page(ON_DATE)
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(BODY)

    match = ResolverMatch(view, (), {})

    def get_response(request: HttpRequest) -> HttpResponse:
        request.resolver_match = match
        return view(request)

    monkeypatch.setattr("core.page_cache.page_cache", lambda: PageCache(100_000))
    middleware = PageCacheMiddleware(get_response)
    environ = RequestFactory().get("/").environ
    chance = random.Random(1)  # noqa: S311  # only examples
    signs = string.ascii_letters + "&=?%+-"
    for number in range(100_000):
        query = f"on=2{number:03}-01-{chance.randrange(10, 29)}" if number < 1_000 else ""
        query = query or "".join(chance.choices(signs, k=12))
        answer = middleware(WSGIRequest({**environ, "QUERY_STRING": query}))
        assert answer.has_header("ETag") is (number < 1_000)
        assert middleware.cache.pages.size <= 100_000
    assert 5 < len(middleware.cache.pages) < 30
