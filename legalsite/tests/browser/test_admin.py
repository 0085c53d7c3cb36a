"""The admin in a real browser: no CSP violation, both languages."""

import pytest
from playwright.sync_api import Page, expect

from legalsite.tests.browser.conftest import sign_in
from legalsite.tests.browser.test_complaint import MAKE_STAFF
from scripts.portal import Portal

pytestmark = pytest.mark.browser


@pytest.fixture
def admin(page: Page, portal: Portal) -> Page:
    portal.manage("shell", "--verbosity", "0", "-c", MAKE_STAFF)
    sign_in(page, "example-admin", "an example passphrase")
    return page


def test_every_list_and_form_opens_without_a_complaint_of_the_browser(admin: Page) -> None:
    models = admin.locator(".everything a:not(.everything__add)").evaluate_all("links => links.map(link => link.href)")
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
