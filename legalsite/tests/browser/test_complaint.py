"""A complaint from the home page to the mailbox and the admin, in a real browser."""

import re
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from complaints.tests.factories import FACTS
from legalsite.tests.browser.conftest import LANGUAGES, Mailbox, plain, sign_in
from scripts.portal import Portal

pytestmark = pytest.mark.browser

AS_LONG_AS_A_PERSON = 3_500
"""Milliseconds; what is sent faster is suspected to be spam."""

WORDS: dict[str, dict[str, Any]] = {
    "fr": {
        "door": "Introduire une réclamation",
        "name": "Nom et prénom",
        "address": "Adresse postale",
        "phone": "Numéro de téléphone",
        "by_email": "Par e-mail",
        "email": "Adresse e-mail",
        "kind": "Financière",
        "summary": "Qu’est-ce qui n’a pas fonctionné",
        "description": "Que s’est-il passé",
        "check": re.compile("Vérifier"),
        "change": re.compile("Modifier"),
        "send": re.compile("Envoyer"),
        "done": "Nous avons reçu votre réclamation",
        "mail": "Accusé de réception de votre réclamation",
        "greeting": "Madame, Monsieur,",
    },
    "en": {
        "door": "Make a complaint",
        "name": "Full name",
        "address": "Postal address",
        "phone": "Telephone number",
        "by_email": "By e-mail",
        "email": "E-mail address",
        "kind": "Financial",
        "summary": "What went wrong",
        "description": "What happened",
        "check": "Check my answers",
        "change": "Change my answers",
        "send": "Send my complaint",
        "done": "We have received your complaint",
        "mail": "We have received your complaint",
        "greeting": "Dear Client d’Exemple",
    },
}


def fill(page: Page, language: str, tag: str) -> None:
    words = WORDS[language]
    page.get_by_label(words["name"]).fill("Client d’Exemple")
    page.get_by_label(words["address"]).fill("1, rue de l’Exemple\nL-0000 Exempleville")
    page.get_by_label(words["phone"]).fill("+352 00 00 00")
    page.get_by_label(words["by_email"], exact=True).check()
    page.get_by_label(words["email"]).fill("customer@example.com")
    page.get_by_label(words["kind"], exact=True).check()
    page.get_by_label(words["summary"]).fill(f"Double “{tag}” & <b>")
    page.get_by_label(words["description"]).fill("Première ligne.\nDeuxième ligne.")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without-javascript"])
def test_from_the_home_page_to_the_confirmation_and_the_mail(
    browser: Browser,
    portal: Portal,
    mailbox: tuple[Mailbox, int],
    language: str,
    javascript: bool,
) -> None:
    words, tag = WORDS[language], f"{language}-{javascript}"
    context = browser.new_context(
        base_url=portal.url, java_script_enabled=javascript, viewport={"width": 360, "height": 740}
    )
    page = context.new_page()
    page.goto(f"/{language}/")
    page.get_by_role("main").get_by_role("link", name=words["door"]).click()

    # A first try with nothing filled in: the summary has the focus and leads to the fields.
    page.get_by_role("button", name=words["check"]).click()
    summary = page.locator(".problems")
    expect(summary).to_be_focused()
    expect(page).to_have_title(re.compile(r"^(Erreur\s:|Error:)"))
    summary.get_by_role("link").first.click()
    expect(page.get_by_label(words["name"])).to_be_focused()

    fill(page, language, tag)
    page.get_by_role("button", name=words["check"]).click()
    expect(page.get_by_text(f"Double “{tag}” & <b>")).to_be_visible()
    page.get_by_role("button", name=words["change"]).click()
    expect(page.get_by_label(words["description"])).to_have_value("Première ligne.\nDeuxième ligne.")
    page.get_by_role("button", name=words["check"]).click()
    # A double click sends the form twice: still one complaint, with one reference and one mail.
    page.wait_for_timeout(AS_LONG_AS_A_PERSON)
    page.get_by_role("button", name=words["send"]).dblclick()

    expect(page.get_by_role("heading", level=1)).to_have_text(words["done"])
    reference = page.locator(".receipt__reference").inner_text()
    assert re.fullmatch(r"R\d\d-\w{4}-\w{4}", reference)

    context.close()

    arrived = {message["To"]: message for message in mailbox[0].wait_for(reference, number=2)}
    acknowledgement, notice = arrived["customer@example.com"], arrived["complaints@proximus.lu"]
    assert len(arrived) == 2
    assert acknowledgement["Subject"].strip() == f"{words['mail']} {reference}"
    assert words["greeting"] in plain(acknowledgement)
    assert "Exemple" not in plain(notice)
    stored = f"print(Complaint.objects.filter(summary__contains='“{tag}”').count())"
    assert portal.manage("shell", "--verbosity", "0", "-c", stored).strip() == "1"


