"""The pictures of the handbook for staff, taken from a portal with example data (scripts.screenshots)."""

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import FloatRect, Page

from scripts.portal import Portal

FOLDER = Path(__file__).resolve().parent.parent / "static" / "handbook"

WIDTH, HEIGHT = 1120, 700

COLOURS = 48
"""Of a picture: flat surfaces and text need few, and a handbook should open on a telephone too."""

EXAMPLES = """
import datetime
from django.contrib.auth.models import User
from django.utils import timezone
from complaints.deadlines import answer_due_on
from documents.models import Document, Edition, Version
from documents.publishing import note_edit, submit
from privacy.models import Request, Status
editor = User.objects.get(username="example-editors")
begins_on = timezone.localdate() + datetime.timedelta(days=60)
for slug in ("complaint-handling", "data-protection"):
    document = Document.objects.get(slug=slug)
    before = document.versions.order_by("-effective_on").first()
    version = Version.objects.create(
        document=document, effective_on=begins_on, change_kind="editorial",
        change_summary_fr="Adresse mise à jour.", change_summary_en="Address updated.",
    )
    for edition in before.editions.all():
        Edition.objects.create(version=version, language=edition.language, text=edition.text)
    note_edit(version=version, by=editor)
submit(version=version, by=editor)
now = timezone.now()
Request.objects.create(
    reference="D26-EXMP-LE01", submission_key="example", language="en", right="access",
    full_name="Example Customer", email="customer@example.com", text="Example: which data do you hold on me?",
    status=Status.RECEIVED, sent_at=now, received_at=now, due_on=answer_due_on(timezone.localdate()),
)
"""


def take(portal: Portal, page: Page) -> None:
    """Write the pictures in both languages into static/handbook/; `page` is signed in as an administrator."""
    portal.manage("shell", "--verbosity", "0", "-c", EXAMPLES)
    browser = page.context.browser
    if browser is None:
        raise RuntimeError("the page has no browser to open another in")
    for language, locale in (("fr", "fr-FR"), ("en", "en-GB")):
        page = browser.new_page(
            base_url=portal.url,
            locale=locale,
            viewport={"width": WIDTH, "height": HEIGHT},
            storage_state=page.context.storage_state(),
        )
        page.goto("/admin/")
        switch = page.locator(f".admin-language button[value={language}]")
        if switch.count():
            switch.click()
        _shoot(page, language, "start-page", "#content", 560)
        page.goto("/admin/documents/version/?state__exact=draft")
        page.locator("#result_list tbody th a").first.click()
        page.locator(".live__text").first.locator("p").first.wait_for()
        # Short fields, so that what the texts will look like is in the picture too.
        for field in page.locator(".edition textarea").all():
            field.evaluate("field => { field.rows = 6; }")
        _shoot(page, language, "version-form", "#editions-group", 800)
        page.goto("/admin/documents/version/?state__exact=review")
        page.locator("#result_list tbody th a").first.click()
        _shoot(page, language, "version-steps", "#content", 340)
        page.goto("/admin/roaming/destination/?q=CA")
        page.locator("#result_list tbody th a").first.click()
        page.locator(".next-step a").first.click()
        _shoot(page, language, "move", "#content", 480)
        page.goto("/admin/complaints/complaint/?status__exact=assigned")
        page.locator("#result_list tbody th a").first.click()
        _shoot(page, language, "case-steps", "#content", 420)
        page.goto("/admin/privacy/request/")
        page.locator("#result_list tbody th a").first.click()
        _shoot(page, language, "request-steps", "#content", 420)


def _shoot(page: Page, language: str, name: str, part: str, height: int) -> None:
    """Save the upper `height` pixels of a part of the page, in few colours."""
    folder = FOLDER / language
    folder.mkdir(parents=True, exist_ok=True)
    left, top, width, whole = page.locator(part).evaluate(
        "part => { const { x, y, width, height } = part.getBoundingClientRect();"
        " return [x, y + scrollY, width, height]; }"
    )
    clip = FloatRect(x=left, y=top, width=width, height=min(height, whole))
    picture = page.screenshot(full_page=True, animations="disabled", clip=clip)
    Image.open(io.BytesIO(picture)).quantize(COLOURS).save(folder / f"{name}.png", optimize=True)
