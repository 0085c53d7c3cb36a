"""The admin in a real browser: no CSP violation, both languages, publishing."""

import datetime
from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from legalsite.tests.browser.conftest import Clock
from legalsite.tests.browser.test_complaint import MAKE_STAFF
from scripts.portal import Portal

pytestmark = pytest.mark.browser


@pytest.fixture
def admin(page: Page, portal: Portal) -> Page:
    portal.manage("shell", "--verbosity", "0", "-c", MAKE_STAFF)
    page.goto("/admin/")
    page.locator("#id_username").fill("example-admin")
    page.locator("#id_password").fill("an example passphrase")
    page.locator("[type=submit]").click()
    expect(page.locator("#user-tools")).to_be_visible()
    return page


def test_every_list_and_form_opens_without_a_complaint_of_the_browser(admin: Page) -> None:
    models = admin.locator("#content-main th a").evaluate_all("links => links.map(link => link.href)")
    assert len(models) > 10
    for address in models:
        admin.goto(address)
        expect(admin.locator("#content h1")).to_be_visible()
        if admin.locator(".object-tools .addlink").count():
            admin.goto(f"{address}add/")
            expect(admin.locator("#content h1")).to_be_visible()


def test_the_admin_speaks_both_languages(admin: Page) -> None:
    expect(admin.locator("html")).to_have_attribute("lang", "fr")
    expect(admin.get_by_role("link", name="Réclamations", exact=True).first).to_be_visible()
    admin.get_by_role("button", name="English").click()
    expect(admin.locator("html")).to_have_attribute("lang", "en")
    expect(admin.get_by_role("link", name="Complaints", exact=True).first).to_be_visible()


MAKE_APPROVER = """
from django.contrib.auth.models import User
User.objects.create_superuser("example-approver", password="another example passphrase")
"""


@pytest.fixture
def approver(browser: Browser, portal: Portal, admin: Page) -> Iterator[Page]:
    portal.manage("shell", "--verbosity", "0", "-c", MAKE_APPROVER)
    context = browser.new_context(base_url=portal.url, locale="en")
    page = context.new_page()
    page.goto("/admin/")
    page.locator("#id_username").fill("example-approver")
    page.locator("#id_password").fill("another example passphrase")
    page.locator("[type=submit]").click()
    yield page
    context.close()


NOTICE = "documents/mail-disclaimer/"


def test_a_new_version_from_draft_to_the_public_page_by_two_people(
    admin: Page, approver: Page, clock: Clock
) -> None:
    effective_on = timezone.localdate() + datetime.timedelta(days=30)
    admin.goto("/admin/documents/version/add/")
    admin.locator(".select2-selection").click()
    admin.locator(".select2-search__field").fill("disclaimer")
    admin.locator(".select2-results__option", has_text="Avertissement relatif aux e-mails").click()
    admin.locator("#id_effective_on").fill(effective_on.isoformat())
    admin.locator("#id_change_summary_fr").fill("Exemple de changement")
    admin.locator("#id_change_summary_en").fill("Example of a change")
    admin.locator("#id_editions-0-language").select_option("fr")
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
    clock.put_forward(days=30)
    for language, words in announced.items():
        reader.goto(f"/{language}/{NOTICE}")
        expect(reader.get_by_text(words)).to_have_count(0)
        expect(reader.locator("article").get_by_text("Texte d’exemple annoncé.")).to_be_visible()
    reader.goto("/fr/recherche/?q=annoncé")
    expect(reader.locator(".hits")).to_contain_text("Texte d’exemple annoncé.")
    reader.goto(f"/fr/{NOTICE}{effective_on}/")
    expect(reader.locator(".standing")).to_contain_text("En vigueur")
