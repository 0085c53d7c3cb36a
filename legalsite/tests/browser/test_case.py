"""A complaint from both sides: the complainant's whole way and that of staff, with every mail."""

import datetime
import re
from functools import partial
from pathlib import Path

import pytest
from django.utils.translation import gettext, override
from playwright.sync_api import Browser, Page, expect

from core.dates import long_date
from legalsite.tests.browser.conftest import LANGUAGES, Mailbox, plain, sign_in
from legalsite.tests.browser.test_complaint import AS_LONG_AS_A_PERSON, MAKE_STAFF, fill
from scripts.portal import Portal

pytestmark = pytest.mark.browser

WORDS = {
    "fr": {
        "suspended": "31 janvier 2099",
        "new": "/fr/reclamations/nouvelle/",
        "follow": "/fr/reclamations/suivre/",
        "files": "Fichiers",
        "check": "Vérifier ma réclamation",
        "send": "Envoyer ma réclamation",
        "mail": "Adresse e-mail",
        "reference": "Référence",
        "link": "Envoyez-moi le lien",
        "once": "Ce lien l’ouvre une seule fois",
        "open": "Ouvrir ma réclamation",
        "message": "Votre message",
        "add": "Envoyer",
        "why": "Pourquoi n’êtes-vous pas satisfait",
        "pass": "Transmettre ma réclamation à la direction",
        "withdrawal": "Je ne souhaite plus que ma réclamation soit examinée",
        "withdraw": "Retirer ma réclamation",
        "used": "Ce lien ne fonctionne plus",
        "delayed": "est retardée",
        "answered": "Réponse à votre réclamation",
        "passed": "transmise à la direction",
        "withdrawn": "Retirée",
    },
    "en": {
        "suspended": "31 January 2099",
        "new": "/en/complaints/new/",
        "follow": "/en/complaints/follow/",
        "files": "Files",
        "check": "Check my answers",
        "send": "Send my complaint",
        "mail": "E-mail address",
        "reference": "Reference",
        "link": "Send me the link",
        "once": "This link opens it once",
        "open": "Open my complaint",
        "message": "Your message",
        "add": "Send",
        "why": "Why are you not satisfied",
        "pass": "Pass my complaint to the management",
        "withdrawal": "I no longer want my complaint to be examined",
        "withdraw": "Withdraw my complaint",
        "used": "This link no longer works",
        "delayed": "is delayed",
        "answered": "Answer to your complaint",
        "passed": "passed to the management",
        "withdrawn": "Withdrawn",
    },
}


def said(language: str, words: str) -> str:
    """Return the portal's own words in a language; they are written in English."""
    with override(language):
        return gettext(words)


def dated(language: str, on: datetime.date) -> str:
    """Return a day as the portal writes it in a language."""
    with override(language):
        return long_date(on)


def step(page: Page, label: str) -> None:
    """Press the button of a step in the case, and then that of its form."""
    page.locator(".next-step").get_by_role("link", name=label).click()
    page.locator(".submit-row button").click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def until_sent(page: Page, on_its_way: str) -> None:
    """Wait until every mail of the case is marked as sent, a moment after it has arrived."""
    for _time in range(50):
        if not page.locator("#messages-group", has_text=on_its_way).count():
            break
        page.wait_for_timeout(200)
        page.reload()


