"""A running portal and a real browser, shared by the browser tests."""

import time
from base64 import b32decode
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as default_policy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django_otp.oath import TOTP
from playwright.sync_api import Browser, BrowserContext, Page, expect

from legalsite.tests.prepared import prepared
from scripts.browser import chromium
from scripts.portal import STRICT, Portal, running
from scripts.postgres import free_port

LANGUAGES = [
    pytest.param("fr", marks=pytest.mark.postgresql),
    pytest.param("en", marks=pytest.mark.any_database),
]
"""Both, for what is walked through in each: one on each database."""


def plain(message: EmailMessage) -> str:
    """Return the plain text of a message."""
    body = message.get_body(("plain",))
    return str(body.get_content()) if body else ""


class Mailbox:
    """What a real SMTP server on loopback was handed."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a message, as aiosmtpd asks."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        self.messages.append(message_from_bytes(content, policy=default_policy))
        return "250 OK"

    def wait_for(self, words: str, number: int, seconds: float = 20) -> list[EmailMessage]:
        """Return the messages that hold `words`, once there are `number` of them, and a moment later."""
        deadline = time.monotonic() + seconds
        while len(self.holding(words)) < number:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{number} mails with {words!r} never arrived")
            time.sleep(0.1)
        time.sleep(0.5)
        return self.holding(words)

    def holding(self, words: str) -> list[EmailMessage]:
        """Return the messages whose text holds `words`."""
        return [message for message in self.messages if words in plain(message)]


@pytest.fixture(scope="session")
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    """A mail server, and the port it listens on."""
    box, port = Mailbox(), free_port()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box, port
    server.stop()


@contextmanager
def strict_portal(folder: Path, database: str, **settings: str) -> Iterator[Portal]:
    """Start the whole portal in real processes, with production's settings."""
    settings = {**STRICT, **settings}
    if url := prepared(folder, database):
        settings["DATABASE_URL"] = url
    with running(folder, **settings) as started:
        yield started


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory, mailbox: tuple[Mailbox, int]) -> Iterator[Portal]:
    """The portal that the tests share."""
    mail = f"smtp://127.0.0.1:{mailbox[1]}"
    with strict_portal(tmp_path_factory.mktemp("portal"), "browser", EMAIL_URL=mail) as started:
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
    opened.on("console", lambda message: complaints.extend(_faults(f"{message.text} {message.location}")))
    opened.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    opened.on("request", lambda request: complaints.extend(_foreign(request.url)))
    yield opened
    assert complaints == []


def sign_in(page: Page, name: str, password: str) -> None:
    """Sign in to the admin, setting up the second factor at the first time; later go on in that session."""
    page.goto("/admin/")
    portal = urlsplit(page.url).netloc
    if session := SESSIONS.get((portal, name)):
        page.context.add_cookies([session])
        page.goto("/admin/")
        if page.locator("#logout-form").count():
            return
    type_password(page, name, password)
    if page.url.endswith("/enrol/"):
        APPS[portal, name] = page.locator(".enrol__key code").inner_text()
        type_code(page, code_of(APPS[portal, name]))
        codes = page.locator(".recovery-codes code")
        expect(codes).to_have_count(10)
        RECOVERY_CODES[portal, name] = codes.all_inner_texts()
        page.locator(".submit-row a").click()
    elif RECOVERY_CODES[portal, name]:
        # A code of the app works once in thirty seconds; these do at once.
        type_code(page, RECOVERY_CODES[portal, name].pop())
    else:
        page.wait_for_timeout(31_000)
        type_code(page, code_of(APPS[portal, name]))
    expect(page.locator("#logout-form")).to_be_visible()
    (session,) = (cookie for cookie in page.context.cookies() if cookie["name"].endswith("sessionid"))
    SESSIONS[portal, name] = session


SESSIONS: dict[tuple[str, str], Any] = {}
"""The session in which each account is signed in, by portal and account."""

APPS: dict[tuple[str, str], str] = {}
"""What an app would know of these portals and accounts: the key."""

RECOVERY_CODES: dict[tuple[str, str], list[str]] = {}
"""What the portals of this run have shown at the first sign-in, by portal and account."""


def type_password(page: Page, name: str, password: str) -> None:
    """Send the first page of the sign-in."""
    page.goto("/admin/")
    page.locator("#id_username").fill(name)
    page.locator("#id_password").fill(password)
    page.locator("[type=submit]").click()
    expect(page.locator("#id_code")).to_be_visible()


def type_code(page: Page, code: str) -> None:
    """Send the second page of the sign-in."""
    page.locator("#id_code").fill(code)
    page.locator("[type=submit]").click()


def code_of(key: str, steps: int = 0) -> str:
    """Return the code that an app shows `steps` times thirty seconds from now for a key as it is typed."""
    totp = TOTP(b32decode(key.replace(" ", "") + "=" * (-len(key.replace(" ", "")) % 8)))
    totp.time = time.time() + 30 * steps
    return f"{totp.token():06}"


def _faults(text: str) -> list[str]:
    # Django's admin asks for the focus twice on some pages; the browser says so and goes on.
    return [] if "Autofocus processing was blocked" in text else [f"console: {text}"]


def _foreign(url: str) -> list[str]:
    return [] if urlsplit(url).hostname in ("127.0.0.1", None) else [f"foreign request: {url}"]
