"""From the form to the page of a request, and every way in which it can go wrong."""

import re
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from post_office.models import Email

from complaints.following import LINK_VALID
from complaints.suspicion import new_token
from complaints.tests.factories import form_token, make_staff
from privacy import handling
from privacy.models import Outcome, Request, Status
from privacy.tests.factories import FACTS, last_token, make_request, send_request

pytestmark = pytest.mark.django_db

TOKEN = form_token()
LANGUAGES = pytest.mark.parametrize("language", ["fr", "en"])


def url(name: str = "new", *args: str, language: str = "en") -> str:
    with translation.override(language):
        return reverse(f"privacy:{name}", args=args)


def post(client: Client, language: str = "en", **changes: str) -> Any:
    return client.post(url(language=language), {**FACTS, "token": TOKEN, "action": "send", **changes})


@LANGUAGES
def test_the_blank_form(client: Client, language: str) -> None:
    response = client.get(url(language=language))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert "csrftoken" in response.cookies
    assert "sessionid" not in response.cookies
    assert re.search(r'name="token" value="[\w:-]+"', response.text)
    assert response.text.count('name="right"') == 5


@LANGUAGES
def test_the_way_to_the_form(client: Client, language: str) -> None:
    with translation.override(language):
        pages = [reverse("home"), reverse("documents:document", args=["data-protection"])]
        other = reverse("documents:document", args=["cookies"])
    for page in pages:
        # Once in the menu, once in the page, once in the footer.
        assert client.get(page).text.count(f'href="{url(language=language)}"') == 3
    assert client.get(other).text.count(f'href="{url(language=language)}"') == 2


@LANGUAGES
def test_from_the_form_to_the_page_of_the_request(client: Client, language: str) -> None:
    response = post(client, language)
    assert response["Location"] == url("sent", language=language)
    assert client.get(response["Location"]).status_code == 200
    request = Request.objects.get()
    assert {name: getattr(request, name) for name in FACTS} == FACTS
    assert request.language == language
    link = url("confirm", last_token("confirm"), language=language)
    assert link in Email.objects.get().message
    for _look in range(2):
        gate = client.get(link)
        assert gate.status_code == 200
        assert FACTS["email"] not in gate.text
    assert Request.objects.get().status == Status.UNCONFIRMED
    page = client.post(link, follow=True)
    assert page.redirect_chain[0][0] == url("request", language=language)
    assert request.reference in page.text
    assert FACTS["text"] in page.text
    assert "no-store" in page["Cache-Control"]
    assert client.get(link).status_code == client.post(link).status_code == 410


def test_a_second_identical_post_is_one_request(client: Client) -> None:
    assert [post(client).status_code for _time in range(2)] == [302, 302]
    assert Request.objects.count() == Email.objects.count() == 1


def test_mistakes_are_named_and_nothing_is_lost(client: Client) -> None:
    response = post(client, right="", email="nobody", full_name="")
    assert response.status_code == 200
    assert "<title>Error:" in response.text
    assert 'href="#id_right_0"' in response.text
    assert response.text.count("Enter your full name.") == 2
    assert 'value="nobody"' in response.text
    assert FACTS["text"] in response.text
    assert not Request.objects.exists()


def test_switching_the_language_keeps_what_was_typed(client: Client) -> None:
    target = re.search(r'formaction="([^"]+)"', client.get(url()).text)
    assert target is not None
    assert target.group(1) == url(language="fr")
    switched = client.post(target.group(1), {**FACTS, "token": TOKEN, "action": "edit", "text": "Half a sen"})
    assert 'lang="fr"' in switched.text
    assert "Half a sen" in switched.text
    assert "autofocus" not in switched.text


@pytest.mark.parametrize("changes", [{"website": "x" * 300}, {"token": "forged" * 50}, {"token": "now"}])
def test_a_program_gets_the_form_back_and_a_person_sends_it_again(
    client: Client, changes: dict[str, str]
) -> None:
    if changes == {"token": "now"}:
        changes = {"token": new_token()}
    response = post(client, **changes)
    assert response.status_code == 200
    assert FACTS["text"] in response.text
    assert not Request.objects.exists()
    assert not Email.objects.exists()
    token = re.search(r'name="token" value="([\w:-]+)"', response.text)
    assert token is not None
    with patch("django.core.signing.time.time", return_value=timezone.now().timestamp() + 60):
        assert post(client, token=token.group(1)).status_code == 302
    assert Request.objects.count() == 1


