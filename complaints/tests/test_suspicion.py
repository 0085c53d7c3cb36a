"""What may be spam is set aside for staff: stored, with its clock, but nobody is written to."""

import datetime
import re
from typing import Any

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from post_office.models import Email

from complaints import following, handling
from complaints.deadlines import answer_due_on
from complaints.models import Complaint
from complaints.receiving import receive
from complaints.suspicion import FASTEST, MOST_OF_ONE_ADDRESS, TOKEN_SALT, Suspicion, new_token, suspicions
from complaints.tests.factories import FACTS, form_token, make_complaint, make_staff
from complaints.tests.uploaded_files import PDF

pytestmark = pytest.mark.django_db

SLOW = form_token()
QUICK = form_token(-3600)
"""Younger than the shortest time, however long the tests take."""


def url(language: str = "en") -> str:
    with translation.override(language):
        return reverse("complaints:new")


def send(client: Client, *, token: str = SLOW, **changes: str) -> Any:
    return client.post(url(), {**FACTS, "token": token, "action": "send", **changes})


def plain(page: str) -> str:
    """Return a confirmation page without what differs from one complaint to the next."""
    page = re.sub(r"R\d\d-\w{4}-\w{4}", "REFERENCE", page)
    return re.sub(r"/received/[^/]+/|/re%C3%A7ue/[^/]+/|/recue/[^/]+/", "/TOKEN/", page)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"website": "https://example.com/"}, [Suspicion.TRAP]),
        ({"website": "x" * 5_000}, [Suspicion.TRAP]),
        ({"token": QUICK}, [Suspicion.SPEED]),
        ({"token": ""}, [Suspicion.TOKEN]),
        ({"token": "forged"}, [Suspicion.TOKEN]),
        ({"token": "forged" * 100}, [Suspicion.TOKEN]),
        ({"token": f"{SLOW[:-3]}abc"}, [Suspicion.TOKEN]),
        ({"token": signing.dumps("0" * 32, salt="other")}, [Suspicion.TOKEN]),
        ({"token": signing.dumps("0" * 32)}, [Suspicion.TOKEN]),
        ({"token": "forged", "website": "x"}, [Suspicion.TRAP, Suspicion.TOKEN]),
    ],
)
def test_what_is_suspected_is_set_aside_and_never_dropped(
    client: Client, changes: dict[str, str], why: list[Suspicion]
) -> None:
    genuine = client.get(send(client, summary="Genuine")["Location"])
    genuine_mails = Email.objects.count()
    response = send(client, **changes)
    assert response.status_code == 302
    complaint = Complaint.objects.get(summary=FACTS["summary"])
    assert complaint.suspicions == why
    assert complaint.set_aside_at is not None
    assert complaint.answer_due_on == answer_due_on(complaint.received_on)
    assert {name: getattr(complaint, name) for name in FACTS} == FACTS
    assert list(complaint.events.values_list("action", flat=True)) == ["received", "set_aside"]
    assert not complaint.messages.exists()
    assert Email.objects.count() == genuine_mails
    # Who sent it cannot tell.
    page = client.get(response["Location"])
    assert plain(page.text) == plain(genuine.text)
    assert complaint.reference in page.text


def test_a_person_is_not_suspected(client: Client) -> None:
    send(client)
    complaint = Complaint.objects.get()
    assert (complaint.set_aside_at, complaint.suspicions) == (None, [])
    assert Email.objects.count() == 2


def test_the_shortest_time_is_some_seconds() -> None:
    seconds = int(FASTEST.total_seconds())
    for age, found in ((0, [Suspicion.SPEED]), (1, [Suspicion.SPEED]), (seconds + 1, [])):
        assert suspicions(token=form_token(age), trap="", email="") == found


def test_a_form_that_was_left_open_for_a_week_is_not_suspected() -> None:
    assert suspicions(token=form_token(7 * 24 * 60 * 60), trap="", email="") == []


