"""What answers before Django answers as Django does, and leaves to it whatever it has not seen before."""

import datetime
import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from wsgiref.util import FileWrapper

import pytest
from django.core.files.storage import default_storage
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import Http404
from django.test import RequestFactory
from django.utils import timezone
from pytest_django.fixtures import Settings

from core.models import ContactDetails
from core.page_cache import page_cache
from core.page_front import PageFront
from core.request_id import request_id
from documents.models import Edition, Version

pytestmark = pytest.mark.django_db

Answer = tuple[str, dict[str, str], bytes]
Ask = Callable[..., Answer]


def called(application: Any, environ: dict[str, Any]) -> Answer:
    """Call a WSGI application as a server does."""
    began: list[tuple[str, dict[str, str]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], object]:
        assert len({name for name, _value in headers}) == len(headers)
        began.append((status, dict(headers)))
        return len

    answer = application(environ, start_response)
    body = b"".join(answer)
    if hasattr(answer, "close"):
        answer.close()
    return *began[0], body


class Behind:
    """Django, and how often it was asked."""

    def __init__(self) -> None:
        self.application = WSGIHandler()
        self.asked = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.asked += 1
        return self.application(environ, start_response)


@pytest.fixture
def behind(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Behind]:
    settings.PAGE_CACHE_SIZE = 4_000_000
    settings.ALLOWED_HOSTS = ["testserver"]
    # As between two looks at the database.
    monkeypatch.setattr("core.stamps.RECHECK_SECONDS", 60)
    # The connection is the test's own.
    monkeypatch.setattr("django.core.signals.request_started.send", lambda **_: None)
    monkeypatch.setattr("django.core.signals.request_finished.send", lambda **_: None)
    page_cache.cache_clear()
    yield Behind()
    page_cache.cache_clear()


@pytest.fixture
def counted() -> list[tuple[str, str, int]]:
    return []


@pytest.fixture
def ask(behind: Behind, counted: list[tuple[str, str, int]]) -> Ask:
    """What asks the portal, the front first."""
    front = PageFront(behind, page_cache(), lambda *what: counted.append(what[:3]))

    def asked(method: str = "GET", path: str = "/en/", **environ: str) -> Answer:
        server = {"wsgi.file_wrapper": FileWrapper}
        return called(front, {**RequestFactory().generic(method, path).environ, **server, **environ})

    return asked


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("coding", ["", "gzip"])
@pytest.mark.parametrize("path", ["/en/", "/fr/documents/", "/en/roaming/zones/?on=2026-01-15"])
def test_the_same_answer(ask: Ask, behind: Behind, method: str, coding: str, path: str) -> None:
    before = ask(method, path, HTTP_ACCEPT_ENCODING=coding)
    assert behind.asked == 1
    kept = ask(method, path, HTTP_ACCEPT_ENCODING=coding)
    assert behind.asked == 1
    own = {"X-Request-ID": ""}
    assert (before[0], before[1] | own, before[2]) == (kept[0], kept[1] | own, kept[2])
    assert kept[1]["X-Request-ID"] == request_id() != before[1]["X-Request-ID"]
    assert bool(kept[2]) is (method == "GET")
    not_modified = ask(method, path, HTTP_ACCEPT_ENCODING=coding, HTTP_IF_NONE_MATCH=kept[1]["ETag"])
    assert behind.asked == 1
    assert (not_modified[0], not_modified[2]) == ("304 Not Modified", b"")
    through_django = called(
        behind.application,
        {
            **RequestFactory().generic(method, path).environ,
            "HTTP_ACCEPT_ENCODING": coding,
            "HTTP_IF_NONE_MATCH": kept[1]["ETag"],
        },
    )
    assert not_modified[1] | own == through_django[1] | own


