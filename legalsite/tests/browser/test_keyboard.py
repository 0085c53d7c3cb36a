"""Pages by the keyboard alone: the order of the stops, what one sees of them, and that there is a way out."""

import io
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from scripts.portal import Portal

pytestmark = [pytest.mark.browser, pytest.mark.any_database]

PAGES = [
    "/fr/",
    "/en/documents/",
    "/en/documents/ict-terms/",
    "/fr/documents/complaint-handling/",
    "/fr/documents/verifier-un-fichier/",
    "/fr/roaming/?q=tunisie&q=Dominica",
    "/en/complaints/",
    "/fr/reclamations/nouvelle/",
    "/fr/reclamations/suivre/",
    "/en/privacy/",
    "/en/search/?q=complaint",
]

MOST_STOPS = 250
LEAST_CONTRAST = 3.0
"""Of what changes with the focus, between the pixels with it and without (WCAG 1.4.11, 2.4.7)."""

WITHOUT_RING = ":focus-within { outline: none !important; box-shadow: none !important; }"

ARRIVED = """() => {
    const here = document.activeElement;
    if (here === null || here === document.body || here === document.documentElement) return null;
    const before = window.lastStop;
    window.lastStop = here;
    const box = here.getBoundingClientRect();
    // The lines of a link that is broken over several, one by one: their middle is in the link.
    const lines = [...here.getClientRects()].filter((line) => line.width > 1 && line.height > 1);
    const seen = lines.some((line) => {
        const found = document.elementFromPoint(line.x + line.width / 2, line.y + line.height / 2);
        return found !== null && (here.contains(found) || found.matches("label") && found.contains(here));
    });
    return {
        name: here.outerHTML.slice(0, 120),
        // The parts of a date are stops of one field.
        follows: !before || before === here
            || Boolean(before.compareDocumentPosition(here) & Node.DOCUMENT_POSITION_FOLLOWING),
        seen: seen || here.ownerSVGElement !== null,
        inside: box.top >= 0 && box.top < innerHeight && box.left >= 0 && box.right <= innerWidth + 1,
        box: [box.x, box.y, box.width, box.height],
    };
}"""


@dataclass(frozen=True)
class Stop:
    """An element that the Tab key stops at."""

    name: str
    follows: bool
    """Whether it comes after the stop before it in the document, which is the order in which it is read."""
    seen: bool
    """Whether its middle is covered by nothing."""
    inside: bool
    """Whether it begins within the window."""
    box: tuple[float, float, float, float]


def next_stop(page: Page) -> Stop | None:
    """Press Tab; None when the focus leaves the page."""
    page.keyboard.press("Tab")
    found: dict[str, Any] | None = page.evaluate(ARRIVED)
    return Stop(**found) if found else None


def walk(page: Page) -> list[Stop]:
    """Go through a page to its end. Fails when the end does not come."""
    stops: list[Stop] = []
    while (stop := next_stop(page)) is not None:
        stops.append(stop)
        assert len(stops) < MOST_STOPS, f"no way out: {stops[-3:]}"
    return stops


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [320, 1280])
def test_the_way_through_a_page(browser: Browser, portal: Portal, path: str, width: int) -> None:
    context = browser.new_context(base_url=portal.url, viewport={"width": width, "height": 640})
    page = context.new_page()
    page.goto(path)
    stops = walk(page)
    context.close()
    assert 'class="skip"' in stops[0].name
    assert len(stops) > 10
    assert [stop.name for stop in stops if not stop.follows] == []
    assert [stop.name for stop in stops if not stop.seen] == []
    assert [stop.name for stop in stops if not stop.inside] == []


@pytest.mark.parametrize(("path", "scheme"), [("/fr/", "light"), ("/en/complaints/new/", "dark")])
def test_the_focus_is_told_by_contrast(
    browser: Browser, portal: Portal, path: str, scheme: Literal["light", "dark"]
) -> None:
    # The policy would keep WITHOUT_RING out too.
    context = browser.new_context(
        base_url=portal.url, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True
    )
    page = context.new_page()
    page.goto(path)
    faint = []
    while (stop := next_stop(page)) is not None:
        if told_apart(page, stop) < 2 * (stop.box[2] + stop.box[3]):
            faint.append(stop.name)
    context.close()
    assert faint == []


