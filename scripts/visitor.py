"""A browser without JavaScript, for scripts that collect the pages of a running portal."""

import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from http.cookiejar import CookieJar

from scripts.portal import Portal

Query = list[tuple[str, str]]


DAILY = re.compile(
    r"admin(-login(-error)?|-complaints-complaint(-report|-enter|-0-change-\w+|-0-\w+-take-\w+(-error)?)?"
    r"|-documents-(document|version)(-add|-0-change-\w+(-error)?|-0-step-\w+(-error)?)?"
    r"|-privacy-request(-0-.*)?|-roaming-(destination|listing)(-add|-import.*|-0-change|-0-move(-error)?)?"
    r"|-core-\w+(-add|-0-change)?)?"
)
"""Names of the pages of the admin that staff use daily."""


@dataclass(frozen=True)
class Answer:
    """A page as the portal answered it."""

    address: str
    """Path and query of the page in the end, after redirections."""
    html: str
    policy: str = ""
    """Its Content-Security-Policy."""


@dataclass(frozen=True)
class Shown:
    """A page of the list in scripts/pages.py."""

    name: str
    language: str
    answer: Answer

    def __str__(self) -> str:
        return f"{self.name}.{self.language}"

    @property
    def is_public(self) -> bool:
        """Whether readers get it."""
        return not self.name.startswith("admin")

    @property
    def is_daily(self) -> bool:
        """Whether staff use it daily."""
        return bool(DAILY.fullmatch(self.name))


class Visitor:
    """A browser without JavaScript that prefers one language and keeps its cookies."""

    def __init__(self, portal: Portal, language: str) -> None:
        self.portal = portal
        self.language = language
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str, query: Query | None = None, *, status: int = 200) -> Answer:
        """Return the page at `path`. Raises RuntimeError when the answer is no HTML page with `status`."""
        return self._ask(path + ("?" + urllib.parse.urlencode(query) if query else ""), None, status)

    def post(self, path: str, fields: dict[str, str], *, status: int = 200) -> Answer:
        """Send a form as its page would, secret included, and return the page that answers."""
        secret = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(path).html)
        sent = {**fields, "csrfmiddlewaretoken": secret[1] if secret else ""}
        return self._ask(path, urllib.parse.urlencode(sent).encode(), status)

    def send(self, path: str, content: bytes, *, status: int) -> Answer:
        """Send `content` as it is, and return the page that answers."""
        return self._ask(path, content, status)

    def _ask(self, address: str, content: bytes | None, status: int) -> Answer:
        request = urllib.request.Request(  # noqa: S310 - a loopback address
            self.portal.url + address,
            content,
            {"Accept-Language": self.language, "Referer": self.portal.url + address},
        )
        try:
            answer = self._opener.open(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            page: str = answer.read().decode()
            kind = answer.headers["Content-Type"]
            if answer.status != status or not kind.startswith("text/html"):
                raise RuntimeError(f"{address}: {answer.status} {kind} where {status} was expected:\n{page}")
            where = answer.url.removeprefix(self.portal.url)
            return Answer(where, page, answer.headers["Content-Security-Policy"] or "")
