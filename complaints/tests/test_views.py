"""From the blank form to the confirmation, and every way in which it can go wrong."""

import re
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from post_office.models import Email
from pytest_django import DjangoAssertNumQueries

from complaints.models import Complaint
from complaints.tests.factories import FACTS, form_token, make_complaint

pytestmark = pytest.mark.django_db

TOKEN = form_token()


def url(language: str = "en") -> str:
    with translation.override(language):
        return reverse("complaints:new")


def post(client: Client, action: str, language: str = "en", **changes: str) -> Any:
    return client.post(url(language), {**FACTS, "token": TOKEN, "action": action, **changes})


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_blank_form(
    client: Client, language: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        response = client.get(url(language))
    assert response.status_code == 200
    assert "no-cache" in response["Cache-Control"]
    assert "csrftoken" in response.cookies
    assert "sessionid" not in response.cookies
    assert re.search(r'name="token" value="[\w:-]+"', response.text)


def test_enter_in_a_field_checks_the_answers(client: Client) -> None:
    """The first button of a form is the one that Enter presses."""
    page = client.get(url()).text
    first = re.search(r"<button[^>]*form=\"complaint\"[^>]*>", page)
    assert first is not None
    assert 'value="check"' in first.group()


def test_the_language_switch_of_the_check_page_stays_there(client: Client) -> None:
    page = post(client, "check").text
    button = re.search(r"<button[^>]*formaction=\"([^\"]+)\"[^>]*>", page)
    assert button is not None
    assert 'value="check"' in button.group()
    french = client.post(button.group(1), {**FACTS, "token": TOKEN, "action": "check"}).text
    assert "Vérifiez votre réclamation" in french


def test_the_check_page_shows_every_answer_and_stores_nothing(client: Client) -> None:
    response = post(client, "check")
    assert response.status_code == 200
    for answer in (
        "Example Customer",
        "1, rue de l’Exemple<br>L-0000",
        "Financial",
        "By e-mail",
        "EXAMPLE-1",
    ):
        assert answer in response.text
    assert not Complaint.objects.exists()


def test_sending_what_the_check_page_carries_stores_it(client: Client) -> None:
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', post(client, "check").text)
    values = {name: value.replace("&#x27;", "'") for name, value in hidden}
    response = client.post(url(), {**values, "action": "send"})
    assert response.status_code == 302
    complaint = Complaint.objects.get()
    assert {name: getattr(complaint, name) for name in FACTS} == FACTS
    assert complaint.language == "en"


def test_a_second_identical_post_gives_the_same_reference(client: Client) -> None:
    pages = [client.get(post(client, "send")["Location"]) for _time in range(2)]
    assert Complaint.objects.count() == 1
    assert Email.objects.count() == 2
    reference = Complaint.objects.get().reference
    assert all(reference in page.text for page in pages)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_confirmation(
    client: Client, language: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    location = post(client, "send", language)["Location"]
    with django_assert_num_queries(3):
        page = client.get(location)
    complaint = Complaint.objects.get()
    assert complaint.reference in page.text
    assert str(complaint.answer_due_on.year) in page.text
    assert "no-cache" in page["Cache-Control"]
    assert 'content="noindex"' in page.text
    for personal in ("Example Customer", "customer@example.com", "rue de l’Exemple"):
        assert personal not in page.text
        assert personal not in location


def test_an_old_confirmation_address_says_that_the_complaint_remains(client: Client) -> None:
    location = post(client, "send")["Location"]
    with patch("complaints.views.CONFIRMATION_SECONDS", -1):
        response = client.get(location)
    assert response.status_code == 410
    assert "Your complaint remains on record." in response.text
    assert Complaint.objects.get().reference not in response.text


def test_a_wrong_confirmation_address_is_not_found(client: Client) -> None:
    make_complaint()
    with translation.override("en"):
        assert client.get(reverse("complaints:received", args=["MQ:forged:token"])).status_code == 404


@pytest.mark.parametrize("action", ["check", "send"])
def test_mistakes_are_named_in_a_summary_and_beside_the_field(client: Client, action: str) -> None:
    response = post(client, action, full_name="", email="nobody")
    assert "<title>Error: Make a complaint" in response.text
    assert '<a href="#id_full_name">Enter your full name.</a>' in response.text
    assert response.text.count("Enter your full name.") == 2
    assert 'aria-invalid="true"' in response.text
    assert "autofocus" in response.text
    assert 'value="nobody"' in response.text
    assert "The same invoice arrived twice." in response.text
    assert not Complaint.objects.exists()


def test_an_error_of_a_choice_links_to_its_first_button(client: Client) -> None:
    response = post(client, "check", kind="")
    assert 'href="#id_kind_0"' in response.text
    assert 'id="id_kind_0"' in response.text


def test_editing_again_keeps_everything_and_finds_no_fault(client: Client) -> None:
    response = post(client, "edit", full_name="", description="Half a sen")
    assert "Half a sen" in response.text
    assert "EXAMPLE-1" in response.text
    assert re.search(r'value="financial"[^>]*checked', response.text)
    assert "autofocus" not in response.text


def test_switching_the_language_keeps_what_was_typed(client: Client) -> None:
    page = client.get(url("en")).text
    target = re.search(r'formaction="([^"]+)"', page)
    assert target is not None
    assert target.group(1) == url("fr")
    switched = client.post(
        target.group(1), {**FACTS, "token": TOKEN, "action": "edit", "summary": "Half a sentence"}
    )
    assert 'lang="fr"' in switched.text
    assert "Half a sentence" in switched.text


def test_hostile_text_is_shown_as_text(client: Client) -> None:
    response = post(client, "check", description="<script>alert(1)</script>", summary='"><img src=x>')
    assert "<script>alert" not in response.text
    assert "<img" not in response.text


def test_too_many_from_one_network_are_told_to_wait_and_lose_nothing(client: Client) -> None:
    for number in range(60):
        assert post(client, "send", summary=f"Number {number}").status_code == 302
    response = post(client, "send", summary="One too many")
    assert response.status_code == 429
    assert "One too many" in response.text
    assert int(response["Retry-After"]) > 0
    assert Complaint.objects.count() == 60
    # What arrived already is answered with its reference all the same.
    assert post(client, "send", summary="Number 0").status_code == 302


def test_without_the_csrf_secret_nothing_is_stored() -> None:
    client = Client(enforce_csrf_checks=True)
    response = post(client, "send")
    assert response.status_code == 403
    assert "The form could not be accepted" in response.text
    assert not Complaint.objects.exists()


def test_a_body_that_is_too_large_gets_the_413_page(client: Client) -> None:
    response = post(client, "send", description="x" * 1_100_000)
    assert response.status_code == 413
    assert "too large" in response.text


def test_other_methods_are_refused(client: Client) -> None:
    assert client.delete(url()).status_code == 405


def test_what_is_still_being_filled_in_has_no_faults(client: Client) -> None:
    """Neither the language switch nor taking a file out asks for what has not been typed yet."""
    blank = dict.fromkeys(FACTS, "") | {"summary": "Half a sentence"}
    for button in ({"action": "edit"}, {"remove": "1"}, {"remove": "1", "draft": "gone"}):
        page = client.post(url(), {**blank, "token": TOKEN, **button}).text
        assert "Half a sentence" in page
        assert "Enter your full name." not in page
        assert page.count("field--error") == ("draft" in button)
        assert f'name="token" value="{TOKEN}"' in page
    assert "Your files are no longer here." in page


def test_pages_of_a_case_are_kept_out_of_search_engines(client: Client) -> None:
    with translation.override("en"):
        follow = reverse("complaints:follow")
    for page in (client.get(follow), client.post(follow, {"reference": ""})):
        assert '<meta name="robots" content="noindex">' in page.text
    assert follow not in client.get("/sitemap.xml").text
    assert '<meta name="robots"' not in client.get(url()).text