def told_apart(page: Page, stop: Stop) -> int:
    """Return how many pixels around a stop change with LEAST_CONTRAST when it loses the focus."""
    x, y, width, height = stop.box
    view = page.viewport_size or {"width": 0, "height": 0}
    left, top = max(x - 8, 0), max(y - 8, 0)
    right, bottom = min(x + width + 8, view["width"]), min(y + height + 8, view["height"])
    clip: Any = {"x": left, "y": top, "width": right - left, "height": bottom - top}
    with_focus = page.screenshot(clip=clip)
    # The next Tab goes on from here all the same.
    page.evaluate("document.activeElement.blur()")
    # A part within a field, as the button of a calendar, keeps the focus: its ring is taken away for that.
    is_within = page.evaluate("document.activeElement.matches(':focus-within')")
    without = page.screenshot(clip=clip, style=WITHOUT_RING if is_within else None)
    pairs = zip(pixels(with_focus), pixels(without), strict=True)
    return sum(contrast(one, other) >= LEAST_CONTRAST for one, other in pairs if one != other)


def pixels(picture: bytes) -> list[tuple[int, int, int]]:
    """Return the colours of a picture, line by line."""
    data = Image.open(io.BytesIO(picture)).convert("RGB").tobytes()
    return list(zip(data[0::3], data[1::3], data[2::3], strict=True))


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: tuple[int, int, int]) -> float:
    """Return the relative luminance of a colour (WCAG 2.2, "relative luminance")."""
    red, green, blue = (
        part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4
        for part in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_contrast_is_that_of_the_guidelines() -> None:
    assert round(contrast((0, 0, 0), (255, 255, 255)), 2) == 21
    assert round(contrast((118, 118, 118), (255, 255, 255)), 2) == 4.54


def test_a_complaint_by_keyboard_alone(page: Page) -> None:
    page.goto("/en/complaints/new/")

    def to(label: str) -> None:
        field = page.get_by_label(label, exact=True)
        for _time in range(30):
            if field.evaluate("field => field === document.activeElement"):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"the Tab key does not lead to {label}")

    for label, text in {"Full name": "Example Customer", "Postal address": "1, rue de l’Exemple"}.items():
        to(label)
        page.keyboard.type(text)
    to("Telephone number")
    page.keyboard.type("+352 00 00 00")
    to("By e-mail")
    page.keyboard.press("Space")
    to("E-mail address")
    page.keyboard.type("customer@example.com")
    to("Administrative")
    # The arrows choose within a group.
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Financial", exact=True)).to_be_checked()
    to("What went wrong, in one sentence?")
    page.keyboard.type("Invoice sent twice")
    to("What happened?")
    page.keyboard.type("The same invoice arrived twice.")
    button = page.get_by_role("button", name="Check my answers")
    for _time in range(10):
        page.keyboard.press("Tab")
        if button.evaluate("button => button === document.activeElement"):
            break
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Send my complaint")).to_be_visible()


def test_what_opens_is_opened_and_closed_by_keys(page: Page) -> None:
    page.goto("/en/search/")
    summary = page.locator("main summary").first
    details = page.locator("main details").first
    summary.focus()
    for key in ("Enter", "Space"):
        page.keyboard.press(key)
        expect(details).to_have_attribute("open", "")
        page.keyboard.press(key)
        expect(details).not_to_have_attribute("open", "")


def test_one_can_walk_back(page: Page) -> None:
    page.goto("/en/complaints/follow/")
    page.get_by_role("textbox").last.focus()
    seen = 0
    while page.evaluate("document.activeElement !== document.body"):
        page.keyboard.press("Shift+Tab")
        seen += 1
        assert seen < MOST_STOPS
    assert seen > 5