def test_nginx_may_give_a_page_again_in_the_second_of_the_stamps(
    behind: Behind, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_800_000_000.2
    monkeypatch.setattr("core.stamps.time", lambda: now)
    monkeypatch.setattr("core.page_front.time", lambda: now)
    front = PageFront(behind, page_cache(), nginx=True)

    def until(**environ: str) -> str | None:
        return called(front, {**RequestFactory().get("/en/").environ, **environ})[1].get("X-Accel-Expires")

    monkeypatch.setattr("core.stamps.RECHECK_SECONDS", 0)
    # Through Django, which reads the stamps.
    assert until() is None
    monkeypatch.setattr("core.stamps.RECHECK_SECONDS", 60)
    assert until() == "@1800000000"
    # Known to the reader; with a session; in the next second, of the same stamps.
    assert until(HTTP_IF_NONE_MATCH="*") is None
    assert until(HTTP_COOKIE="sessionid=example") is None
    now += 1
    assert until() is None
    monkeypatch.setattr("core.stamps.RECHECK_SECONDS", 0)
    assert until() is None
    monkeypatch.setattr("core.stamps.RECHECK_SECONDS", 60)
    assert until() == "@1800000001"
    # Nobody in front.
    front.nginx = False
    assert until() is None


@pytest.fixture
def pdf(ask: Ask) -> str:
    """The address of a file that somebody has taken before."""
    edition = Edition.objects.exclude(file="").filter(version__in=Version.objects.published())[0]
    ask(path=edition.file_url)
    return edition.file_url


class TestFiles:
    """Whole files are handed out before Django; whatever may be less than that is Django's."""

    def test_the_same_file(self, ask: Ask, behind: Behind, pdf: str) -> None:
        status, headers, body = ask(path=pdf)
        assert behind.asked == 1
        through_django = called(behind.application, RequestFactory().get(pdf).environ)
        own = {"X-Request-ID": ""}
        assert (status, headers | own, body) == (
            through_django[0],
            through_django[1] | own,
            through_django[2],
        )
        assert headers["ETag"] == f'"{hashlib.sha256(body).hexdigest()}"'
        assert int(headers["Content-Length"]) == len(body)
        assert "immutable" in headers["Cache-Control"]

    @pytest.mark.parametrize(
        ("environ", "status"),
        [
            ({"HTTP_RANGE": "bytes=0-9"}, "206 Partial Content"),
            ({"HTTP_IF_NONE_MATCH": "*"}, "304 Not Modified"),
            ({"REQUEST_METHOD": "HEAD"}, "200 OK"),
            ({"REQUEST_METHOD": "POST"}, "403 Forbidden"),
            ({"QUERY_STRING": "a=b"}, "200 OK"),
            ({"HTTP_COOKIE": "sessionid=example"}, "200 OK"),
        ],
    )
    def test_what_is_left_to_django(
        self, ask: Ask, behind: Behind, pdf: str, environ: dict[str, str], status: str
    ) -> None:
        assert ask(path=pdf, **environ)[0] == status
        assert behind.asked == 2

    def test_a_file_that_is_lost(self, ask: Ask, behind: Behind, pdf: str, monkeypatch: Any) -> None:
        monkeypatch.setattr("core.page_front.Path.open", raise_lost)
        assert ask(path=pdf)[0] == "200 OK"
        assert behind.asked == 2

    def test_one_that_nginx_sends(self, ask: Ask, behind: Behind, settings: Settings) -> None:
        settings.X_ACCEL, settings.DATA_DIR = True, Path(default_storage.path(""))
        edition = Edition.objects.exclude(file="").filter(version__in=Version.objects.published())[0]
        before, kept = ask(path=edition.file_url), ask(path=edition.file_url)
        assert behind.asked == 1
        own = {"X-Request-ID": ""}
        assert (before[0], before[1] | own, before[2]) == (kept[0], kept[1] | own, b"")
        assert kept[1]["X-Accel-Redirect"] == f"/-stored/{edition.file.name}"
        assert kept[1]["ETag"] == f'"{edition.file_sha256}"'
        assert ask(path=edition.file_url, HTTP_RANGE="bytes=0-9")[0] == "206 Partial Content"
        assert behind.asked == 2

    def test_one_that_nginx_would_not_find(
        self, ask: Ask, behind: Behind, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.X_ACCEL, settings.DATA_DIR = True, Path(default_storage.path(""))
        edition = Edition.objects.exclude(file="").filter(version__in=Version.objects.published())[0]
        ask(path=edition.file_url)
        monkeypatch.setattr("core.page_front.Path.stat", raise_lost)
        monkeypatch.setattr("core.stored_files.Path.is_file", lambda _path: False)
        assert ask(path=edition.file_url)[0] == "500 Internal Server Error"
        assert behind.asked == 2

    def test_one_that_is_withdrawn_from_the_portal(
        self, ask: Ask, pdf: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE documents_edition SET language = language")
        monkeypatch.setattr("core.stamps.RECHECK_SECONDS", 0)
        monkeypatch.setattr("documents.views.get_object_or_404", raise_404)
        assert ask(path=pdf)[0] == "404 Not Found"


def raise_lost(*_: Any) -> None:
    raise FileNotFoundError


def raise_404(*_: Any, **__: Any) -> None:
    raise Http404


def test_answers_are_counted_by_their_view(ask: Ask, counted: list[tuple[str, str, int]]) -> None:
    tag = ask()[1]["ETag"]
    ask()
    ask("HEAD", HTTP_IF_NONE_MATCH=tag)
    assert counted == [("home", "GET", 200), ("home", "HEAD", 304)]


def test_a_proxys_name_of_the_request(ask: Ask, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1
    names = [ask(HTTP_X_REQUEST_ID=given)[1]["X-Request-ID"] for given in ("", "example-name", "a b\n")]
    assert names[1] == "example-name"
    assert all(name.isalnum() for name in (names[0], names[2]))


@pytest.mark.parametrize(
    ("environ", "status"),
    [
        ({"HTTP_COOKIE": "sessionid=example"}, "200 OK"),
        ({"HTTP_HOST": "example.com"}, "400 Bad Request"),
        ({"HTTP_X_FORWARDED_PROTO": "https"}, "200 OK"),
        ({"wsgi.url_scheme": "https"}, "200 OK"),
        ({"REQUEST_METHOD": "POST"}, "403 Forbidden"),
        ({"QUERY_STRING": "utm_source=example"}, "200 OK"),
        ({"QUERY_STRING": "x" * 5_000}, "200 OK"),
        ({"SCRIPT_NAME": "/portal"}, "200 OK"),
        ({"PATH_INFO": "/en/\xc3\xa9/"}, "404 Not Found"),
        ({"PATH_INFO": "/en/no-such-page/"}, "404 Not Found"),
        ({"PATH_INFO": ""}, "302 Found"),
    ],
)
def test_what_is_left_to_django(ask: Ask, behind: Behind, environ: dict[str, str], status: str) -> None:
    ask()
    assert ask(**environ)[0] == status
    assert behind.asked == 2


def test_http_is_redirected_where_https_has_come_in(ask: Ask, behind: Behind, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    behind.application = WSGIHandler()
    secure = {"wsgi.url_scheme": "https"}
    assert ask(**secure)[0] == ask(**secure)[0] == "200 OK"
    assert ask()[0] == "301 Moved Permanently"


def test_content_that_has_changed(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    ask()
    ContactDetails.objects.update(telephone="+352 00 00 00")
    # The process looks at the database again.
    monkeypatch.setattr("core.stamps.RECHECK_SECONDS", 0)
    assert b"+352 00 00 00" in ask()[2]


def test_another_day(ask: Ask, behind: Behind, monkeypatch: pytest.MonkeyPatch) -> None:
    ask()
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    monkeypatch.setattr("core.dates.Today.get", lambda _today: tomorrow)
    ask()
    assert behind.asked == 2
