"""The reading pages as a person meets them: every width, scheme and language, by eye and by keyboard."""

import hashlib
import re
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from scripts.portal import Portal

pytestmark = [pytest.mark.browser, pytest.mark.any_database]

PATHS = {
    "fr": [
        "/fr/",
        "/fr/documents/",
        "/fr/documents/?on=demain",
        "/fr/documents/ict-terms/",
        "/fr/documents/ict-terms/2025-01-01/",
        "/fr/documents/complaint-handling/",
        "/fr/roaming/?q=tunisie&q=Dominique&q=Kosovo&q=zzzz",
        "/fr/roaming/zones/",
        "/fr/roaming/a-z/",
        "/fr/roaming/changements/",
        "/fr/roaming/?q=tunsie&on=demain",
        "/fr/documents/ict-terms/comparer/2025-01-01...2026-03-01/",
        "/fr/documents/ict-terms/comparer/?before=0&after=0",
        "/fr/documents/a-une-date/?on=2026-11-24",
        "/fr/documents/a-une-date/?on=hier",
        "/fr/documents/verifier-un-fichier/",
        "/fr/documents/verifier-un-fichier/?sha256=0000000000000000000000000000000000000000000000000000000000000000",
        "/fr/reclamations/",
        "/fr/reclamations/nouvelle/",
        "/fr/recherche/?q=integrite",
        "/fr/accessibilite/",
        "/fr/nulle-part/",
    ],
    "en": [
        "/en/",
        "/en/documents/",
        "/en/documents/data-protection/",
        "/en/roaming/?q=congo",
        "/en/complaints/",
        "/en/complaints/new/",
        "/en/accessibility/",
        "/en/privacy/",
        "/en/complaints/follow/",
        "/en/search/?q=specimen",
    ],
}


LOOKS = (320, "light"), (1280, "dark")
"""In turn: `make audit` looks at each page in all of its states, widths and schemes."""


@pytest.mark.parametrize(
    ("path", "width", "scheme"),
    [(path, *LOOKS[number % 2]) for number, path in enumerate(PATHS["fr"] + PATHS["en"])],
)
def test_accessible_and_within_the_window(
    browser: Browser, portal: Portal, path: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(
        base_url=portal.url, color_scheme=scheme, viewport={"width": width, "height": 900}
    )
    page = context.new_page()
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # Taken before axe comes in, which brings styles of its own.
    assert [text for text in messages if "404" not in text] == []
    found = violations(page)
    context.close()
    assert found == []


def violations(page: Page) -> list[str]:
    """Return what axe finds."""
    results = Axe().run(page, options={"rules": {"target-size": {"enabled": True}}})
    return [f"{found['id']}: {found['nodes'][0]['html']}" for found in results.response["violations"]]


@pytest.mark.parametrize(
    "path",
    [
        "/fr/reclamations/nouvelle/",
        "/en/complaints/follow/",
        "/en/privacy/",
        "/fr/documents/verifier-un-fichier/",
    ],
)
def test_forms_with_errors_are_accessible(browser: Browser, portal: Portal, path: str) -> None:
    context = browser.new_context(base_url=portal.url, viewport={"width": 320, "height": 900})
    page = context.new_page()
    page.goto(path)
    page.locator("main .button--main").first.click()
    expect(page.locator(".problems")).to_be_focused()
    found = violations(page)
    context.close()
    assert found == []


def test_the_four_doors_are_in_view_on_a_phone(browser: Browser, portal: Portal) -> None:
    for language in ("fr", "en"):
        context = browser.new_context(base_url=portal.url, viewport={"width": 360, "height": 740})
        page = context.new_page()
        page.goto(f"/{language}/")
        doors = page.locator(".door")
        expect(doors).to_have_count(4)
        for door in doors.all():
            box = door.bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= 740
        context.close()


def test_a_document_is_found_and_downloaded(page: Page, tmp_path: Path) -> None:
    page.goto("/fr/")
    page.get_by_role("link", name="Conditions générales de vente").first.click()
    expect(page.get_by_text("Spécimen", exact=True)).to_be_visible()
    link = page.locator("a.file[hreflang=fr]")
    response = page.request.get(link.get_attribute("href") or "")
    assert response.status == 200
    body = response.body()
    assert body.startswith(b"%PDF-")
    assert response.headers["etag"] == f'"{hashlib.sha256(body).hexdigest()}"'


def test_a_lookup_by_keyboard_alone(page: Page) -> None:
    page.goto("/fr/roaming/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    for _link_or_field in range(4):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "place":
            break
    expect(page.locator("#place")).to_be_focused()
    page.keyboard.type("tunisie")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/fr/roaming/\?q=tunisie$"))
    expect(page.locator(".answer")).to_contain_text("Non incluse")
    expect(page.locator(".answer")).to_contain_text("Zone ROW2")


def test_every_focused_element_is_seen(page: Page) -> None:
    page.goto("/en/complaints/new/")
    seen = 0
    for _time in range(40):
        page.keyboard.press("Tab")
        outline = page.evaluate(
            "(e => e === document.body ? null : getComputedStyle(e).outlineStyle)(document.activeElement)"
        )
        if outline is None:
            break
        assert outline != "none"
        seen += 1
    assert seen > 20


def test_the_language_switch_keeps_the_page(page: Page) -> None:
    page.goto("/fr/documents/cookies/?on=2026-01-01")
    page.get_by_role("link", name="English").click()
    expect(page).to_have_url(re.compile(r"/en/documents/cookies/\?on=2026-01-01$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Cookie policy")


def test_text_at_twice_its_size_still_fits(browser: Browser, portal: Portal) -> None:
    context = browser.new_context(base_url=portal.url, viewport={"width": 640, "height": 900})
    page = context.new_page()
    for path in PATHS["fr"]:
        page.goto(path)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 640, path
    context.close()


def test_readers_get_no_cookie(browser: Browser, portal: Portal) -> None:
    context = browser.new_context(base_url=portal.url)
    page = context.new_page()
    for path in PATHS["fr"]:
        if not any(form in path for form in ("nouvelle", "verifier")):
            page.goto(path)
    assert context.cookies() == []
    context.close()


@pytest.mark.parametrize("path", ["/fr/roaming/", "/en/search/"])
def test_a_query_of_ten_thousand_characters_gets_a_normal_page(page: Page, path: str) -> None:
    response = page.goto(f"{path}?q={'é' * 10_000}")
    assert response is not None
    assert response.status == 200
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_a_file_is_checked_in_the_browser_and_never_sent(page: Page, portal: Portal, tmp_path: Path) -> None:
    page.goto("/en/documents/ict-terms/")
    with page.expect_download() as download:
        page.evaluate(
            """() => {
                const link = document.querySelector("a.file");
                link.download = "";
                link.click();
            }"""
        )
    file = tmp_path / "terms.pdf"
    download.value.save_as(file)
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.goto("/en/documents/check-a-file/")
    page.get_by_label("File to check").set_input_files(file)
    page.get_by_role("button", name="Check this file").click()
    expect(page.get_by_role("heading", name="This file was published here")).to_be_visible()
    assert hashlib.sha256(file.read_bytes()).hexdigest() in page.url
    assert posts == []
    file.write_bytes(file.read_bytes() + b" ")
    page.get_by_label("File to check").set_input_files(file)
    page.get_by_role("button", name="Check this file").click()
    expect(page.get_by_role("heading", name="This file is not one of those published here")).to_be_visible()
