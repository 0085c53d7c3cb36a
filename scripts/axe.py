"""Looks at pages as they were collected, in a real browser: with axe, at every width, light and dark.

A page is shown at its own address, with its own policy, but as it was answered once: what is seen does not
depend on the order of the looks, and what a one-time link shows can be seen again. Its styles and scripts
come from the portal.
"""

import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Literal
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

from scripts.browser import chromium
from scripts.visitor import Shown

PROCESSES = 2
WIDTHS = (320, 768, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

RUN_AXE = """() => {
    // What fades from one scheme to the other is measured once it has arrived.
    document.getAnimations().forEach((animation) => animation.finish());
    return axe.run({resultTypes: ["violations"], rules: {"target-size": {enabled: true}}});
}"""
"""Every rule of axe for WCAG 2.0 to 2.2, A and AA, and best practices; target-size is off by default."""


@dataclass(frozen=True)
class Look:
    """What is wrong with a page in one way of looking at it."""

    page: str
    rule: str
    """Rule of axe, or "console", "request", "width"."""
    extract: str
    how: str
    """Width and scheme; empty when that does not matter."""

    def __str__(self) -> str:
        return f"{self.page} {self.how}: {self.rule}: {self.extract}"


def show(page: Page, url: str, shown: Shown) -> None:
    """Open a collected page, with the policy it came with, at its address under `url`."""
    address = url + shown.answer.address.partition("#")[0]
    headers = {"Content-Security-Policy": shown.answer.policy} if shown.answer.policy else {}
    # What a script sends with the token of the page's form is accepted, as where the page was collected.
    if token := re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', shown.answer.html):
        page.context.add_cookies([{"name": "csrftoken", "value": token[1], "url": url}])

    def answer(route: Route) -> None:
        if route.request.is_navigation_request():
            route.fulfill(body=shown.answer.html, content_type="text/html; charset=utf-8", headers=headers)
        else:
            route.continue_()

    pattern = re.compile(f"^{re.escape(address)}$")
    page.route(pattern, answer)
    page.goto(address)
    page.unroute(pattern)


@dataclass(frozen=True)
class Place:
    """Where collected pages are shown."""

    url: str
    """Address of the portal that serves their styles and scripts."""
    session: str
    """Session cookie of a member of staff: some scripts of the admin are not for everybody."""


def looks(place: Place, pages: Iterable[Shown], widths: tuple[int, ...] = WIDTHS) -> list[Look]:
    """Return what is wrong with `pages`."""
    script = Axe().axe_script
    with chromium() as browser:
        return [look for shown in pages for look in _looks(browser, place, shown, widths, script)]


def _looks(
    browser: Browser, place: Place, shown: Shown, widths: tuple[int, ...], script: str
) -> Iterator[Look]:
    context = browser.new_context(viewport={"width": widths[0], "height": 900})
    if not shown.is_public:
        context.add_cookies([{"name": "sessionid", "value": place.session, "url": place.url}])
    page = context.new_page()
    noted: list[Look] = []
    page.on("console", lambda message: noted.extend(_faults(shown, message.text)))
    page.on("pageerror", lambda error: noted.append(Look(str(shown), "console", str(error), "")))
    page.on("request", lambda request: noted.extend(_foreign(shown, request.url)))
    show(page, place.url, shown)
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            noted.append(Look(str(shown), "width", f"{wide} px", f"{width}"))
    # All that was noted so far is the page's own: axe brings styles that the policy would not let in.
    yield from list(noted)
    page.evaluate(script)
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            for violation in page.evaluate(RUN_AXE)["violations"]:
                yield from _violation(shown, violation, f"{width} {scheme}")
    context.close()


def _violation(shown: Shown, violation: dict[str, Any], how: str) -> Iterator[Look]:
    for node in violation["nodes"]:
        yield Look(str(shown), violation["id"], f"{node['target']} {node['html'][:200]}", how)


def _faults(shown: Shown, text: str) -> list[Look]:
    # Django's admin asks for the focus twice on some pages; the browser says so and goes on.
    return [] if "Autofocus processing was blocked" in text else [Look(str(shown), "console", text, "")]


def _foreign(shown: Shown, url: str) -> list[Look]:
    return [] if urlsplit(url).hostname in ("127.0.0.1", None) else [Look(str(shown), "request", url, "")]


def looks_of_all(place: Place, pages: list[Shown], widths: tuple[int, ...] = WIDTHS) -> list[Look]:
    """Return what is wrong with `pages`, found by PROCESSES browsers at once."""
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        found = [pool.submit(looks, place, pages[start::PROCESSES], widths) for start in range(PROCESSES)]
        return [look for each in found for look in each.result()]
