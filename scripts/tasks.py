"""Five tasks as a new user would do them, with what the pages say and nothing else, and the steps of each.

usage: python -m scripts.tasks
A step is one link or button pressed, one field filled in or chosen, or one key. Opening the portal is none. A
task that its pages no longer let anybody finish ends with an error that names what was looked for.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Browser, Error, Locator, Page, ViewportSize, expect

from scripts.browser import chromium
from scripts.example_portal import example_portal
from scripts.portal import Portal

PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1280, "height": 800}
PATIENCE_MS = 10_000
ICT_TERMS = "General terms and conditions of sale – ICT services and products"
Role = Literal["button", "link", "textbox", "searchbox"]


PASSWORD = "an example passphrase"  # noqa: S105 - of a portal that lives for a minute
SAME_PASSWORD = f"""
from django.contrib.auth.models import User
for user in User.objects.all():
    user.set_password({PASSWORD!r})
    user.save()
"""
"""The example staff come with random passwords, each its own."""


class Person:
    """Somebody before a browser; counts what is done."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.steps = 0
        page.set_default_timeout(PATIENCE_MS)

    def press(self, role: Role, name: str, *, within: Locator | None = None) -> None:
        """Press the first visible link or button with this name."""
        self.steps += 1
        place = within or self.page.locator("body")
        place.get_by_role(role, name=name, exact=True).first.click()

    def fill(self, label: str, text: str) -> None:
        """Fill in the visible field with this label."""
        self.steps += 1
        self.page.get_by_label(label, exact=True).locator("visible=true").first.fill(text)

    def type(self, field: Locator, text: str) -> None:
        """Fill in a field."""
        self.steps += 1
        field.fill(text)

    def choose(self, label: str) -> None:
        """Choose the radio button or the box with this label."""
        self.steps += 1
        self.page.get_by_label(label, exact=True).check()

    def select(self, label: str, option: str) -> None:
        """Choose an option of the select with this label."""
        self.steps += 1
        self.page.get_by_label(label, exact=True).locator("visible=true").first.select_option(label=option)

    def key(self, name: str) -> None:
        """Press a key."""
        self.steps += 1
        self.page.keyboard.press(name)

    def sees(self, words: str) -> None:
        """Be sure that these words are on the page. Raises AssertionError when they are not."""
        found = self.page.get_by_text(words).locator("visible=true").first
        expect(found, f"“{words}” on {self.page.url}").to_be_visible()


def past_terms(person: Person, password: str) -> None:
    """Find the ICT terms that were in force on 1 June 2025."""
    person.page.goto("/en/")
    person.fill("Show the texts in force on", "2025-06-01")
    person.press("button", "Show")
    person.sees("The texts that were in force on 1\N{NO-BREAK SPACE}June\N{NO-BREAK SPACE}2025.")
    row = person.page.locator(".text-row").filter(has_text=ICT_TERMS)
    expect(row.locator("a[href*='2025-01-01'][href$='.pdf']").first).to_be_visible()


def is_turkey_included(person: Person, password: str) -> None:
    """Learn whether Turkey is included in the mobile plans."""
    person.page.goto("/en/")
    person.fill("Search for a text, a destination or a page", "Turkey")
    expect(person.page.locator(".answer").first).to_contain_text("Included")


def complaint_on_a_phone(person: Person, password: str) -> None:
    """Complain about an invoice, up to the page that shows the answers before they are sent."""
    person.page.set_viewport_size(PHONE)
    person.page.goto("/en/")
    person.press("link", "Make a complaint", within=person.page.get_by_role("main"))
    person.fill("Full name", "Example Customer")
    person.fill("Postal address", "1, rue de l’Exemple\nL-0000 Exempleville")
    person.fill("Telephone number", "+352 00 00 00")
    person.choose("By e-mail")
    person.fill("E-mail address", "customer@example.com")
    person.choose("Financial")
    person.fill("What went wrong, in one sentence?", "Invoice sent twice")
    person.fill("What happened?", "The same invoice arrived twice.")
    person.press("button", "Check my answers")
    expect(person.page.get_by_role("button", name="Send my complaint")).to_be_visible()


