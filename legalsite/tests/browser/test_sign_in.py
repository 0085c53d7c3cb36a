"""The sign-in of staff in a real browser, with codes computed from the key that the page shows."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from legalsite.tests.browser.conftest import code_of, type_code, type_password
from scripts.portal import Portal

pytestmark = [pytest.mark.browser, pytest.mark.any_database]

NAME, PASSWORD = "example-newcomer", "an example passphrase"
MAKE_NEWCOMER = f"""
from django.contrib.auth.models import User
User.objects.filter(username="{NAME}").delete()
User.objects.create_superuser("{NAME}", password="{PASSWORD}")
"""


@pytest.fixture
def newcomer(page: Page, portal: Portal) -> Page:
    """The browser of somebody who has an account and no second factor."""
    portal.manage("shell", "--verbosity", "0", "-c", MAKE_NEWCOMER)
    return page


@pytest.fixture
def refused(context: BrowserContext, newcomer: Page) -> Page:
    """Another page of the newcomer's, in which a refusal (403, 429) is no complaint of the browser."""
    return context.new_page()


def recovery_codes(page: Page) -> list[str]:
    """Return the recovery codes that are shown."""
    codes = page.locator(".recovery-codes code")
    expect(codes).to_have_count(10)
    return codes.all_inner_texts()


def sign_out(page: Page) -> None:
    page.locator("#logout-form button").click()
    expect(page.locator("#logout-form")).to_have_count(0)


def test_from_the_first_sign_in_to_the_last_recovery_code(newcomer: Page) -> None:
    page = newcomer
    type_password(page, NAME, PASSWORD)
    expect(page).to_have_url(re.compile("/enrol/$"))
    expect(page.get_by_role("img").locator("svg")).to_be_visible()
    key = page.locator(".enrol__key code").inner_text()
    type_code(page, "000000")
    expect(page.locator(".errorlist")).to_be_visible()
    assert page.locator(".enrol__key code").inner_text() == key
    page.wait_for_timeout(1_100)  # the pause after a wrong code
    type_code(page, code_of(key))
    codes = recovery_codes(page)
    page.locator(".submit-row a").click()
    sign_out(page)

    type_password(page, NAME, PASSWORD)
    type_code(page, code_of(key, 1))
    sign_out(page)

    for works in (True, False):
        type_password(page, NAME, PASSWORD)
        type_code(page, codes[0])
        if works:
            sign_out(page)
    expect(page.locator(".errorlist")).to_be_visible()
    page.goto("/admin/")
    expect(page.locator("#id_username")).to_be_visible()


def test_what_was_typed_survives_the_end_of_the_session(refused: Page, context: BrowserContext) -> None:
    page = refused
    type_password(page, NAME, PASSWORD)
    type_code(page, code_of(page.locator(".enrol__key code").inner_text()))
    codes = recovery_codes(page)
    page.goto("/admin/core/banner/add/")
    page.locator("#id_text_fr").fill("Un mot « d’essai » & <b>")
    page.locator("#id_text_en").fill("A word")
    context.clear_cookies(name="sessionid")
    page.locator("[name=_save]").click()
    expect(page.locator(".errornote")).to_be_visible()
    page.locator("#id_username").fill(NAME)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("[type=submit]").click()
    type_code(page, codes[0])
    page.locator("[type=submit]").click()
    expect(page.locator("#result_list")).to_contain_text("Un mot « d’essai » & <b>")
    page.locator("#result_list tbody th a").first.click()
    page.locator(".deletelink").click()
    page.locator("[type=submit]").last.click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def test_the_page_of_a_lock_says_when_to_come_back(refused: Page) -> None:
    page = refused
    page.goto("/admin/")
    for _attempt in range(5):
        page.locator("#id_username").fill("example-nobody")
        page.locator("#id_password").fill("wrong")
        page.locator("[type=submit]").click()
    expect(page.locator(".errornote")).to_contain_text("15")