def test_the_form_carries_its_word_from_page_to_page(client: Client) -> None:
    blank = re.search(r'name="token" value="([^"]+)"', client.get(url()).text)
    assert blank is not None
    assert signing.loads(blank[1], salt=TOKEN_SALT)
    for action in ("check", "edit"):
        page = client.post(url(), {**FACTS, "token": blank[1], "action": action}).text
        assert f'name="token" value="{blank[1]}"' in page


@pytest.mark.parametrize("action", ["check", "edit"])
def test_the_trap_is_carried_along_and_hidden_from_people(client: Client, action: str) -> None:
    page = client.post(url(), {**FACTS, "token": SLOW, "action": action, "website": "spam"}).text
    assert re.search(r'name="website"[^>]* value="spam"', page)
    form = client.get(url()).text
    trap = form[form.index('<div class="trap"') :]
    assert trap.startswith('<div class="trap" aria-hidden="true">')
    assert 'tabindex="-1" autocomplete="off"' in trap[: trap.index("</div>")]


def test_many_complaints_with_one_address_are_set_aside(client: Client) -> None:
    for number in range(MOST_OF_ONE_ADDRESS):
        make_complaint(summary=str(number), email="Customer@Example.com")
    send(client, summary="one more")
    assert Complaint.objects.get(summary="one more").suspicions == [Suspicion.ADDRESS]
    send(client, summary="other", email="other@example.com")
    assert Complaint.objects.get(summary="other").set_aside_at is None
    send(client, summary="by post", answer_by="post", email="")
    assert Complaint.objects.get(summary="by post").set_aside_at is None


def test_those_of_the_day_before_do_not_count(client: Client) -> None:
    for number in range(MOST_OF_ONE_ADDRESS):
        make_complaint(summary=str(number))
    Complaint.objects.filter(summary="0").update(received_at=timezone.now() - datetime.timedelta(hours=25))
    send(client, summary="one more")
    assert Complaint.objects.get(summary="one more").set_aside_at is None


def test_without_an_address_none_is_counted() -> None:
    for number in range(MOST_OF_ONE_ADDRESS + 1):
        make_complaint(summary=str(number), email="", answer_by="post")
    assert suspicions(token=SLOW, trap="", email="") == []


def test_sent_twice_it_is_set_aside_once(client: Client) -> None:
    assert send(client, website="x").status_code == send(client, website="x").status_code == 302
    assert Complaint.objects.count() == 1
    assert not Email.objects.exists()


def test_its_files_are_kept(client: Client) -> None:
    data = {**FACTS, "token": "forged", "action": "check"}
    page = client.post(url(), {**data, "attached": SimpleUploadedFile("invoice.pdf", PDF)}).text
    hidden = dict(re.findall(r'name="(draft|digest)" value="([^"]+)"', page))
    assert client.post(url(), {**data, **hidden, "action": "send"}).status_code == 302
    complaint = Complaint.objects.get()
    assert complaint.set_aside_at is not None
    assert complaint.attachments.get().name == "invoice.pdf"


def test_nobody_is_sent_a_link_to_it_before_it_is_restored() -> None:
    """Otherwise the portal would write to an address that somebody else has given, as often as asked."""
    complaint = receive(key="k", facts=FACTS, language="fr", suspicions=["trap"])
    following.send_link(reference=complaint.reference, email=complaint.email)
    assert not Email.objects.exists()
    handling.restore(complaint=complaint, by=make_staff("handler"))
    following.send_link(reference=complaint.reference, email=complaint.email)
    assert complaint.access_links.count() == 1


def test_staff_find_it(client: Client) -> None:
    send(client, website="x")
    client.force_login(make_staff("handler"))
    changelist = reverse("admin:complaints_complaint_changelist")
    assert Complaint.objects.get().reference in client.get(changelist, {"waiting": "set_aside"}).text
    assert Complaint.objects.get().reference not in client.get(changelist, {"waiting": "open"}).text


def test_new_words_differ() -> None:
    assert new_token() != new_token()