def data_protection_officer(person: Person, password: str) -> None:
    """Find in English how to reach those in charge of data protection, beginning on the French home page."""
    person.page.goto("/fr/")
    person.press("link", "English")
    officer = person.page.locator("dt", has_text="data protection officer")
    expect(officer.locator("+ dd a[href^='mailto:']")).to_be_visible()


def corrected_notice(person: Person, password: str) -> None:
    """Publish a correction of the e-mail disclaimer as two members of staff: one writes, one approves."""
    page = person.page
    sign_in(person, "example-editors", password)
    # The text to correct is copied from the version in force.
    person.press("link", "Versions")
    person.press("link", "E-mail disclaimer")
    texts = [
        page.locator(f".edition[data-language={language}] .field-text .readonly").inner_text()
        for language in ("fr", "en")
    ]
    person.press("link", "Versions")
    person.press("link", "Add version")
    person.select("Document:", "E-mail disclaimer")
    person.press("link", "Today")
    person.select("Kind of change:", "editorial: the meaning stays the same")
    person.fill("What changed (French):", "Exemple de correction")
    person.fill("What changed (English):", "Example of a correction")
    for number, text in enumerate(texts):
        person.type(page.get_by_label("Page text:", exact=True).nth(number), f"{text}\n\nExample.")
    person.press("button", "Save and continue editing")
    person.press("link", "Submit for review")
    person.press("button", "Submit for review")
    person.press("button", "Log out")
    sign_in(person, "example-admin", password)
    person.press("link", "E-mail disclaimer")
    for step in ("Approve", "Publish this version"):
        person.press("link", step)
        person.press("button", step)
    expect(page.locator(".messagelist .success")).to_be_visible()
    page.goto("/en/documents/mail-disclaimer/")
    person.sees("Example of a correction")


def sign_in(person: Person, name: str, password: str) -> None:
    """Sign in to the admin, which is opened by its address."""
    person.page.goto("/admin/")
    person.fill("Username:", name)
    person.fill("Password:", password)
    person.press("button", "Log in")


TASKS: dict[str, Callable[[Person, str], None]] = {
    "the ICT terms in force on 1 June 2025": past_terms,
    "is Turkey included": is_turkey_included,
    "complain about an invoice on a phone": complaint_on_a_phone,
    "reach the data protection officer": data_protection_officer,
    "publish a corrected notice": corrected_notice,
}


@dataclass(frozen=True)
class Outcome:
    """How a task went."""

    task: str
    steps: int
    failure: str
    """What could not be done; empty when the task was finished."""


def tried(browser: Browser, portal: Portal, password: str) -> list[Outcome]:
    """Try every task on a portal with example data whose example staff have this password."""
    outcomes = []
    for name, task in TASKS.items():
        context = browser.new_context(base_url=portal.url, viewport=DESK, locale="en-GB")
        person, failure = Person(context.new_page()), ""
        try:
            task(person, password)
        except (AssertionError, Error) as error:
            failure = f"{person.page.url}: {error}"
        outcomes.append(Outcome(name, person.steps, failure))
        context.close()
    return outcomes


def report(outcomes: list[Outcome]) -> list[str]:
    """Print the steps of each task, and return what could not be finished."""
    for outcome in outcomes:
        print(f"{outcome.steps:3} steps: {outcome.task}")
    return [f"{each.task}: {each.failure}" for each in outcomes if each.failure]


def main() -> int:
    """Try the tasks, print the steps of each, and return 1 when one could not be finished."""
    with example_portal() as (portal, _password), chromium() as browser:
        portal.manage("shell", "--verbosity", "0", "-c", SAME_PASSWORD)
        failures = report(tried(browser, portal, PASSWORD))
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
