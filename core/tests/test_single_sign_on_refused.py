"""Everything that single sign-on refuses: accounts, tokens, states, and what a provider should not answer."""

import time
from typing import Any
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client

from core.models import AuditEntry, SignInIdentity
from core.tests.sign_in_provider import BACK, CLIENT, Provider, come_back, go, is_in, reason, sign_in

pytestmark = pytest.mark.django_db

EMAIL = "person@example.lu"


@pytest.fixture
def person() -> User:
    return User.objects.create_user("example-person", email=EMAIL, is_staff=True, is_superuser=True)


NOT_STAFF: dict[str, dict[str, Any]] = {
    "no account": {"email": "somebody@example.lu"},
    "an account without rights": {"is_staff": False},
    "an account that is closed": {"is_active": False},
}


@pytest.mark.parametrize("facts", NOT_STAFF.values(), ids=NOT_STAFF.keys())
def test_only_active_staff_get_in(
    client: Client, provider: Provider, person: User, facts: dict[str, Any]
) -> None:
    User.objects.filter(pk=person.pk).update(**facts)
    response = sign_in(client)
    assert response.status_code == 403
    assert EMAIL not in response.text
    assert not is_in(client)
    assert reason() == "no account"
    assert User.objects.count() == 1
    assert not SignInIdentity.objects.exists()


@pytest.mark.parametrize("facts", [{"is_staff": False}, {"is_active": False}])
def test_who_was_connected_and_is_no_longer_staff_is_refused(
    client: Client, provider: Provider, person: User, facts: dict[str, Any]
) -> None:
    sign_in(Client())
    User.objects.filter(pk=person.pk).update(**facts)
    assert sign_in(client).status_code == 403
    assert not is_in(client)
    assert (reason(), AuditEntry.objects.filter(action="refused").latest("pk").subject) == (
        "account closed",
        "example-person",
    )


def test_two_accounts_with_one_address_are_nobody(client: Client, provider: Provider, person: User) -> None:
    User.objects.create_user("example-other", email=EMAIL.upper(), is_staff=True)
    assert sign_in(client).status_code == 403
    assert reason() == "several accounts"


def test_letters_that_a_database_finds_equal_are_not(
    client: Client, provider: Provider, person: User
) -> None:
    User.objects.filter(pk=person.pk).update(email="mike@example.lu")
    provider.person["email"] = "m\u0131ke@example.lu"
    assert sign_in(client).status_code == 403
    assert reason() == "no account"


WRONG_CLAIMS: dict[str, tuple[dict[str, Any], str]] = {
    "another nonce": ({"nonce": "replayed"}, "token: SuspiciousOperation"),
    "no nonce": ({"nonce": None}, "token: MissingRequiredClaimError"),
    "another audience": ({"aud": "another-client"}, "token: InvalidAudienceError"),
    "no audience": ({"aud": None}, "token: MissingRequiredClaimError"),
    "for another party": ({"aud": [CLIENT, "another"], "azp": "another"}, "token: SuspiciousOperation"),
    "for several, none named": ({"aud": [CLIENT, "another"]}, "token: SuspiciousOperation"),
    "another issuer": ({"iss": "https://elsewhere.example.com"}, "token: InvalidIssuerError"),
    "expired": ({"exp": 1_700_000_000}, "token: ExpiredSignatureError"),
    "never expires": ({"exp": None}, "token: MissingRequiredClaimError"),
    "of the future": ({"iat": 4_000_000_000}, "token: ImmatureSignatureError"),
    "no subject": ({"sub": None}, "token: MissingRequiredClaimError"),
    "address not verified": ({"email_verified": False}, "no verified e-mail address"),
    "nothing said of the address": ({"email_verified": None}, "no verified e-mail address"),
    "only words say so": ({"email_verified": "true"}, "no verified e-mail address"),
    "no address": ({"email": ""}, "no account"),
}


@pytest.mark.parametrize(("claims", "expected"), WRONG_CLAIMS.values(), ids=WRONG_CLAIMS.keys())
def test_a_token_that_is_not_right_is_refused(
    client: Client, provider: Provider, person: User, claims: dict[str, Any], expected: str
) -> None:
    provider.claims |= claims
    response = sign_in(client)
    assert response.status_code == 403
    assert not is_in(client)
    assert reason() == expected


@pytest.mark.parametrize("how", ["stranger", "HS256", "none"])
def test_only_the_providers_signature_counts(
    client: Client, provider: Provider, person: User, how: str
) -> None:
    if how == "stranger":
        provider.signs_with = provider.stranger
    else:
        provider.algorithm = how
    assert sign_in(client).status_code == 403
    assert reason().startswith("token: ")
    assert not is_in(client)


@pytest.mark.parametrize(
    "answer", [(400, {"error": "x"}), (200, {}), (200, []), (200, {"id_token": "a.b.c"}), (500, "x")]
)
def test_a_provider_that_answers_nonsense_signs_nobody_in(
    client: Client, provider: Provider, person: User, answer: tuple[int, Any]
) -> None:
    provider.token_answer = answer
    assert sign_in(client).status_code == 403
    assert not is_in(client)


def test_userinfo_of_somebody_else_is_refused(client: Client, provider: Provider, person: User) -> None:
    provider.person = {"sub": "subject-1"}
    provider.userinfo = {"sub": "subject-2", "email": EMAIL, "email_verified": True}
    assert sign_in(client).status_code == 403
    assert reason() == "userinfo of another subject"


def test_a_state_works_once_in_its_own_browser_and_not_for_long(
    client: Client, provider: Provider, person: User
) -> None:
    address = go(client)
    stranger = Client()
    assert come_back(stranger, address).status_code == 403
    assert reason() == "state"
    assert not is_in(stranger)
    with mock.patch("time.time", return_value=time.time() + 601):
        assert come_back(client, address).status_code == 403
    assert come_back(client, address).status_code == 403
    again = go(client)
    assert come_back(client, again).status_code == 302
    assert is_in(client)
    assert come_back(client, again).status_code == 403


@pytest.mark.parametrize(
    "query", ["", "?state=x", "?code=x", "?error=access_denied", "?state=x&code=x&state=y"]
)
def test_coming_back_from_nowhere_is_refused(client: Client, provider: Provider, query: str) -> None:
    assert client.get(BACK + query).status_code == 403
    assert client.post(BACK + query).status_code in (403, 405)


def test_who_gives_up_at_the_provider_is_told(client: Client, provider: Provider, person: User) -> None:
    state = parse_qs(urlsplit(go(client)).query)["state"][0]
    response = client.get(BACK, {"state": state, "error": "access_denied", "error_description": "<b>no"})
    assert response.status_code == 403
    assert "<b>no" not in response.text
    assert reason() == "declined by the provider"
