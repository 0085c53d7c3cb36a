"""A request about personal data from both sides, with every mail, until the data are gone."""

import json
import re
import zipfile

import pytest
from playwright.sync_api import Browser, Page, expect

from complaints.tests.factories import FACTS as COMPLAINT
from legalsite.tests.browser.conftest import LANGUAGES, Mailbox, plain, sign_in
from legalsite.tests.browser.test_complaint import AS_LONG_AS_A_PERSON
from scripts.portal import Portal

pytestmark = pytest.mark.browser

WORDS = {
    "fr": {
        "right": "Suppression",
        "door": "Exercer un droit sur vos données",
        "name": "Nom et prénom",
        "text": "Sur quoi porte votre demande",
        "send": "Envoyer ma demande",
        "mailed": "Consultez votre messagerie",
        "confirm": "Confirmer ma demande",
        "reference": "Référence",
        "link": "Envoyez-moi le lien",
        "open": "Ouvrir ma demande",
        "received": "Reçue",
        "answered": "Réponse donnée",
        "used": "Ce lien ne fonctionne plus",
        "invalid": "Indiquez une adresse e-mail valide",
    },
    "en": {
        "right": "Deletion",
        "door": "Exercise a right over your data",
        "name": "Full name",
        "text": "What is your request about",
        "send": "Send my request",
        "mailed": "Check your mailbox",
        "confirm": "Confirm my request",
        "reference": "Reference",
        "link": "Send me the link",
        "open": "Open my request",
        "received": "Received",
        "answered": "Answered",
        "used": "This link no longer works",
        "invalid": "Enter a valid e-mail address",
    },
}

PREPARE = """
from django.contrib.auth.models import Group, User
from complaints import handling, receiving
user, _new = User.objects.get_or_create(username="example-officer", defaults={"is_staff": True})
user.groups.add(Group.objects.get(name="Data protection"))
user.set_password("an example passphrase")
user.save()
facts = %r
case = receiving.receive(key=receiving.submission_key("example", facts), facts=facts, language="en")
handling.withdraw(complaint=case, reason="", by=None)
print(case.reference)
"""

AGE = """
import datetime
from django.utils import timezone
from privacy.models import Link
Link.objects.filter(request__email=%r).update(created_at=timezone.now() - datetime.timedelta(hours=25))
"""


def prepare(portal: Portal, email: str) -> str:
    """Make the officer and a complaint with an address that has ended; return its reference."""
    facts = {**COMPLAINT, "email": email, "summary": "Example to be forgotten"}
    return portal.manage("shell", "--verbosity", "0", "-c", PREPARE % facts).split()[-1]


def write(page: Page, language: str, email: str) -> None:
    """Fill in the form, which a link of the home page leads to, and send it."""
    words = WORDS[language]
    page.goto(f"/{language}/")
    page.locator("footer").get_by_role("link", name=WORDS[language]["door"]).click()
    page.get_by_role("radio", name=words["right"]).check()
    page.get_by_label(words["name"]).fill("Client d’Exemple")
    page.locator("#id_email").fill(email)
    page.get_by_label(words["text"]).fill("Exemple : « tout » & <b>")
    page.wait_for_timeout(AS_LONG_AS_A_PERSON)
    page.get_by_role("button", name=words["send"]).click()


def link_in(page: Page, box: Mailbox, email: str, number: int) -> str:
    """Return the path of the link in the latest mail to an address, once so many have one."""
    for _look in range(200):
        mails = [plain(mail) for mail in box.messages if mail["To"] == email]
        paths = [found[1] for text in mails if (found := re.search(r"://[^/]+(/\S+/[\w-]{43}/)", text))]
        if len(paths) >= number:
            return paths[-1]
        page.wait_for_timeout(100)
    raise TimeoutError(f"{number} links to {email} never arrived")


def scan(page: Page, link: str) -> None:
    """Do what a scanner of links does, and what an impatient reader does: it changes nothing."""
    for _time in range(2):
        assert page.request.head(link).status == 200
        assert page.request.get(link).status == 200


def follow(page: Page, language: str, reference: str, email: str, box: Mailbox, number: int) -> None:
    """Ask for a link to the request and open it."""
    words = WORDS[language]
    page.goto(f"/{language}/")
    page.locator("footer").get_by_role("link", name=WORDS[language]["door"]).click()
    page.locator("main a[href$='/suivre/'], main a[href$='/follow/']").click()
    page.get_by_label(words["reference"]).fill(reference.lower().replace("-", " "))
    page.locator("#id_email").fill(email.upper())
    page.get_by_role("button", name=words["link"]).click()
    link = link_in(page, box, email, number)
    scan(page, link)
    page.goto(link)
    page.get_by_role("button", name=words["open"]).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(reference)
    assert page.request.get(link).status == 410


