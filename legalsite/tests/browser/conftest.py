"""A running portal and a real browser, shared by the browser tests."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from scripts.browser import chromium
from scripts.portal import Portal, running

STRICT = {
    "DEBUG": "False",
    "SECRET_KEY": "only-for-this-test-run-" + "x" * 40,
    "ALLOWED_HOSTS": "127.0.0.1",
    "MAIL_FROM": "Legal portal <portal@example.lu>",
    "EMAIL_URL": "consolemail://",
    "HTTPS": "False",
    "LOAD_SPECIMENS": "True",
}
"""Settings of production, as far as loopback without TLS allows."""


def database_url() -> str:
    """Return the address of an empty database on the engine under test; "" means SQLite in the data folder."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        return ""
    with psycopg.connect(given, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS browser WITH (FORCE)")
        connection.execute("CREATE DATABASE browser")
    return urlsplit(given)._replace(path="/browser").geturl()


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The whole portal in real processes, with production's settings."""
    settings = dict(STRICT)
    if url := database_url():
        settings["DATABASE_URL"] = url
    with running(tmp_path_factory.mktemp("portal"), **settings) as started:
        yield started


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def context(browser: Browser, portal: Portal) -> Iterator[BrowserContext]:
    opened = browser.new_context(base_url=portal.url, locale="fr-FR")
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that must not complain: no console error, no CSP violation, no request to anywhere else."""
    complaints: list[str] = []
    opened = context.new_page()
    opened.on("console", lambda message: complaints.extend(_faults(message.text)))
    opened.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    opened.on("request", lambda request: complaints.extend(_foreign(request.url)))
    yield opened
    assert complaints == []


def _faults(text: str) -> list[str]:
    # Django's admin asks for the focus twice on some pages; the browser says so and goes on.
    return [] if "Autofocus processing was blocked" in text else [f"console: {text}"]


def _foreign(url: str) -> list[str]:
    return [] if urlsplit(url).hostname in ("127.0.0.1", None) else [f"foreign request: {url}"]