def test_too_many_from_one_network_are_told_to_wait_and_lose_nothing(client: Client) -> None:
    for number in range(20):
        assert post(client, email=f"customer{number}@example.com").status_code == 302
    response = post(client, text="One too many", email="last@example.com")
    assert response.status_code == 429
    assert "One too many" in response.text
    assert int(response["Retry-After"]) > 0
    assert Request.objects.count() == 20
    assert post(client, email="customer0@example.com").status_code == 302


def test_an_address_that_has_its_mails_is_answered_like_any_other(client: Client) -> None:
    pages = [post(client, text=str(number)) for number in range(handling.MOST_OF_ONE_ADDRESS + 1)]
    assert {page["Location"] for page in pages} == {url("sent")}
    assert Email.objects.count() == handling.MOST_OF_ONE_ADDRESS


def test_without_the_csrf_secret_nothing_is_stored() -> None:
    assert post(Client(enforce_csrf_checks=True)).status_code == 403
    assert not Request.objects.exists()


def test_hostile_text_is_shown_as_text(client: Client) -> None:
    response = post(client, right="", text="<script>alert(1)</script>", full_name='"><img src=x>')
    assert "<script>alert" not in response.text
    assert "<img" not in response.text


def test_a_mailbox_that_smuggles_in_another_is_refused(client: Client) -> None:
    assert post(client, email='"a,b"@example.com').status_code == 200
    assert not Request.objects.exists()


@LANGUAGES
def test_following_does_not_tell_whether_there_is_such_a_request(client: Client, language: str) -> None:
    request, unconfirmed = make_request(language), send_request(language, text="Unconfirmed")
    pages = [
        client.post(url("follow", language=language), {"reference": reference, "email": email})
        for reference, email in [
            (request.reference, request.email),
            (request.reference, "other@example.com"),
            ("D26-0000-0000", request.email),
            (unconfirmed.reference, unconfirmed.email),
        ]
    ]
    without_secret = {re.sub(r'value="[^"]+"', "", page.text) for page in pages}
    assert len(without_secret) == 1
    assert {page.status_code for page in pages} == {200}
    assert Email.objects.filter(message__contains=url("follow", language=language)).count() == 2


@LANGUAGES
def test_a_link_opens_the_request_once(client: Client, language: str) -> None:
    request, number = make_request(language), Email.objects.count()
    client.post(
        url("follow", language=language), {"reference": request.reference.lower(), "email": request.email}
    )
    assert Email.objects.count() == number + 1
    link = url("open", last_token("follow"), language=language)
    assert client.get(link).status_code == 200
    assert FACTS["text"] in client.post(link, follow=True).text
    assert client.post(link).status_code == 410
    client.post(url("leave", language=language))
    assert client.get(url("request", language=language)).status_code == 302


def test_an_old_link_opens_nothing(client: Client) -> None:
    request = make_request()
    handling.send_link(reference=request.reference, email=request.email)
    with patch("django.utils.timezone.now", return_value=timezone.now() + LINK_VALID):
        assert client.post(url("open", last_token("follow"))).status_code == 410


def test_a_browser_sees_only_the_request_that_it_opened(client: Client) -> None:
    request, other = make_request(), make_request(text="Somebody else’s", email="other@example.com")
    client.post(url("open", token_of(request)))
    page = client.get(url("request")).text
    assert request.reference in page
    assert other.reference not in page
    client.cookies["request"] = str(other.pk)
    assert client.get(url("request")).status_code == 302


def test_the_page_shows_the_extension_and_the_answer(client: Client) -> None:
    request, officer = make_request(), make_staff("officer")
    client.post(url("open", token_of(request)))
    assert request.due_on is not None
    handling.extend(
        request=request, reasons="Many files.", until_on=request.due_on + handling.EXTENSION, by=officer
    )
    assert "Many files." in client.get(url("request")).text
    handling.answer(request=request, text="This is held on you.", outcome=Outcome.GRANTED, by=officer)
    page = client.get(url("request")).text
    assert "This is held on you." in page
    assert "www.cnpd.lu" in page
    assert "Example officer" not in page


def token_of(request: Request) -> str:
    handling.send_link(reference=request.reference, email=request.email)
    return last_token("follow")