def test_enter_checks_the_answers(page: Page) -> None:
    page.goto("/fr/reclamations/nouvelle/")
    page.get_by_label(WORDS["fr"]["phone"]).press("Enter")
    expect(page).to_have_url(re.compile(r"/fr/reclamations/nouvelle/$"))
    expect(page.locator(".problems")).to_be_focused()


def test_the_same_form_sent_eight_times_at_once_is_one_complaint(portal: Portal) -> None:
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    address = f"{portal.url}/en/complaints/new/"
    form = opener.open(address).read().decode()
    secret = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
    assert secret is not None
    fields = {**FACTS, "token": "t", "action": "send", "csrfmiddlewaretoken": secret.group(1)}
    data = urllib.parse.urlencode(fields).encode()

    def send(_number: int) -> str:
        with opener.open(address, data) as answer:
            reference = re.search(r"R\d\d-\w{4}-\w{4}", answer.read().decode())
        assert reference is not None
        return reference.group()

    with ThreadPoolExecutor(8) as pool:
        references = set(pool.map(send, range(8)))
    assert len(references) == 1
    count = "print(Complaint.objects.filter(full_name='Example Customer').count())"
    assert portal.manage("shell", "--verbosity", "0", "-c", count).strip() == "1"


def test_switching_the_language_keeps_the_half_filled_form(page: Page) -> None:
    page.goto("/fr/reclamations/nouvelle/")
    fill(page, "fr", "switch")
    page.get_by_role("button", name="English").click()
    expect(page).to_have_url(re.compile(r"/en/complaints/new/$"))
    expect(page.get_by_label(WORDS["en"]["name"])).to_have_value("Client d’Exemple")
    expect(page.get_by_label("Financial", exact=True)).to_be_checked()
    expect(page.locator(".problems")).to_have_count(0)


def test_staff_find_it_in_the_admin(page: Page, portal: Portal) -> None:
    page.goto("/en/complaints/new/")
    fill(page, "en", "admin")
    # The other tests have sent as much from their address as one person does in a day.
    page.get_by_label("E-mail address").fill("staff-case@example.com")
    page.get_by_role("button", name="Check my answers").click()
    page.wait_for_timeout(AS_LONG_AS_A_PERSON)
    page.get_by_role("button", name="Send my complaint").click()
    reference = page.locator(".receipt__reference").inner_text()
    portal.manage("shell", "--verbosity", "0", "-c", MAKE_STAFF)
    sign_in(page, "example-admin", "an example passphrase")
    page.goto(f"/admin/complaints/complaint/?q={reference}")
    page.get_by_role("link", name=reference).click()
    expect(page.get_by_text("Double “admin” & <b>")).to_be_visible()
    page.locator(".next-step a").first.click()
    page.get_by_label("Owner").select_option(label="example-admin")
    page.get_by_label("Sponsor").select_option(label="example-sponsor")
    page.locator(".submit-row button").click()
    expect(page.locator(".messagelist")).to_be_visible()
    expect(page.locator(".field-owner").first).to_contain_text("example-admin")


MAKE_STAFF = """
from django.contrib.auth.models import User
for name in ("example-admin", "example-sponsor"):
    if not User.objects.filter(username=name).exists():
        User.objects.create_superuser(name, password="an example passphrase")
"""
