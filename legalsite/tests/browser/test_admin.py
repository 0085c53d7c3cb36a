"""The admin in a real browser: no CSP violation, no barrier, both languages, texts shown while one types."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from legalsite.tests.browser.conftest import sign_in
from legalsite.tests.browser.test_complaint import MAKE_STAFF
from scripts.portal import Portal

pytestmark = [pytest.mark.browser, pytest.mark.any_database]


@pytest.fixture
def admin(page: Page, portal: Portal) -> Page:
    portal.manage("shell", "--verbosity", "0", "-c", MAKE_STAFF)
    sign_in(page, "example-admin", "an example passphrase")
    return page


def test_every_list_and_form_opens_without_a_complaint_of_the_browser(admin: Page) -> None:
    models = admin.locator(".everything a:not(.everything__add)").evaluate_all(
        "links => links.map(link => link.href)"
    )
    assert len(models) > 10
    for address in models:
        admin.goto(address)
        expect(admin.locator("#content h1")).to_be_visible()
        if admin.locator(".object-tools .addlink").count():
            admin.locator(".object-tools .addlink").first.click()
            expect(admin.locator("#content h1")).to_be_visible()


def test_the_admin_speaks_both_languages(admin: Page) -> None:
    expect(admin.locator("html")).to_have_attribute("lang", "fr")
    expect(admin.get_by_role("link", name="Réclamations", exact=True).first).to_be_visible()
    admin.get_by_role("button", name="English").click()
    expect(admin.locator("html")).to_have_attribute("lang", "en")
    expect(admin.get_by_role("link", name="Complaints", exact=True).first).to_be_visible()


def test_a_text_is_shown_beside_its_translation_as_it_will_look_while_one_types(admin: Page) -> None:
    admin.set_viewport_size({"width": 1280, "height": 900})
    admin.goto("/admin/documents/version/add/")
    french, english = admin.locator(".edition").all()
    left, right = french.bounding_box(), english.bounding_box()
    assert left
    assert right
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] <= right["x"]
    french.locator("textarea").fill("## Article 1\n\nUn **mot** <b>brut</b>.\n\n## Article 2\n\nExemple.")
    english.locator("textarea").fill("## Article 1\n\nExample.")
    expect(french.locator(".live__text strong")).to_have_text("mot")
    expect(french.locator(".live__text")).to_contain_text("<b>brut</b>")
    expect(english.locator(".live__text h2")).to_have_text("Article 1")
    expect(admin.locator("#parallel")).to_contain_text("Article 2")
    english.locator("textarea").fill("## Article 1\n\nExample.\n\n## Article 2\n\nExample.")
    expect(admin.locator("#parallel")).to_be_empty()
    # Narrower, one stands below the other.
    admin.set_viewport_size({"width": 1000, "height": 900})
    left, right = french.bounding_box(), english.bounding_box()
    assert left
    assert right
    assert left["y"] + left["height"] <= right["y"]


def test_a_preview_that_fails_says_so_and_keeps_what_is_typed(admin: Page) -> None:
    admin.goto("/admin/documents/version/add/")
    admin.route("**/preview-text/", lambda route: route.fulfill(status=200, body="no JSON"))
    field = admin.locator(".edition textarea").first
    field.fill("Exemple")
    expect(admin.locator("#parallel")).not_to_be_empty()
    expect(field).to_have_value("Exemple")


DAILY = (
    "/admin/",
    "/admin/handbook/",
    "/admin/handbook/publish/",
    "/admin/complaints/complaint/",
    "/admin/complaints/complaint/enter/",
    "/admin/complaints/complaint/report/",
    "/admin/complaints/template/",
    "/admin/privacy/request/",
    "/admin/documents/document/",
    "/admin/documents/version/",
    "/admin/documents/version/add/",
    "/admin/roaming/destination/",
    "/admin/roaming/listing/import/",
    "/admin/core/banner/add/",
    "/admin/core/outgoingmail/",
    "/admin/auth/user/",
)
"""Lists and forms that staff use every day; the first record of each list is looked at too."""


LOOKS: tuple[tuple[int, Literal["light", "dark"]], ...] = (1280, "light"), (360, "dark")
"""Half of the pages in each: `make audit` looks at all of them in both."""


@pytest.mark.parametrize("half", [0, 1])
def test_the_pages_of_every_day_have_no_barrier(
    browser: Browser, portal: Portal, admin: Page, half: int
) -> None:
    width, scheme = LOOKS[half]
    context = browser.new_context(
        base_url=portal.url,
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        # Otherwise axe itself is refused.
        bypass_csp=True,
        storage_state=admin.context.storage_state(),
    )
    page = context.new_page()
    found = []
    for address in DAILY[half::2]:
        page.goto(address)
        found += barriers(page, width)
        record = page.locator("#result_list tbody th a").first
        if record.count():
            page.goto(record.get_attribute("href") or "")
            found += barriers(page, width)
    context.close()
    assert found == []


def barriers(page: Page, width: int) -> list[str]:
    """Return what axe finds on a page, and whether it is wider than the window."""
    results = Axe().run(page, options={"rules": {"target-size": {"enabled": True}}})
    found = [
        f"{page.url}: {each['id']}: {each['nodes'][0]['html']}" for each in results.response["violations"]
    ]
    if page.evaluate("document.documentElement.scrollWidth") > width:
        found.append(f"{page.url}: wider than {width} px")
    return found


def test_lists_have_the_width_of_a_phone(admin: Page) -> None:
    admin.set_viewport_size({"width": 360, "height": 740})
    for address in ("complaints/complaint", "documents/document", "roaming/destination"):
        admin.goto(f"/admin/{address}/")
        box = admin.locator("#changelist .changelist-form-container").bounding_box()
        assert box is not None
        assert box["width"] > 300, address
