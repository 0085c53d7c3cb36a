"""The roaming page as people use it: typing, by keyboard, on the map, without JavaScript, on a phone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts.portal import Portal

pytestmark = [pytest.mark.browser, pytest.mark.any_database]


@pytest.fixture
def roaming(page: Page) -> Page:
    page.goto("/en/roaming/")
    return page


def test_answers_come_while_one_types(roaming: Page) -> None:
    field = roaming.get_by_role("searchbox")
    field.press_sequentially("Tunis", delay=30)
    expect(roaming.locator(".answer h3")).to_have_text("Tunisia")
    expect(roaming.locator(".answer")).to_contain_text("Not included")
    expect(roaming.locator("#spoken")).to_have_text("Tunisia: ROW2 zone, not included")
    expect(roaming.locator("#chosen use")).to_have_count(1)
    expect(field).to_be_focused()
    assert roaming.url.endswith("?q=Tunis")
    field.fill("Tunis, Canada")
    expect(roaming.locator(".answer h3")).to_have_text(["Tunisia", "Canada"])
    expect(roaming.locator(".note--bad")).to_have_text("Not included in the subscriptions: Tunisia")
    expect(roaming).to_have_title(re.compile("^Tunis, Canada"))
    field.fill("")
    expect(roaming.locator(".answer")).to_have_count(0)
    assert roaming.url.endswith("/en/roaming/")


def test_enter_asks_what_is_typed_and_back_goes_back(page: Page) -> None:
    page.goto("/en/")
    page.goto("/en/roaming/")
    field = page.get_by_role("searchbox")
    field.fill("Zanzibar")
    field.press("Enter")
    page.wait_for_url("**/en/roaming/?q=Zanzibar")
    expect(page.locator(".answer")).to_contain_text(
        "Recognised by: Zanzibar, part of the destination “Tanzania”."
    )
    field.fill("Kosovo")
    expect(page.locator(".answer")).to_contain_text("Not in any of our roaming zones.")
    field.press("Enter")
    page.wait_for_url("**/en/roaming/?q=Kosovo")
    page.go_back()
    expect(page.locator(".answer")).to_have_count(1)
    while "/roaming/" in page.url:
        page.go_back()
    assert page.url.endswith("/en/")


def test_suggestions_by_keyboard(roaming: Page) -> None:
    field = roaming.get_by_role("searchbox")
    field.press_sequentially("nige")
    suggestions = roaming.locator(".suggestion")
    expect(suggestions.first).to_have_text("Niger")
    field.press("ArrowDown")
    expect(suggestions.nth(0)).to_be_focused()
    roaming.keyboard.press("ArrowDown")
    expect(suggestions.nth(1)).to_be_focused()
    roaming.keyboard.press("ArrowUp")
    roaming.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    field.press("ArrowDown")
    roaming.keyboard.press("Escape")
    expect(field).to_be_focused()
    roaming.keyboard.press("ArrowDown")
    roaming.keyboard.press("ArrowDown")
    expect(suggestions.nth(1)).to_have_text("Nigeria")
    roaming.keyboard.press("Enter")
    roaming.wait_for_url("**/en/roaming/?q=Nigeria")
    expect(roaming.locator(".answer h3")).to_have_text("Nigeria")


def test_the_map_is_one_stop_and_the_arrows_walk_on_it(roaming: Page) -> None:
    lands = roaming.locator("svg.world a")
    expect(lands).to_have_count(249)
    stops = "links => links.filter(link => link.getAttribute('tabindex') === '0').length"
    assert lands.evaluate_all(stops) == 1
    expect(roaming.locator(".map__skip")).to_be_hidden()
    roaming.locator("summary").focus()
    roaming.keyboard.press("Tab")
    focused = roaming.locator("svg.world a:focus title")
    expect(focused).to_have_text("Luxembourg: at home, no roaming")
    seen = set()
    for _ in range(12):
        roaming.keyboard.press("ArrowDown")
        seen.add(focused.text_content())
    assert len(seen) > 4
    roaming.keyboard.press("Shift+Tab")
    expect(roaming.locator("summary")).to_be_focused()
    roaming.keyboard.press("Tab")
    chosen = (focused.text_content() or "").split(":")[0]
    roaming.keyboard.press("Enter")
    roaming.wait_for_url(re.compile(r"\?q=[A-Z]{2}$"))
    expect(roaming.locator(".answer h3")).to_have_text(chosen)
    expect(roaming.locator("#chosen circle")).to_have_count(1)


def test_zones_differ_by_more_than_colour_on_the_map(roaming: Page) -> None:
    def fill(look: str) -> str:
        link = roaming.locator(f"svg.world a.{look}").first
        return str(link.evaluate("link => getComputedStyle(link).fill"))

    fills = {look: fill(look) for look in ("zone-1", "zone-2", "zone-3", "excluded", "two", "unlisted")}
    patterns = {look for look, value in fills.items() if "hatch" in value}
    assert patterns == {"zone-2", "zone-3", "excluded", "two"}
    assert len(set(fills.values())) == 6


def test_nothing_is_lost_without_a_network(browser: Browser, portal: Portal) -> None:
    context = browser.new_context(base_url=portal.url)
    roaming = context.new_page()
    roaming.goto("/en/roaming/")
    messages: list[str] = []
    roaming.on("pageerror", lambda error: messages.append(str(error)))
    roaming.get_by_role("searchbox").fill("Canada")
    expect(roaming.locator(".answer h3")).to_have_text("Canada")
    roaming.context.set_offline(True)
    roaming.get_by_role("searchbox").fill("Tunisia")
    roaming.wait_for_timeout(500)
    expect(roaming.get_by_role("searchbox")).to_have_value("Tunisia")
    expect(roaming.locator(".answer")).to_have_count(0)
    context.close()
    assert messages == []


def test_another_day_is_kept_while_one_types(roaming: Page) -> None:
    roaming.locator("summary").click()
    roaming.get_by_label("Date of travel").fill("2026-01-01")
    roaming.wait_for_url("**/?on=2026-01-01")
    expect(roaming.locator("#map")).to_have_text(re.compile("on 1.January.2026"))
    roaming.get_by_role("searchbox").fill("Canada")
    expect(roaming.locator("#answer")).to_have_text(re.compile("On 1.January.2026"))
    assert roaming.url.endswith("?q=Canada&on=2026-01-01")
    expect(roaming.locator("svg.world a").first).to_have_attribute("href", re.compile("&on=2026-01-01$"))


def test_the_lists_are_filtered(page: Page) -> None:
    page.goto("/fr/roaming/a-z/")
    page.get_by_label("N’afficher que les noms contenant").fill("émirats")
    expect(page.locator(".rows li:visible")).to_have_count(1)
    expect(page.get_by_role("status")).to_have_text("Noms affichés\u00a0: 1")
    page.get_by_label("N’afficher que les noms contenant").fill("xyz")
    expect(page.get_by_role("status")).to_have_text("Aucun nom de cette page ne contient ce texte.")
    page.goto("/fr/roaming/zones/")
    page.get_by_label("N’afficher que les noms contenant").fill("emirats")
    expect(page.locator(".places li:visible")).to_have_count(1)


@pytest.fixture
def plain(browser: Browser, portal: Portal) -> Iterator[Page]:
    """Give a page on a small phone, without JavaScript."""
    context = browser.new_context(
        base_url=portal.url, java_script_enabled=False, viewport={"width": 320, "height": 640}
    )
    yield context.new_page()
    context.close()


def test_without_javascript_on_a_small_phone(plain: Page) -> None:
    plain.goto("/fr/roaming/")
    plain.get_by_role("searchbox").fill("tunsie, canada")
    plain.get_by_role("button", name="Vérifier").click()
    expect(plain.locator(".suggestion").first).to_have_text("Tunisie")
    plain.locator(".suggestion").first.click()
    expect(plain.locator(".answer h3")).to_have_text(["Tunisie", "Canada"])
    expect(plain.locator(".map__skip")).to_be_visible()
    plain.locator(".map__skip a").click()
    assert plain.url.endswith("#zones")
    plain.goto("/fr/roaming/a-z/")
    expect(plain.locator(".filter")).to_be_hidden()


def test_the_lists_print_without_their_tools(page: Page) -> None:
    page.goto("/en/roaming/zones/")
    page.emulate_media(media="print")
    expect(page.locator(".filter")).to_be_hidden()
    expect(page.locator(".places").first).to_be_visible()
