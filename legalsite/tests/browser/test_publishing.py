"""A new version from draft to the day on which it applies, by two people and a clock that is put forward."""

import datetime
from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from legalsite.tests.browser.conftest import sign_in, strict_portal
from legalsite.tests.browser.test_complaint import MAKE_STAFF
from legalsite.tests.clock import Clock
from scripts.portal import Portal

pytestmark = [pytest.mark.browser, pytest.mark.any_database]

MAKE_APPROVER = """
from django.contrib.auth.models import User
User.objects.create_superuser("example-approver", password="another example passphrase")
"""


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Clock:
    return Clock(tmp_path_factory.mktemp("clock") / "clock")


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Portal]:
    """A portal of its own: the clock is not put back, since what sleeps till then would not wake."""
    with strict_portal(tmp_path_factory.mktemp("portal"), "publishing", **clock.settings) as started:
        yield started


@pytest.fixture
def admin(page: Page, portal: Portal) -> Page:
    portal.manage("shell", "--verbosity", "0", "-c", MAKE_STAFF)
    sign_in(page, "example-admin", "an example passphrase")
    return page


@pytest.fixture
def approver(browser: Browser, portal: Portal, admin: Page) -> Iterator[Page]:
    portal.manage("shell", "--verbosity", "0", "-c", MAKE_APPROVER)
    context = browser.new_context(base_url=portal.url, locale="en")
    page = context.new_page()
    sign_in(page, "example-approver", "another example passphrase")
    yield page
    context.close()


NOTICE = "documents/mail-disclaimer/"


def test_a_new_version_from_draft_to_the_day_on_which_it_applies(
    admin: Page, approver: Page, clock: Clock
) -> None:
    effective_on = timezone.localdate() + datetime.timedelta(days=30)
    admin.goto("/admin/documents/version/add/")
    admin.locator("#id_document").select_option(label="Avertissement relatif aux e-mails")
    admin.locator("#id_effective_on").fill(effective_on.isoformat())
    admin.locator("#id_change_summary_fr").fill("Exemple de changement")
    admin.locator("#id_change_summary_en").fill("Example of a change")
    admin.locator("#id_editions-0-text").fill("## Exemple\n\nTexte d’exemple annoncé.")
    admin.locator("[name=_continue]").click()
    expect(admin.locator(".next-step")).to_contain_text("Il n’y a pas de traduction")
    admin.get_by_role("link", name="Soumettre à relecture").click()
    admin.get_by_role("button", name="Soumettre à relecture").click()
    expect(admin.locator(".messagelist .success")).to_be_visible()
    expect(admin.locator("#id_effective_on")).to_have_count(0)
    address = admin.url
    # Superusers too: whoever wrote it does not approve it.
    admin.get_by_role("link", name="Approuver").click()
    admin.get_by_role("button", name="Approuver").click()
    expect(admin.locator(".errorlist")).to_contain_text("une autre personne doit l’approuver")
    approver.goto(address)
    for step in ("Approve", "Publish this version"):
        approver.get_by_role("link", name=step).click()
        approver.get_by_role("button", name=step).click()
        expect(approver.locator(".messagelist .success")).to_be_visible()
    reader = admin
    reader.goto(f"/fr/{NOTICE}{effective_on}/")
    expect(reader.locator("article").get_by_text("Texte d’exemple annoncé.")).to_be_visible()
    expect(reader.locator(".standing")).to_contain_text("Annoncée")
    announced = {"fr": "Une nouvelle version s’appliquera à partir du", "en": "A new version will apply from"}
    for language, words in announced.items():
        reader.goto(f"/{language}/{NOTICE}")
        expect(reader.get_by_text(words)).to_be_visible()
        expect(reader.get_by_text("Texte d’exemple annoncé.")).to_have_count(0)
    clock.put_forward(datetime.timedelta(days=30))
    for language, words in announced.items():
        reader.goto(f"/{language}/{NOTICE}")
        expect(reader.get_by_text(words)).to_have_count(0)
        expect(reader.locator("article").get_by_text("Texte d’exemple annoncé.")).to_be_visible()
    reader.goto("/fr/recherche/?q=annoncé")
    expect(reader.locator(".hits")).to_contain_text("Texte d’exemple annoncé.")
    reader.goto(f"/fr/{NOTICE}{effective_on}/")
    expect(reader.locator(".standing")).to_contain_text("En vigueur")
