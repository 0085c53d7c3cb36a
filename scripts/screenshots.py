"""The screenshots of the README and of the handbook for staff, from a portal of their own with example data.

usage: python -m scripts.screenshots
"""

import re
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page

from scripts import handbook
from scripts.browser import chromium
from scripts.portal import Portal, running

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "screenshots"

ENTRIES = {
    "full_name": "Example Customer",
    "address": "1, rue de l’Exemple\nL-0000 Exempleville",
    "phone": "+352 00 00 00",
    "email": "customer@example.com",
    "summary": "Invoice sent twice",
}


def take(portal: Portal, browser: Browser, password: str) -> None:
    """Write the pictures into docs/screenshots/."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    desk = browser.new_page(base_url=portal.url, viewport={"width": 1280, "height": 860})
    desk.goto("/en/")
    shoot(desk, "home-en")
    desk.goto("/en/roaming/?q=tunisie&q=Dominica&q=Canada")
    shoot(desk, "lookup-en")
    desk.goto("/en/documents/ict-terms/")
    shoot(desk, "document-en")
    phone = browser.new_page(
        base_url=portal.url,
        viewport={"width": 360, "height": 740},
        device_scale_factor=2,
        color_scheme="dark",
    )
    phone.goto("/fr/")
    shoot(phone, "home-fr-phone-dark")
    phone.goto("/fr/reclamations/nouvelle/")
    shoot(phone, "form-fr-phone-dark")
    desk.goto("/en/complaints/new/")
    for name, entry in ENTRIES.items():
        desk.locator(f"#id_{name}").fill(entry)
    desk.evaluate("scrollTo(0, 0)")
    shoot(desk, "form-en")
    admin(desk, password)
    handbook.take(portal, desk)


def admin(page: Page, password: str) -> None:
    """Sign in as the example administrator and open the inbox and a case."""
    page.goto("/admin/")
    page.get_by_role("textbox").nth(0).fill("example-admin")
    page.get_by_role("textbox").nth(1).fill(password)
    page.locator("[type=submit]").click()
    english = page.get_by_role("button", name="English")
    if english.count():
        english.click()
    page.goto("/admin/complaints/complaint/")
    shoot(page, "admin-complaints")
    page.locator("#result_list tbody th a").first.click()
    shoot(page, "admin-case")


def shoot(page: Page, name: str) -> None:
    """Save what is in the window as docs/screenshots/<name>.png."""
    page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")


def main() -> None:
    """Start a portal with example data and take the pictures."""
    with tempfile.TemporaryDirectory() as name:
        settings = {"DEBUG": "True", "DATABASE_URL": f"sqlite:///{name}/portal.sqlite3"}
        with running(Path(name), **settings) as portal, chromium() as browser:
            accounts = portal.manage("load_demo")
            password = re.search(r"example-admin\s+(\S+)", accounts)
            if password is None:
                raise RuntimeError(f"No password of the example administrator in:\n{accounts}")
            take(portal, browser, password.group(1))


if __name__ == "__main__":
    main()