def step(staff: Page, label: str) -> None:
    staff.locator(".next-step").get_by_role("link", name=label).click()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_way(
    page: Page, browser: Browser, portal: Portal, mailbox: tuple[Mailbox, int], language: str
) -> None:
    words, box, email = WORDS[language], mailbox[0], f"data-{language}@example.com"
    complaint = prepare(portal, email)

    # The requester writes; looking at the link changes nothing, the button does.
    write(page, language, email)
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(words["mailed"]))
    link = link_in(page, box, email, 1)
    scan(page, link)
    context = browser.new_context(base_url=portal.url, locale="en")
    staff = context.new_page()
    sign_in(staff, "example-officer", "an example passphrase")
    staff.goto("/admin/privacy/request/?q=" + email)
    expect(staff.locator("#result_list")).to_have_count(0)
    page.goto(link)
    page.get_by_role("button", name=words["confirm"]).click()
    expect(page.locator(".standing")).to_contain_text(words["received"])
    reference = page.locator("h1 .whole").inner_text()
    assert page.request.get(link).status == 410
    box.wait_for(reference, number=2)

    # Staff see it and need more time.
    staff.goto("/admin/")
    staff.locator(".waiting").get_by_role("link", name=re.compile("Not answered yet")).last.click()
    staff.get_by_role("link", name=reference).click()
    step(staff, "Extend the time")
    staff.get_by_label("Reasons for the extension").fill(f"Exemple de motif {language}.")
    due = staff.locator("#id_until_on")
    due.fill(staff.evaluate("new Date(Date.now() + 50 * 86400000).toISOString().slice(0, 10)"))
    staff.locator(".submit-row button").click()
    box.wait_for(f"Exemple de motif {language}.", number=1)
    follow(page, language, reference, email, box, 2)
    expect(page.locator(".summary")).to_contain_text(f"Exemple de motif {language}.")

    # They take out what is held, erase it, and answer.
    step(staff, "Export everything")
    with staff.expect_download() as downloading:
        staff.get_by_role("button", name="Download as a ZIP file").click()
    with zipfile.ZipFile(downloading.value.path()) as archive:
        assert archive.testzip() is None
        (held,) = json.loads(archive.read("complaints.json"))
        (asked,) = json.loads(archive.read("requests.json"))
        assert email in archive.read("README.txt").decode()
    assert (held["reference"], asked["reference"]) == (complaint, reference)
    assert held["summary"] == "Example to be forgotten"
    staff.get_by_role("link", name="Back to the request").click()
    step(staff, "Erase what is held")
    expect(staff.locator(".step-form")).to_contain_text(complaint)
    staff.get_by_role("button", name="Erase 1 complaint for good").click()
    expect(staff.locator(".messagelist .success")).to_be_visible()
    step(staff, "Answer the request")
    staff.get_by_label("Answer", exact=True).fill(f"Exemple de réponse {language}.")
    staff.get_by_label("Outcome").select_option("granted")
    staff.locator(".submit-row button").click()
    (answer,) = box.wait_for(f"Exemple de réponse {language}.", number=1)
    assert "www.cnpd.lu" in plain(answer)

    # The requester reads the answer, and the data are gone.
    page.reload()
    expect(page.locator(".standing")).to_contain_text(words["answered"])
    expect(page.locator(".summary")).to_contain_text(f"Exemple de réponse {language}.")
    staff.goto(f"/admin/complaints/complaint/?q={complaint}")
    staff.get_by_role("link", name=complaint).click()
    expect(staff.locator("#content")).not_to_contain_text("Example to be forgotten")
    expect(staff.locator("#content")).not_to_contain_text(email)
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_goes_wrong(page: Page, portal: Portal, mailbox: tuple[Mailbox, int], language: str) -> None:
    words, box, email = WORDS[language], mailbox[0], f"late-{language}@example.com"
    write(page, language, "nobody@")
    expect(page.locator(".problems")).to_contain_text(words["invalid"])
    expect(page.get_by_label(words["text"])).to_have_value("Exemple : « tout » & <b>")
    write(page, language, email)
    link = link_in(page, box, email, 1)
    portal.manage("shell", "--verbosity", "0", "-c", AGE % email)
    assert page.request.get(link).status == 410
    assert words["used"] in page.request.get(link).text()
    assert page.request.post(link).status in (403, 410)
    assert len([mail for mail in box.messages if mail["To"] == email]) == 1
