"""Two portals as several machines would run them, and a visitor who says which process answers."""

import http.client
import json
import re
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from legalsite.tests.browser.conftest import Mailbox
from scripts.postgres import free_port
from scripts.stack import HOST, Stack, up

SESSION = """
import json
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, BACKEND_SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice
user = User.objects.create_superuser("example-admin")
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session[DEVICE_ID_SESSION_KEY] = TOTPDevice.objects.create(user=user, name="app").persistent_id
session.create()
print(json.dumps([settings.SESSION_COOKIE_NAME, session.session_key]))
"""
"""What signing in with a code leaves behind."""


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    """By name in small letters."""
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()


@dataclass
class Visitor:
    """Somebody with a browser that keeps cookies, at nginx or at one web process."""

    stack: Stack
    network: str
    """Where requests say they come from, as "198.51.100.7"."""
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, at: str = "nginx", **headers: str) -> Answer:
        return self.ask("GET", path, at, headers=headers)

    def post(self, path: str, fields: dict[str, str], at: str = "nginx") -> Answer:
        secret = {"csrfmiddlewaretoken": self.cookies.get("__Host-csrftoken", "")}
        body = urllib.parse.urlencode({**secret, **fields}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Referer": f"{self.stack.url}/"}
        return self.ask("POST", path, at, body=body, headers=headers)

    def ask(
        self, method: str, path: str, at: str, *, headers: dict[str, str], body: bytes | None = None
    ) -> Answer:
        """Ask nginx, or a web process as nginx would."""
        connection: http.client.HTTPConnection
        if at == "nginx":
            connection = http.client.HTTPSConnection(
                HOST, self.stack.https_port, timeout=60, context=self.stack.tls()
            )
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.stack.web_ports[at], timeout=60)
        sent = {
            "Host": self.stack.authority,
            "X-Forwarded-For": self.network,
            "X-Forwarded-Proto": "https",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **headers,
        }
        connection.request(method, path, body=body, headers=sent)
        response = connection.getresponse()
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _equals, value = cookie.partition(";")[0].partition("=")
            assert name.startswith("__Host-"), cookie
            self.cookies[name] = value
        content = response.read()
        connection.close()
        return Answer(response.status, {n.lower(): v for n, v in response.getheaders()}, content)

    def file_address(self) -> str:
        """Return the address of a published file."""
        page = self.get("/en/documents/ict-terms/").text
        found = re.search(r'href="(/documents/[^"]+/en\.pdf)"', page)
        assert found is not None
        return found[1]


@pytest.fixture(scope="session")
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    """A mail server, and the port it listens on."""
    box, port = Mailbox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


@pytest.fixture(scope="session")
def stack(mailbox: tuple[Mailbox, int]) -> Iterator[Stack]:
    """Two web processes that share a disk."""
    with up(EMAIL_URL=f"smtp://127.0.0.1:{mailbox[1]}") as running:
        yield running


@pytest.fixture(scope="session")
def apart(mailbox: tuple[Mailbox, int]) -> Iterator[Stack]:
    """Two web processes that share no disk: files are objects."""
    with up(s3=True, EMAIL_URL=f"smtp://127.0.0.1:{mailbox[1]}") as running:
        yield running


@pytest.fixture
def visitor(stack: Stack) -> Visitor:
    """Somebody whose network nobody else uses."""
    return Visitor(stack, "203.0.113.7")


@pytest.fixture(scope="session")
def staff(stack: Stack) -> dict[str, str]:
    """Return the cookie of somebody who has signed in."""
    made: Any = json.loads(stack.run("manage.py", "shell", "--verbosity", "0", "-c", SESSION))
    return {made[0]: made[1]}
