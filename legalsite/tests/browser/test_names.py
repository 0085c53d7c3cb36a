"""What a screen reader is told, read from the tree that the browser makes for it."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.any_database]


def described(page: Page, role: str, name: str) -> dict[str, Any]:
    """Return what the accessibility tree says of the first node with this role and name."""
    session = page.context.new_cdp_session(page)
    for node in session.send("Accessibility.getFullAXTree")["nodes"]:
        if node.get("role", {}).get("value") == role and node.get("name", {}).get("value") == name:
            facts = {each["name"]: each["value"].get("value") for each in node.get("properties", [])}
            return {**facts, "description": node.get("description", {}).get("value", "")}
    raise AssertionError(f"no {role} “{name}” in the accessibility tree")


def test_a_page_has_landmarks_with_names(page: Page) -> None:
    page.goto("/en/documents/complaint-handling/")
    expect(page.get_by_role("banner")).to_have_count(1)
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.get_by_role("contentinfo")).to_have_count(1)
    for name in ("Main menu", "You are here", "Contents"):
        expect(page.get_by_role("navigation", name=name, exact=True)).to_have_count(1)
    described(page, "RootWebArea", page.title())


def test_a_field_tells_its_hint_and_its_error(page: Page) -> None:
    page.goto("/en/complaints/new/")
    hint = "Street and number, postal code, town, country."
    field = described(page, "textbox", "Postal address")
    assert field["description"] == hint
    assert field["invalid"] == "false"
    page.get_by_role("button", name="Check my answers").click()
    summary = page.get_by_role("region", name="Please check your entries")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link", name="Enter your postal address.")).to_have_count(1)
    field = described(page, "textbox", "Postal address")
    assert hint in field["description"]
    assert "Enter your postal address." in field["description"]
    assert field["invalid"] == "true"
    # A group of choices is named by its question, and described by what is wrong.
    group = described(page, "group", "How should we answer you?")
    assert "Choose how we should answer you." in group["description"]


def test_an_answer_is_spoken_while_one_types(page: Page) -> None:
    page.goto("/en/roaming/")
    page.get_by_role("searchbox").press_sequentially("Tunis", delay=30)
    status = page.get_by_role("status").filter(has_text="Tunisia")
    expect(status).to_have_text("Tunisia: ROW2 zone, not included")
    assert described(page, "status", "")["live"] == "polite"


def test_a_filter_says_how_much_is_left(page: Page) -> None:
    page.goto("/en/roaming/a-z/")
    page.get_by_label("Show only names containing").fill("tunis")
    expect(page.get_by_role("status")).to_have_text("Names shown: 1")


def test_the_language_of_a_part_is_told(page: Page) -> None:
    page.goto("/en/")
    expect(page.get_by_role("link", name="Français")).to_have_attribute("lang", "fr")
    page.goto("/en/documents/telecom-terms/")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("a.file")).to_have_attribute("hreflang", "fr")
