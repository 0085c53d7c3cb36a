"""What scripts add to the longer forms: counters, and files that go ahead."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = [pytest.mark.browser, pytest.mark.any_database]

ROOM = 10_000
"""Characters that the description takes."""


def test_a_counter_speaks_when_room_runs_short(page: Page) -> None:
    page.goto("/en/complaints/new/")
    field = page.get_by_label("What happened")
    count = page.locator("#id_description ~ .field__count").first
    field.fill("x" * (ROOM // 2))
    expect(count).to_have_text("")
    field.fill("x" * (ROOM - 10))
    expect(count).to_have_text("Characters left: 10")
    expect(page.locator("#id_description ~ [role=status]")).to_have_text("Characters left: 10")
    # What is too long is kept and said, not cut off; a line break is sent as two characters.
    field.fill("x" * (ROOM - 2) + "\n\ny")
    expect(count).to_have_text("Characters too many: 3")
    page.get_by_role("button", name="Check my answers").click()
    expect(page.locator(".problems")).to_contain_text("10")
    expect(page.get_by_label("What happened")).to_have_value("x" * (ROOM - 2) + "\n\ny")


def test_files_go_ahead_and_what_was_typed_stays(page: Page, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("An example letter.", encoding="utf-8")
    program = tmp_path / "program.pdf"
    program.write_bytes(b"MZ\x90\x00 no PDF")
    page.goto("/en/complaints/new/")
    page.get_by_label("What went wrong").fill("Invoice sent twice")
    files = page.locator("#id_attached")
    files.set_input_files([letter])
    expect(page.locator("#held li")).to_contain_text("letter.txt")
    expect(page.get_by_role("status").filter(has_text="The files have been added.")).to_be_visible()
    # A file that is refused is said beside the field; the good one and the words stay, nothing else is asked.
    files.set_input_files([program])
    expect(page.locator(".field--error .errorlist")).to_contain_text("program.pdf")
    expect(page.locator(".errorlist")).to_have_count(1)
    expect(page.locator("#held li")).to_have_count(1)
    expect(page.get_by_label("What went wrong")).to_have_value("Invoice sent twice")
    page.get_by_role("button", name="Check my answers").click()
    expect(page.locator("#held li")).to_contain_text("letter.txt")
    page.get_by_role("button", name="Remove letter.txt").click()
    expect(page.locator("#held li")).to_have_count(0)
    expect(page.get_by_label("What went wrong")).to_have_value("Invoice sent twice")


def test_files_that_are_still_under_way_go_with_the_form(page: Page, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("An example letter.", encoding="utf-8")

    def never(route: Route) -> None:
        """Leave what goes ahead without an answer."""
        if route.request.resource_type != "xhr":
            route.continue_()

    page.route("**/complaints/new/", never)
    page.goto("/en/complaints/new/")
    page.get_by_label("What went wrong").fill("Invoice sent twice")
    page.locator("#id_attached").set_input_files([letter])
    expect(page.get_by_role("status").filter(has_text="Adding the files")).to_be_visible()
    page.get_by_role("button", name="Check my answers").click()
    expect(page.locator("#held li")).to_contain_text("letter.txt")
    expect(page.get_by_label("What went wrong")).to_have_value("Invoice sent twice")
