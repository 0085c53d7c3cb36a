"""The way to a case: what is asked, what is mailed, what opens, and for whom it stays shut."""

import datetime
import io
import logging
import re
import time
from http.cookies import Morsel
from typing import Any
from unittest.mock import patch

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils import timezone
from post_office.models import Email

from complaints import following, retention
from complaints.follow_views import COOKIE, COOKIE_SALT
from complaints.models import AccessLink, Complaint, Event
from complaints.tests.factories import FACTS, form_token, make_complaint
from complaints.tests.following import address, ask, mailed_link, opened
from core.throttle import TooManyRequests

pytestmark = pytest.mark.django_db

WORDS = {
    "en": ("Check your mailbox", "Open my complaint", "This link no longer works"),
    "fr": ("Consultez votre messagerie", "Ouvrir ma réclamation", "Ce lien ne fonctionne plus"),
}


def plain(page: str) -> str:
    """Return a page without the secret of its forms."""
    return re.sub(r'(name="csrfmiddlewaretoken" value=")\w+', r"\1", page)


def private(response: Any) -> bool:
    """Whether a response is kept from caches, and from search engines if it is a page."""
    is_noted = response.status_code == 302 or '<meta name="robots" content="noindex">' in response.text
    return "no-store" in response["Cache-Control"] and is_noted


@pytest.mark.parametrize("language", ["fr", "en"])
def test_from_the_complaint_to_the_case(client: Client, language: str) -> None:
    looked, open_it, used = WORDS[language]
    new = address("new", language=language)
    client.post(new, {**FACTS, "token": form_token(), "action": "send"})
    case = Complaint.objects.get()
    sent = ask(client, case.reference, language=language)
    assert looked in sent.text
    assert case.reference not in sent.text
    link = mailed_link(case)
    assert link.startswith(address("open", "x", language=language)[:-2])
    page = client.get(link)
    assert f"<h1>{open_it}</h1>" in page.text
    assert case.reference not in page.text
    response = client.post(link)
    assert (response.status_code, response["Location"]) == (302, address("case", language=language))
    case_page = client.get(response["Location"])
    assert f"{case.reference}</span></h1>" in case_page.text
    assert FACTS["summary"] in case_page.text
    again = client.post(link)
    assert again.status_code == 410
    assert used in again.text
    assert all(map(private, (sent, page, response, case_page, again, client.get(link))))
    left = client.post(address("leave", language=language))
    assert left["Location"] == address("follow", language=language)
    assert client.get(address("case"))["Location"] == address("follow")


