"""What leaves for a Sentry when a request fails: where in the code, and nothing that anybody typed."""

import gzip
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import brotli
import pytest
from django.conf import settings
from django.db import IntegrityError

from core.error_reports import without_people
from scripts.portal import STRICT

TYPED = (
    "Example Person",
    "person@example.com",
    "What happened to me",
    "198.51.100.7",
    "a-secret-word",
    "+352",
)

FAILING = """
import django
django.setup()
from django.db import IntegrityError
from django.test import Client
from complaints import views

def fails(request):
    description = request.POST["description"]
    raise IntegrityError(f"Key (email)=({request.POST['email']}) already exists: {description}")

views._posted = fails
answer = Client(raise_request_exception=False).post(
    "/en/complaints/new/?q=a-secret-word",
    {"full_name": "Example Person", "email": "person@example.com", "description": "What happened to me",
     "phone": "+352 00 00 00"},
    REMOTE_ADDR="198.51.100.7",
    HTTP_COOKIE="sessionid=a-secret-word",
)
print(answer.status_code, answer.headers["X-Request-ID"])
"""
"""A process with the portal's settings in which a complaint meets a fault that quotes it."""


UNPACKED = {"gzip": gzip.decompress, "br": brotli.decompress}
"""The library takes Brotli where it is installed."""


class Reports:
    """What a Sentry was sent."""

    def __init__(self) -> None:
        self.bodies: list[str] = []


@pytest.fixture
def sentry() -> Iterator[tuple[str, Reports]]:
    """A server that takes what a Sentry takes, and its DSN."""
    reports = Reports()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            body = UNPACKED[self.headers["Content-Encoding"]](body)
            reports.bodies.append(f"{self.path}\n{self.headers}\n{body.decode()}")
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Stay quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://example@127.0.0.1:{server.server_port}/1", reports
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_fault_is_reported_without_anything_that_was_typed(
    sentry: tuple[str, Reports], tmp_path_factory: pytest.TempPathFactory
) -> None:
    dsn, reports = sentry
    environment = {
        **os.environ,
        **STRICT,
        # So that the static files need not be collected.
        "DEBUG": "True",
        "ALLOWED_HOSTS": "testserver",
        "SITE_URL": "http://testserver",
        "DJANGO_SETTINGS_MODULE": "legalsite.settings",
        "DATABASE_URL": "sqlite://:memory:",
        "DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "SENTRY_DSN": dsn,
    }
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", FAILING],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    code, name = done.stdout.split()
    assert code == "500"
    sent = "\n".join(reports.bodies)
    assert "IntegrityError" in sent
    assert '"function":"fails"' in re.sub(r"\s", "", sent)
    assert name in sent
    for typed in TYPED:
        assert typed not in sent


def test_what_is_not_listed_does_not_leave() -> None:
    error = IntegrityError("Key (email)=(person@example.com)")
    event = {
        "level": "error",
        "user": {"ip_address": "198.51.100.7"},
        "request": {"url": "/en/?q=a-secret-word"},
        "extra": {"sys.argv": ["Example Person"]},
        "breadcrumbs": {"values": [{"message": "Example Person"}]},
        "server_name": "Example Person",
        "logentry": {
            "message": "%s failed",
            "formatted": "Example Person failed",
            "params": ["Example Person"],
        },
        "exception": {
            "values": [
                {
                    "type": "IntegrityError",
                    "value": str(error),
                    "stacktrace": {"frames": [{"function": "save", "vars": {"name": "Example Person"}}]},
                }
            ]
        },
    }
    kept = str(without_people(event, {}))  # type: ignore[arg-type]  # a part of one
    assert "'%s failed'" in kept
    assert "'save'" in kept
    for typed in TYPED:
        assert typed not in kept