def open_case(page: Page, words: dict[str, str], reference: str, email: str, box: Mailbox) -> str:
    """Ask for the link, open the case by it, and return the link."""
    page.goto(words["follow"])
    page.get_by_label(words["reference"]).fill(reference.lower().replace("-", " "))
    page.locator("#id_email").fill(email.upper())
    before = len(box.holding(words["once"]))
    page.get_by_role("button", name=words["link"]).click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    mail = box.wait_for(words["once"], number=before + 1)[-1]
    found = re.search(rf"{re.escape(words['follow'])}[\w-]{{20,}}/", plain(mail))
    assert found is not None
    link = found.group()
    # What a scanner of links does changes nothing.
    for _time in range(2):
        assert page.request.head(link).status == 200
        assert page.request.get(link).status == 200
    page.goto(link)
    page.get_by_role("button", name=words["open"]).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(reference)
    return link


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_way(
    page: Page,
    browser: Browser,
    portal: Portal,
    mailbox: tuple[Mailbox, int],
    tmp_path: Path,
    language: str,
) -> None:
    say = partial(said, language)
    words, box, email = WORDS[language], mailbox[0], f"case-{language}@example.com"
    note = tmp_path / "exemple.txt"
    note.write_text("Exemple de pièce jointe.", encoding="utf-8")

    # The complainant writes, with a file.
    page.goto(words["new"])
    fill(page, language, f"case-{language}")
    page.get_by_label(words["mail"]).fill(email)
    page.get_by_label(words["files"]).set_input_files(note)
    page.get_by_role("button", name=words["check"]).click()
    expect(page.locator(".summary")).to_contain_text("exemple.txt")
    page.wait_for_timeout(AS_LONG_AS_A_PERSON)
    page.get_by_role("button", name=words["send"]).click()
    reference = page.locator(".receipt__reference").inner_text()
    box.wait_for(reference, number=2)

    # Staff assign, examine and announce a delay.
    portal.manage("shell", "--verbosity", "0", "-c", MAKE_STAFF)
    context = browser.new_context(base_url=portal.url, locale=language)
    staff = context.new_page()
    sign_in(staff, "example-admin", "an example passphrase")
    staff.goto(f"/admin/complaints/complaint/?q={reference}")
    staff.get_by_role("link", name=reference).click()
    with staff.expect_download() as downloading:
        staff.get_by_role("link", name="exemple.txt").click()
    assert downloading.value.path().read_text(encoding="utf-8") == "Exemple de pièce jointe."
    staff.locator(".next-step").get_by_role("link", name=say("Assign owner and sponsor")).click()
    staff.get_by_label(say("Owner")).select_option(label="example-admin")
    staff.get_by_label(say("Sponsor")).select_option(label="example-sponsor")
    staff.locator(".submit-row button").click()
    step(staff, say("Begin the examination"))
    staff.locator(".next-step").get_by_role("link", name=say("Announce a delay")).click()
    staff.get_by_label(say("Causes of the delay")).fill("Exemple de cause.")
    staff.get_by_label(say("Main cause")).select_option("others")
    staff.get_by_label(say("Day on which the examination should end")).fill("2099-01-31")
    staff.locator(".submit-row button").click()
    box.wait_for(words["delayed"], number=1)

    # The complainant opens the case once, and adds to it.
    link = open_case(page, words, reference, email, box)
    expect(page.get_by_text("Exemple de cause.").first).to_be_visible()
    page.get_by_label(words["message"]).fill("Exemple de complément.")
    page.get_by_role("button", name=words["add"], exact=True).click()
    expect(page.locator(".message--own")).to_contain_text("Exemple de complément.")
    expect(page.get_by_role("button", name=words["pass"])).to_have_count(0)
    again = page.request.get(link)
    assert again.status == 410
    assert words["used"] in again.text()

    # Staff see it and answer: not everything is granted.
    staff.reload()
    expect(staff.locator("#messages-group")).to_contain_text("Exemple de complément.")
    staff.locator(".next-step").get_by_role("link", name=say("Answer the complaint")).click()
    staff.get_by_label(say("Answer"), exact=True).fill("Exemple de réponse.")
    staff.get_by_label(say("Outcome")).select_option("rejected")
    staff.locator(".submit-row button").click()
    box.wait_for("Exemple de réponse.", number=1)
    until_sent(staff, say("on its way"))
    step(staff, say("Close the complaint"))

    # A legal hold suspends the erasure, and is extended by two people.
    second = browser.new_context(base_url=portal.url, locale=language)
    colleague = second.new_page()
    sign_in(colleague, "example-sponsor", "an example passphrase")
    colleague.goto(staff.url)
    for ask, confirm, until_on in (
        ("Ask for a legal hold", "Confirm the legal hold", datetime.date(2098, 1, 31)),
        (
            "Ask to extend the legal hold",
            "Confirm the extension of the legal hold",
            datetime.date(2099, 1, 31),
        ),
    ):
        staff.reload()
        staff.locator(".next-step").get_by_role("link", name=say(ask)).click()
        staff.get_by_label(say("Reason for the record")).fill("Exemple de procédure.")
        staff.get_by_label(say("Held until")).fill(until_on.isoformat())
        staff.locator(".submit-row button").click()
        expect(staff.locator(".next-step").get_by_role("link", name=say(confirm))).to_have_count(0)
        colleague.reload()
        step(colleague, say(confirm))
        expect(colleague.locator(".field-erasure")).to_contain_text(dated(language, until_on))
    second.close()

    # The complainant sees that, and not why; asks the management, and in the end withdraws.
    open_case(page, words, reference, email, box)
    expect(page.locator(".message h3", has_text=words["answered"])).to_be_visible()
    expect(page.locator(".summary")).to_contain_text(words["suspended"])
    expect(page.locator("main")).not_to_contain_text("Exemple de procédure.")
    page.get_by_label(words["why"]).fill("Exemple de motif.")
    page.get_by_role("button", name=words["pass"]).click()
    expect(page.locator(".message").last).to_contain_text(words["passed"])
    page.get_by_text(words["withdrawal"]).click()
    page.get_by_role("button", name=words["withdraw"]).click()
    expect(page.locator(".standing")).to_contain_text(words["withdrawn"])
    staff.reload()
    expect(staff.locator("#past_examinations-group")).to_contain_text("Exemple de réponse.")
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_by_post_and_a_reopening(page: Page, portal: Portal, language: str) -> None:
    say = partial(said, language)
    portal.manage("shell", "--verbosity", "0", "-c", MAKE_STAFF)
    sign_in(page, "example-admin", "an example passphrase")
    if language == "en":
        page.get_by_role("button", name="English").click()
    save = "Enregistrer" if language == "fr" else "Save"
    page.goto("/admin/complaints/standardtext/add/")
    page.locator("#id_purpose").select_option("answer")
    page.locator("#id_language").select_option("fr")
    page.locator("#id_title").fill(f"Example {language}")
    page.locator("#id_text").fill("{name}, {received_on}.")
    page.get_by_role("button", name=save, exact=True).click()
    page.goto("/admin/complaints/complaint/")
    page.get_by_role("link", name=say("Enter a complaint")).click()
    page.get_by_label(say("How did it come?")).select_option("letter")
    page.get_by_label(say("Received on")).fill("2026-01-31")
    page.get_by_label(say("Full name")).fill("Example Correspondent")
    page.get_by_label(say("Postal address")).fill("1, rue de l’Exemple")
    page.get_by_label(say("By post")).check()
    page.get_by_label(say("Other"), exact=True).check()
    page.get_by_label(say("what went wrong")).fill("Example by letter")
    page.get_by_label(say("description")).fill("Example of a letter.")
    page.locator(".submit-row button").click()
    expect(page.locator(".field-clock")).to_contain_text(dated(language, datetime.date(2026, 2, 28)))
    page.locator(".next-step").get_by_role("link", name=say("Assign owner and sponsor")).click()
    page.get_by_label(say("Owner")).select_option(label="example-admin")
    page.get_by_label(say("Sponsor")).select_option(label="example-sponsor")
    page.locator(".submit-row button").click()
    page.locator(".next-step").get_by_role("link", name=say("Answer the complaint")).click()
    page.get_by_label(say("Outcome")).select_option("upheld")
    page.get_by_label(say("Standard text")).select_option(label=f"Example {language}")
    page.get_by_role("button", name=say("Use this text")).click()
    answer = page.get_by_label(say("Answer"), exact=True)
    expect(answer).to_be_focused()
    expect(answer).to_have_value(re.compile(r"^Example Correspondent, 31\s+janvier\s+2026\.$"))
    expect(page.get_by_label(say("Outcome"))).to_have_value("upheld")
    answer.fill("Example of an answer by letter.")
    page.locator(".submit-row button").click()
    expect(page.locator(".messagelist")).to_contain_text(
        "print and post the letter" if language == "en" else "imprimez"
    )
    page.locator("#messages-group").get_by_role("link", name=say("Letter to post")).last.click()
    expect(page.locator(".recipient")).to_contain_text("rue de l’Exemple")
    expect(page.get_by_text("Example of an answer by letter.")).to_be_visible()
    page.get_by_role("button").click()
    expect(page.locator("#messages-group")).to_contain_text(say("Letter, posted"))
    step(page, say("Close the complaint"))
    page.locator(".next-step").get_by_role("link", name=say("Reopen")).click()
    page.get_by_label(say("Reason for the record")).fill("Example: the refund was not made.")
    page.locator(".submit-row button").click()
    expect(page.locator(".field-stage").first).to_contain_text(say("Examined again"))
    expect(page.locator("#past_examinations-group")).to_contain_text("Example of an answer by letter.")
