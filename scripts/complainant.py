"""Somebody who sends one complaint with a file, and tries again with the same form until it has arrived."""

import hashlib
import http.client
import re
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from functools import partial
from html import unescape
from http.cookiejar import CookieJar
from typing import TypeVar

Answer = TypeVar("Answer")

BOUNDARY = "-----a-boundary-of-the-fault-tests"
REFERENCE = re.compile(r"R\d\d-\w{4}-\w{4}")
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
AS_LONG_AS_A_PERSON = 3.2
"""Seconds from the blank form to sending; what is faster is suspected to be spam."""

PATIENCE = 120
"""Seconds for which somebody tries again."""


class GaveUp(Exception):
    """The portal did not take the form in PATIENCE seconds."""


class OverTLS(urllib.request.HTTPSHandler):
    """Connects from the address `source`, and trusts what `context` trusts."""

    def __init__(self, context: ssl.SSLContext, source: tuple[str, int]) -> None:
        super().__init__(context=context)
        self._make = partial(http.client.HTTPSConnection, source_address=source, context=context)

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """Open, as urllib asks."""
        return self.do_open(self._make, req)


class Complainant:
    """One person with a browser, which `handlers` may change.

    `refusals` counts the tries that broke off or were answered with a fault.
    """

    def __init__(
        self, url: str, number: int, content: bytes | None = None, *handlers: urllib.request.BaseHandler
    ) -> None:
        self.address = f"{url}/en/complaints/new/"
        self.number = number
        self.email = f"person-{number}@example.com"
        self.content = content if content is not None else f"The letter of person {number}.\n".encode()
        self.references: set[str] = set()
        """Every reference that a page has shown; one, if all is well."""
        self.refusals = 0
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(cookies, *handlers)
        # Each comes from a network of its own, so that no limit is met (TRUSTED_PROXIES=1). Over HTTPS a form
        # is taken with its page as the referrer only.
        self._opener.addheaders = [
            ("X-Forwarded-For", f"10.{number // 250}.{number % 250}.1"),
            ("Referer", self.address),
        ]
        self._blank = self._form = ""
        self._opened = 0.0

    @property
    def sha256(self) -> str:
        """SHA-256 of the file."""
        return hashlib.sha256(self.content).hexdigest()

    def open(self) -> None:
        """Open the blank form."""
        self._blank = self._until_answered(lambda: self._read(self.address))
        self._opened = time.monotonic()

    def check(self) -> str:
        """Send the answers and the file to be checked; return the page."""
        fields = {
            **hidden(self._blank),
            "full_name": f"Example Person {self.number}",
            "address": "1, rue de l’Exemple\nL-0000 Exempleville",
            "phone": "+352 00 00 00",
            "answer_by": "email",
            "email": self.email,
            "kind": "technical",
            "summary": f"Fault {self.number}",
            "description": f"What person {self.number} has to say.",
            "action": "check",
        }
        body = _multipart(fields, "letter.txt", self.content)
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        request = urllib.request.Request(self.address, body, headers)  # noqa: S310 - a loopback address
        self._form = self._until_answered(lambda: self._read(request))
        return self._form

    def send(self) -> str:
        """Send what was checked, again and again until a page shows the reference."""
        time.sleep(max(0.0, self._opened + AS_LONG_AS_A_PERSON - time.monotonic()))

        def attempt() -> str:
            found = REFERENCE.search(self.send_once())
            if found is None:
                raise GaveUp(f"person {self.number} got a page without a reference")
            self.references.add(found.group())
            return found.group()

        return self._until_answered(attempt)

    def send_once(self) -> str:
        """Send what was checked; return the page. Raises urllib's errors and those of the connection."""
        fields = [*HIDDEN.findall(self._form), ("action", "send")]
        data = urllib.parse.urlencode([(name, unescape(value)) for name, value in fields]).encode()
        request = urllib.request.Request(self.address, data)  # noqa: S310 - a loopback address
        return self._read(request)

    def _read(self, request: str | urllib.request.Request) -> str:
        with self._opener.open(request, timeout=60) as answer:
            page: str = answer.read().decode()
            return page

    def _until_answered(self, attempt: Callable[[], Answer]) -> Answer:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return attempt()
            except urllib.error.HTTPError as error:
                if error.code < 500:
                    raise
            except (urllib.error.URLError, OSError, http.client.HTTPException):
                pass
            self.refusals += 1
            if time.monotonic() > deadline:
                raise GaveUp(f"person {self.number}")
            time.sleep(0.1)


def hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of a blank form."""
    return {name: unescape(value) for name, value in re.findall(HIDDEN_ANYWHERE, page)}


HIDDEN_ANYWHERE = r'<input type="hidden" name="(csrfmiddlewaretoken|token)" value="([^"]*)"'


def _multipart(fields: Mapping[str, str], name: str, content: bytes) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        for field, value in fields.items()
    ]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="attached"; filename="{name}"\r\n'
    parts += [head.encode(), b"Content-Type: text/plain\r\n\r\n", content, f"\r\n--{BOUNDARY}--\r\n".encode()]
    return b"".join(parts)