def test_the_blank_form_is_not_stored(client: Client) -> None:
    assert "no-store" in client.get(address("follow"))["Cache-Control"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_answer_does_not_tell_whether_there_is_a_case(client: Client, language: str) -> None:
    case, nobody, erased = (
        make_complaint(),
        make_complaint(answer_by="post", email=""),
        make_complaint(summary="x"),
    )
    retention.erase(complaint=erased)
    before = Email.objects.count()
    answers = [
        ask(client, "R26-2222-2222", language=language),
        ask(client, case.reference, "somebody-else@example.com", language=language),
        ask(client, nobody.reference, language=language),
        ask(client, erased.reference, language=language),
        ask(client, "nonsense", language=language),
    ]
    assert Email.objects.count() == before
    answers.append(ask(client, case.reference, language=language))
    assert Email.objects.count() == before + 1
    assert len({plain(answer.text) for answer in answers}) == 1
    assert len({(answer.status_code, answer["Cache-Control"]) for answer in answers}) == 1
    assert {answer.status_code for answer in answers} == {200}


@pytest.mark.parametrize("email", ["CUSTOMER@example.com", "customer@EXAMPLE.COM", " Customer@Example.com "])
def test_the_address_is_found_however_it_is_typed(client: Client, email: str) -> None:
    case = make_complaint()
    ask(client, case.reference, email)
    assert case.access_links.count() == 1


@pytest.mark.parametrize("email", ["customer@example.co_", "custom%@example.com", "c_stomer@example.com"])
def test_no_sign_of_an_address_stands_for_others(client: Client, email: str) -> None:
    case = make_complaint()
    ask(client, case.reference, email)
    assert not case.access_links.exists()


@pytest.mark.parametrize("form", ["{0}", " {0} ", "{1}", "{2}", "{3}", "{4}", "n° {0}.", "« {0} »", "{0}\t"])
def test_the_reference_is_found_however_it_is_typed(client: Client, form: str) -> None:
    case = make_complaint()
    reference = case.reference
    typed = form.format(
        reference,
        reference.lower(),
        reference.replace("-", ""),
        reference.replace("-", " – "),
        " ".join(reference),
    )
    ask(client, typed.removeprefix("n°"))
    assert case.access_links.count() == 1


@pytest.mark.parametrize(
    ("reference", "email", "said"),
    [
        ("", "customer@example.com", "Enter the reference of your complaint."),
        ("R26-2222-2222", "", "Enter the e-mail address that you gave with your complaint."),
        ("R26-2222-2222", "nobody", "Enter a valid e-mail address, for example name@example.lu."),
    ],
)
def test_what_is_missing_is_said(client: Client, reference: str, email: str, said: str) -> None:
    page = ask(client, reference, email).text
    assert page.count(said) == 2
    assert f'value="{reference or email}"' in page


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_mail_is_in_the_language_of_the_case(client: Client, language: str) -> None:
    case = make_complaint(language)
    ask(client, case.reference, language="en" if language == "fr" else "fr")
    link = mailed_link(case)
    assert link.startswith(f"/{language}/")
    mail = Email.objects.latest("pk")
    assert mail.headers["Content-Language"] == language
    assert link in mail.html_message
    assert not case.messages.filter(text__contains=link).exists()


def test_the_database_does_not_hold_what_opens_the_case(client: Client) -> None:
    case = make_complaint()
    ask(client, case.reference)
    token = mailed_link(case).split("/")[-2]
    assert len(token) == 43
    assert case.access_links.get().digest != token


def test_looking_at_the_link_changes_nothing(client: Client) -> None:
    case = make_complaint()
    ask(client, case.reference)
    link = mailed_link(case)
    for look in (client.get, client.head, client.get, client.head):
        response = look(link)
        assert response.status_code == 200
        assert COOKIE not in response.cookies
    assert client.put(link).status_code == client.delete(link).status_code == 405
    assert case.access_links.get().used_at is None
    assert not case.events.exclude(action=Event.Action.RECEIVED).exists()
    assert client.post(link).status_code == 302


def test_the_link_opens_once(client: Client) -> None:
    case = make_complaint()
    ask(client, case.reference)
    link = mailed_link(case)
    assert client.post(link).status_code == 302
    for look in (client.post, client.get, client.head):
        response = look(link)
        assert response.status_code == 410
        assert COOKIE not in response.cookies
    # A second link is another one, and the first stays used.
    ask(client, case.reference)
    assert client.post(mailed_link(case)).status_code == 302


def test_of_two_at_the_same_moment_one_opens() -> None:
    case = make_complaint()
    following.send_link(reference=case.reference, email=case.email)
    token = mailed_link(case).split("/")[-2]
    found = following.valid_link(token)
    assert following.use_link(token) == case
    with patch("complaints.following.valid_link", return_value=found):
        assert following.use_link(token) is None


def test_the_link_expires(client: Client) -> None:
    case = make_complaint()
    ask(client, case.reference)
    link = mailed_link(case)
    AccessLink.objects.update(
        created_at=timezone.now() - following.LINK_VALID + datetime.timedelta(minutes=1)
    )
    assert client.get(link).status_code == 200
    AccessLink.objects.update(created_at=timezone.now() - following.LINK_VALID)
    for look in (client.get, client.post):
        response = look(link)
        assert response.status_code == 410
        assert WORDS["fr"][2] in response.text
        assert address("follow", language="fr") in response.text
    assert case.access_links.get().used_at is None


@pytest.mark.parametrize("token", ["x", "A" * 43, "%00", "é", "A" * 3000])
def test_a_link_that_nobody_mailed(client: Client, token: str) -> None:
    make_complaint()
    path = address("open", "x").replace("/x/", f"/{token}/")
    assert client.get(path).status_code == client.post(path).status_code == 410


def test_without_the_secret_of_the_form_the_link_is_not_used() -> None:
    client, case = Client(enforce_csrf_checks=True), make_complaint()
    following.send_link(reference=case.reference, email=case.email)
    assert client.post(mailed_link(case)).status_code == 403
    assert case.access_links.get().used_at is None


def cookie(client: Client, case: Complaint) -> "Morsel[str]":
    ask(client, case.reference, case.email)
    return client.post(mailed_link(case)).cookies[COOKIE]


def test_the_cookie(client: Client, settings: Any) -> None:
    case = make_complaint()
    found = cookie(client, case)
    assert found["httponly"] is True
    assert found["max-age"] == 3600
    assert found["samesite"] == "Lax"
    assert not found["secure"]
    request = HttpRequest()
    request.COOKIES[COOKIE] = found.value
    assert request.get_signed_cookie(COOKIE, salt=COOKIE_SALT) == str(case.pk)
    settings.SESSION_COOKIE_SECURE = True
    assert cookie(client, case)["secure"] is True
    assert "sessionid" not in client.cookies


def test_leaving_takes_the_cookie_away(client: Client) -> None:
    case = make_complaint()
    cookie(client, case)
    assert client.get(address("leave")).status_code == 405
    gone = client.post(address("leave")).cookies[COOKIE]
    assert (gone.value, gone["max-age"]) == ("", 0)


def signed(case: Complaint, salt: str = COOKIE_SALT, age: int = 0) -> str:
    """Return the cookie of a visit to a case that began some seconds ago."""
    response = HttpResponse()
    with patch("django.core.signing.time.time", return_value=time.time() - age):
        response.set_signed_cookie(COOKIE, str(case.pk), salt=salt)
    return response.cookies[COOKIE].value


@pytest.mark.parametrize("forge", ["number", "salt", "changed", "old", "empty"])
def test_a_cookie_that_is_forged_or_too_old_opens_nothing(client: Client, forge: str) -> None:
    case, other = make_complaint(), make_complaint("en", summary="Another")
    good = signed(case)
    client.cookies[COOKIE] = {
        "number": str(case.pk),
        "salt": signed(case, salt="other"),
        "changed": str(other.pk) + good[len(str(case.pk)) :],
        "old": signed(case, age=3602),
        "empty": "",
    }[forge]
    for response in (client.get(address("case")), client.post(address("case"), {"action": "withdraw"})):
        assert (response.status_code, response["Location"]) == (302, address("follow"))
    assert not case.events.exclude(action=Event.Action.RECEIVED).exists()
    client.cookies[COOKIE] = good
    assert client.get(address("case")).status_code == 200


def test_a_visit_opens_its_own_case_and_no_other() -> None:
    own, foreign = make_complaint(summary="My own"), make_complaint(summary="Foreign", email="b@example.com")
    client, other = opened(own), opened(foreign)
    assert "My own" in client.get(address("case")).text
    assert "Foreign" not in client.get(address("case"), {"reference": foreign.reference}).text
    client.post(address("case"), {"action": "withdraw", "complaint": str(foreign.pk), "pk": str(foreign.pk)})
    foreign.refresh_from_db()
    assert foreign.withdrawn_at is None
    assert "Foreign" in other.get(address("case")).text


def test_an_erased_case_cannot_be_opened(client: Client) -> None:
    case = make_complaint()
    visitor = opened(case)
    ask(client, case.reference)
    link = mailed_link(case)
    retention.erase(complaint=case)
    assert visitor.get(address("case"))["Location"] == address("follow")
    assert client.post(link).status_code == 410
    ask(client, case.reference)
    assert not case.access_links.exists()


def test_too_many_questions_are_refused(client: Client) -> None:
    case = make_complaint()
    for _time in range(60):
        assert ask(client, "R26-2222-2222").status_code == 200
    response = ask(client, case.reference)
    assert response.status_code == 429
    assert f'value="{case.reference}"' in response.text
    assert int(response["Retry-After"]) > 0
    assert not case.access_links.exists()
    assert client.get(address("follow")).status_code == 200


def test_mistakes_do_not_count_as_questions(client: Client) -> None:
    with patch("complaints.follow_views.limit", side_effect=TooManyRequests(1)):
        assert ask(client, "", "nobody").status_code == 200


def test_when_the_mail_cannot_be_queued_there_is_no_link(client: Client) -> None:
    case = make_complaint()
    client.raise_request_exception = False
    with patch("core.mail.Email.objects.bulk_create", side_effect=RuntimeError):
        assert ask(client, case.reference).status_code == 500
    assert not AccessLink.objects.exists()


def test_old_links_are_removed_with_their_mails(client: Client) -> None:
    case = make_complaint()
    mails = Email.objects.count()
    ask(client, case.reference)
    AccessLink.objects.update(created_at=timezone.now() - datetime.timedelta(hours=25))
    ask(client, case.reference)
    assert retention.remove_old_links() == 1
    assert case.access_links.count() == 1
    assert Email.objects.count() == mails + 1


def test_the_log_names_no_link(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    """What Django refuses it logs with the path: a link, used or not, must not stand there."""
    case = make_complaint()
    # pytest has handlers of its own there, behind the portal's.
    handler = logging.getLogger("django").handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    log = io.StringIO()
    before = handler.setStream(log)
    caplog.set_level(logging.DEBUG)
    try:
        ask(client, case.reference)
        link = mailed_link(case)
        assert Client(enforce_csrf_checks=True).post(link).status_code == 403
        assert client.put(link).status_code == 405
        assert client.post(link).status_code == 302
        assert client.post(link).status_code == 410
        assert client.get(address("received", f"{link.split('/')[-2]}:forged:x")).status_code == 404
    finally:
        handler.setStream(before)
    assert log.getvalue().count("/.../") == 4
    assert link.split("/")[-2] not in log.getvalue() + caplog.text
    assert case.email not in log.getvalue() + caplog.text


def test_one_case_gets_a_few_links_an_hour_only(client: Client) -> None:
    complaint = make_complaint()
    for _time in range(following.MOST_LINKS + 3):
        following.send_link(reference=complaint.reference, email=complaint.email)
    assert complaint.access_links.count() == following.MOST_LINKS
