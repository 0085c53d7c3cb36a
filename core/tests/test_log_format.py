"""What is logged: one line an event, named after its request, with nothing in it that begins another."""

import datetime
import json
import logging
import re
import sys
from contextvars import Context
from unittest.mock import patch

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from core.log_format import BELOW, JsonLine, Line
from core.request_id import RequestIds, WithRequestId, request_id
from core.slow_queries import SlowQueries

FORGED = "x\n2026-01-01 00:00:00,000 ERROR django: forged\r\x1b[2J\u2028\x85end"
LINE = Line("{levelname} {name}: {message} [{request_id}]", style="{")


def record(message: str, *arguments: object, failed: bool = False) -> logging.LogRecord:
    facts = sys.exc_info() if failed else None
    made = logging.LogRecord("example", logging.WARNING, __file__, 1, message, arguments, facts)
    WithRequestId().filter(made)
    return made


def failed(message: str) -> logging.LogRecord:
    try:
        raise ValueError(message)
    except ValueError:
        return record("It failed: %s", message, failed=True)


@given(st.text())
def test_a_line_stays_one_line(text: str) -> None:
    for formatter in (LINE, JsonLine()):
        assert len(formatter.format(record("Said: %s", text)).splitlines()) == 1


def test_a_line_shows_what_was_in_it() -> None:
    line = LINE.format(Context().run(record, "Said: %s", FORGED))
    assert line == (
        r"WARNING example: Said: x\n2026-01-01 00:00:00,000 ERROR django: forged\r\x1b[2J\u2028\x85end [-]"
    )


@given(st.text())
def test_a_traceback_begins_no_line_of_its_own(text: str) -> None:
    lines = LINE.format(failed(text)).splitlines()
    assert lines[0].startswith("WARNING example: It failed: ")
    assert len(lines) > 3
    assert all(line.startswith(BELOW) for line in lines[1:])


def test_a_traceback_that_another_handler_kept_is_not_taken_over() -> None:
    event = failed(FORGED)
    logging.Formatter().format(event)
    assert all(line.startswith(BELOW) for line in LINE.format(event).splitlines()[1:])


def test_json_has_everything_by_name() -> None:
    event = json.loads(JsonLine().format(failed(FORGED)))
    assert event.keys() == {"time", "level", "logger", "request_id", "message", "exception"}
    assert event["message"] == f"It failed: {FORGED}"
    assert "ValueError" in event["exception"]
    age = datetime.datetime.now(datetime.UTC) - datetime.datetime.fromisoformat(event["time"])
    assert datetime.timedelta(0) <= age < datetime.timedelta(minutes=1)
    assert "exception" not in json.loads(JsonLine().format(record("All is well.")))


class TestRequestIds:
    """Each request has a name, and nobody outside chooses it."""

    def answer(self, headers: dict[str, str]) -> tuple[str, str]:
        """Return the name in the answer, and the one that was logged meanwhile."""
        seen = []

        def view(request: HttpRequest) -> HttpResponse:
            seen.append(json.loads(JsonLine().format(record("x")))["request_id"])
            return HttpResponse()

        response = RequestIds(view)(RequestFactory().get("/", headers=headers))
        return response.headers["X-Request-ID"], seen[0]

    def test_a_name_is_made(self) -> None:
        named, logged = self.answer({})
        assert named == logged
        assert re.fullmatch("[0-9a-f]{32}", named)
        assert self.answer({})[0] != named

    def test_outside_of_a_request_there_is_none(self) -> None:
        assert Context().run(request_id) == "-"

    def test_a_name_from_outside_is_not_believed(self) -> None:
        assert self.answer({"X-Request-ID": "chosen-by-a-visitor"})[0] != "chosen-by-a-visitor"

    def test_a_name_from_our_proxy_is(self, settings: Settings) -> None:
        settings.TRUSTED_PROXIES = 1
        assert self.answer({"X-Request-ID": "0f3c-made_by-nginx"}) == ("0f3c-made_by-nginx",) * 2

    @pytest.mark.parametrize("name", ["", "short", "x" * 65, "a b c d e f g", "abcdefgh\u00e9", '{"a": "b"}'])
    def test_what_is_no_name_is_not_taken_over(self, settings: Settings, name: str) -> None:
        settings.TRUSTED_PROXIES = 1
        assert self.answer({"X-Request-ID": name})[0] != name

    @pytest.mark.django_db
    def test_what_django_refuses_is_logged_with_the_name(self, client: Client) -> None:
        seen = []

        class Keep(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                WithRequestId().filter(record)
                seen.append(json.loads(JsonLine().format(record)))

        handler = Keep()
        logging.getLogger("django.request").addHandler(handler)
        try:
            response = client.get("/nowhere")
        finally:
            logging.getLogger("django.request").removeHandler(handler)
        assert [event["request_id"] for event in seen] == [response.headers["X-Request-ID"]]
        assert seen[0]["message"] == "Not Found: /nowhere"


@pytest.mark.django_db
class TestSlowQueries:
    """A slow query is logged without what was asked for."""

    def test_the_log_has_the_query_and_not_its_values(
        self, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.SLOW_QUERY_MS = 300

        def view(request: HttpRequest) -> HttpResponse:
            with connection.cursor() as cursor:
                cursor.execute("SELECT\n 1 WHERE %s <> ''", ["customer@example.com"])
            return HttpResponse()

        moments = iter([0, 0.2, 1, 1.3])
        with patch("core.slow_queries.monotonic", side_effect=lambda: next(moments)):
            SlowQueries(view)(RequestFactory().get("/"))
            assert caplog.text == ""
            SlowQueries(view)(RequestFactory().get("/"))
        assert "slow query: 300 ms: SELECT 1 WHERE" in caplog.text
        assert "customer" not in caplog.text

    def test_a_search_that_takes_long(
        self, settings: Settings, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.SLOW_QUERY_MS = 300
        moments = iter(range(10_000))
        with patch("core.slow_queries.monotonic", side_effect=lambda: next(moments)):
            client.get("/en/search/", {"q": "quarterstaff"})
            client.get("/en/roaming/", {"q": "quarterstaff"})
        slow = [line for line in caplog.text.splitlines() if "slow query" in line]
        assert len(slow) > 3
        assert "quarterstaff" not in caplog.text

    def test_zero_turns_it_off(
        self, settings: Settings, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.SLOW_QUERY_MS = 0
        with patch("core.slow_queries.monotonic", side_effect=AssertionError):
            assert client.get("/en/search/", {"q": "terms"}).status_code == 200
