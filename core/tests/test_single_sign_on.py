"""Single sign-on against a real provider on loopback: who gets in, and what it leads to."""

import subprocess
import sys
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django.fixtures import Settings

from core.models import AuditEntry, SignInIdentity
from core.tests.sign_in_provider import BACK, LEAVE, SECRET, Provider, is_in, reason, sign_in

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/"
EMAIL = "person@example.lu"


@pytest.fixture
def person() -> User:
    return User.objects.create_user("example-person", email=EMAIL, is_staff=True, is_superuser=True)


def test_without_settings_there_is_no_such_page(client: Client) -> None:
    assert client.get(LEAVE).status_code == 404
    assert client.get(BACK).status_code == 404
    assert LEAVE not in client.get(LOGIN).text


@pytest.mark.parametrize("missing", ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"])
def test_half_set_it_is_off(client: Client, provider: Provider, settings: Settings, missing: str) -> None:
    setattr(settings, missing, "")
    assert client.get(LEAVE).status_code == 404
    assert LEAVE not in client.get(LOGIN).text


def test_without_settings_nothing_of_it_is_loaded() -> None:
    code = (
        "import django, sys; django.setup(); from django.test import Client; from django.urls import reverse;"
        "reverse('admin:index'); sys.exit('mozilla_django_oidc' in sys.modules)"
    )
    env = {"DEBUG": "True", "DJANGO_SETTINGS_MODULE": "legalsite.settings", "PATH": "/usr/bin"}
    subprocess.run([sys.executable, "-c", code], check=True, env=env)  # noqa: S603 - our own words


def test_who_is_vouched_for_is_signed_in(client: Client, provider: Provider, person: User) -> None:
    page = client.get(LOGIN, {"next": "/admin/auth/user/"})
    assert f"{LEAVE}?next=%2Fadmin%2Fauth%2Fuser%2F" in page.text
    response = sign_in(client, "/admin/auth/user/")
    assert response["Location"] == "/admin/auth/user/"
    assert is_in(client)
    entry = AuditEntry.objects.get(action="signed_in")
    assert (entry.actor, entry.facts) == (
        "example-person",
        {"way": "single sign-on", "second_factor": "provider"},
    )
    assert AuditEntry.objects.filter(action="connected", actor="example-person").exists()


def test_the_request_has_state_nonce_and_pkce_and_our_own_address(
    client: Client, provider: Provider, settings: Settings
) -> None:
    settings.OIDC_SECOND_FACTOR_ACR = ["https://example.lu/two"]
    settings.ALLOWED_HOSTS = ["*"]
    left = client.get(LEAVE, headers={"host": "elsewhere.example.com"})
    asked = {name: value for name, [value] in parse_qs(urlsplit(left["Location"]).query).items()}
    assert left["Location"].startswith(f"{provider.address}/authorize?")
    assert asked["redirect_uri"] == settings.SITE_URL + BACK
    assert asked["code_challenge_method"] == "S256"
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 32
    assert (asked["scope"], asked["acr_values"]) == ("openid email", "https://example.lu/two")
    assert SECRET not in left["Location"]
    assert "no-store" in left["Cache-Control"]


def test_without_the_providers_second_factor_the_portal_asks_for_its_own(
    client: Client, provider: Provider, person: User
) -> None:
    provider.claims = {"amr": ["pwd"]}
    assert sign_in(client, "/admin/auth/group/")["Location"] == "/admin/login/enrol/"
    assert not is_in(client)
    client.get("/admin/login/enrol/")
    device = TOTPDevice.objects.get(user=person)
    totp = TOTP(device.bin_key)
    totp.time = time.time()
    client.post("/admin/login/enrol/", {"code": f"{totp.token():06}"})
    assert is_in(client)
    second = Client()
    assert sign_in(second, "/admin/auth/group/")["Location"] == "/admin/login/code/"
    assert not is_in(second)


@pytest.mark.parametrize(
    ("claims", "known", "vouched"),
    [
        ({"acr": "two"}, ["two"], True),
        ({"acr": "one"}, ["two"], False),
        ({"acr": "two"}, [], False),
        ({"amr": "mfa"}, [], False),
        ({"acr": None}, [], False),
    ],
)
def test_what_counts_as_a_second_factor(
    client: Client,
    provider: Provider,
    person: User,
    settings: Settings,
    claims: dict[str, Any],
    known: list[str],
    vouched: bool,
) -> None:
    settings.OIDC_SECOND_FACTOR_ACR = known
    provider.claims = claims
    sign_in(client)
    assert is_in(client) is vouched


def test_the_account_stays_that_of_the_subject(client: Client, provider: Provider, person: User) -> None:
    sign_in(client)
    User.objects.filter(pk=person.pk).update(email="renamed@example.lu")
    User.objects.create_user("example-other", email=EMAIL, is_staff=True)
    second = Client()
    sign_in(second)
    assert second.session["_auth_user_id"] == str(person.pk)
    # The address went to somebody else at the provider.
    provider.person = {**provider.person, "sub": "subject-2", "email": "renamed@example.lu"}
    third = Client()
    assert sign_in(third).status_code == 403
    assert reason() == "account of another subject"


def test_connected_by_hand_no_address_is_needed(client: Client, provider: Provider, person: User) -> None:
    SignInIdentity.objects.create(user=person, issuer=provider.address, subject="subject-1")
    provider.person = {"sub": "subject-1"}
    provider.metadata = {"userinfo_endpoint": None}
    sign_in(client)
    assert is_in(client)


def test_the_address_may_come_from_userinfo(client: Client, provider: Provider, person: User) -> None:
    provider.person = {"sub": "subject-1"}
    provider.userinfo = {"sub": "subject-1", "email": EMAIL, "email_verified": True}
    sign_in(client)
    assert is_in(client)


@pytest.mark.parametrize(
    "to",
    ["https://elsewhere.example.com/", "//elsewhere.example.com", "/\\elsewhere.example.com", "javascript:1"],
)
def test_it_leads_nowhere_else(client: Client, provider: Provider, person: User, to: str) -> None:
    assert sign_in(client, to)["Location"] == "/admin/"


@pytest.mark.parametrize(
    "metadata",
    [{"issuer": "http://127.0.0.1:1"}, {"token_endpoint": 5, "issuer": None}],
)
def test_a_provider_that_is_another_is_not_asked(
    client: Client, provider: Provider, metadata: dict[str, Any]
) -> None:
    provider.metadata = metadata
    assert client.get(LEAVE).status_code == 503


def test_a_provider_that_is_gone_leaves_the_password(
    client: Client, provider: Provider, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.OIDC_ISSUER = "http://127.0.0.1:1"
    response = client.get(LEAVE)
    assert response.status_code == 503
    assert f'href="{LOGIN}"' in response.text
    assert "single sign-on refused: provider: ConnectionError" in caplog.messages


def test_who_asks_too_often_waits(client: Client, provider: Provider) -> None:
    answers = {client.get(BACK).status_code for _ in range(31)}
    assert answers == {403, 429}


def test_what_was_typed_comes_back(client: Client, provider: Provider, person: User) -> None:
    address = reverse("admin:core_banner_add")
    refused = client.post(address, {"text_en": "A word & <b>"})
    carried = refused.text.split('name="carried" value="')[1].split('"')[0]
    page = client.post(LEAVE, {"carried": carried, "username": "", "password": ""})
    assert f'href="{LEAVE}"' in page.text
    back = sign_in(client)
    assert back.status_code == 200
    assert "A word &amp; &lt;b&gt;" in back.text
    assert f'action="{address}"' in back.text


def test_what_was_typed_does_not_fill_the_disk(client: Client, provider: Provider) -> None:
    forged = client.post(LEAVE, {"carried": "eyJhIjoxfQ:1sABCD:forged"})
    assert (forged.status_code, forged["Location"]) == (302, LEAVE)
    assert client.post(LEAVE, {"carried": "x" * 200_001}).status_code == 413
    assert not client.session.keys()
    assert {client.post(LEAVE, {"carried": "x"}).status_code for _ in range(20)} == {302, 429}


def test_what_was_typed_does_not_come_to_who_signs_in_from_the_start(
    client: Client, provider: Provider, person: User
) -> None:
    refused = client.post(reverse("admin:core_banner_add"), {"text_en": "A word"})
    carried = refused.text.split('name="carried" value="')[1].split('"')[0]
    client.post(LEAVE, {"carried": carried})
    assert sign_in(client, "/admin/")["Location"] == "/admin/"


def test_superusers_connect_and_disconnect(client: Client, provider: Provider, person: User) -> None:
    sign_in(client)
    other = User.objects.create_user("example-other", is_staff=True)
    add = reverse("admin:core_signinidentity_add")
    assert client.post(add, {"user": other.pk, "issuer": "x", "subject": "y"}).status_code == 302
    made = SignInIdentity.objects.get(user=other)
    listed = reverse("admin:core_signinidentity_changelist")
    assert "example-other" in client.get(listed).text
    data = {"action": "delete_selected", "_selected_action": [made.pk], "post": "yes"}
    assert client.post(listed, data).status_code == 302
    assert not SignInIdentity.objects.filter(user=other).exists()
    for action in ("connected", "disconnected"):
        entry = AuditEntry.objects.filter(action=action).latest("pk")
        assert (entry.actor, entry.subject) == ("example-person", "example-other")
