"""Pages as people set them up: larger text, wider spacing, narrow windows, own colours, no motion."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from legalsite.tests.browser.test_keyboard import PAGES, next_stop
from scripts.portal import Portal

pytestmark = [pytest.mark.browser, pytest.mark.any_database]

SPACED = """
* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }
"""
"""The spacing that a page has to bear (WCAG 2.2, 1.4.12)."""

TWICE = "html { font-size: 200% !important; }"

CUT_OFF = """() => [...document.querySelectorAll("body *")]
    .filter((each) => {
        const style = getComputedStyle(each);
        const hides = (how) => how === "hidden" || how === "clip";
        const box = each.getBoundingClientRect();
        // What is meant for screen readers only is a pixel wide; a drawing has no text; a field scrolls.
        if (box.width < 2 || box.height < 2 || each.closest("svg, input, textarea, select")) return false;
        return hides(style.overflowX) && each.scrollWidth > each.clientWidth + 1
            || hides(style.overflowY) && each.scrollHeight > each.clientHeight + 1;
    })
    .map((each) => each.outerHTML.slice(0, 120))"""

OVERLAPPING = """() => {
    const boxes = [...document.querySelectorAll("main :is(h1, h2, h3, p, dt, dd, label, legend), .menu a")]
        .filter((each) => each.checkVisibility() && each.getBoundingClientRect().width > 2)
        .map((each) => [each, each.getBoundingClientRect()]);
    return boxes.flatMap(([one, box], number) => boxes.slice(number + 1)
        .filter(([other, place]) => !one.contains(other) && !other.contains(one)
            && Math.min(box.right, place.right) - Math.max(box.left, place.left) > 2
            && Math.min(box.bottom, place.bottom) - Math.max(box.top, place.top) > 4)
        .map(([other]) => `${one.outerHTML.slice(0, 80)} / ${other.outerHTML.slice(0, 80)}`));
}"""


@pytest.fixture
def styled(browser: Browser, portal: Portal) -> Iterator[Page]:
    """Give a page that takes styles of its user, as a browser's own setting does."""
    context = browser.new_context(base_url=portal.url, bypass_csp=True)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("style", "width"),
    [(SPACED, 320), (SPACED, 1280), (TWICE, 640), (TWICE, 1280)],
    ids=["spaced-320", "spaced-1280", "twice-640", "twice-1280"],
)
def test_no_text_is_lost(styled: Page, path: str, style: str, width: int) -> None:
    styled.set_viewport_size({"width": width, "height": 900})
    styled.goto(path)
    styled.add_style_tag(content=style)
    assert styled.evaluate("document.documentElement.scrollWidth") <= width
    assert styled.evaluate(CUT_OFF) == []
    assert styled.evaluate(OVERLAPPING) == []


def test_what_is_cut_off_would_be_found(styled: Page) -> None:
    styled.goto("/en/")
    styled.add_style_tag(content="h2 { overflow: hidden; height: 8px; } .lead { margin-top: -3rem; }")
    assert styled.evaluate(CUT_OFF) != []
    assert styled.evaluate(OVERLAPPING) != []


@pytest.mark.parametrize("path", ["/fr/", "/en/complaints/new/"])
def test_forced_colours_keep_focus_and_edges(browser: Browser, portal: Portal, path: str) -> None:
    context = browser.new_context(base_url=portal.url, forced_colors="active")
    page = context.new_page()
    page.goto(path)
    edges = """fields => fields.filter(field => field.offsetParent
        && ["radio", "checkbox"].indexOf(field.type) < 0
        && getComputedStyle(field).borderTopStyle === "none"
        && getComputedStyle(field).textDecorationLine === "none").map(field => field.outerHTML)"""
    assert page.locator("main :is(input, textarea, select, button)").evaluate_all(edges) == []
    seen = 0
    while (stop := next_stop(page)) is not None:
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", stop.name
        seen += 1
    context.close()
    assert seen > 10


@pytest.mark.parametrize("path", PAGES)
def test_nothing_moves_for_those_who_ask_for_it(browser: Browser, portal: Portal, path: str) -> None:
    context = browser.new_context(base_url=portal.url, reduced_motion="reduce")
    page = context.new_page()
    page.goto(path)
    moving = """() => [...document.querySelectorAll("*")].filter((each) => {
        const style = getComputedStyle(each);
        const times = `${style.transitionDuration},${style.animationDuration}`.split(",");
        return times.some((time) => parseFloat(time) > 0.01) || style.scrollBehavior === "smooth";
    }).map((each) => each.outerHTML.slice(0, 120))"""
    assert page.evaluate(moving) == []
    context.close()


def test_a_narrow_window_scrolls_in_one_direction_only(browser: Browser, portal: Portal) -> None:
    # 320 pixels are what is left of 1280 at 400 % (WCAG 2.2, 1.4.10).
    context = browser.new_context(base_url=portal.url, viewport={"width": 320, "height": 256})
    page = context.new_page()
    for path in PAGES:
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.evaluate("scrollTo(1000, 0)")
        assert page.evaluate("scrollX") == 0, path
    context.close()
