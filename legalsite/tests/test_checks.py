"""`manage.py check --deploy` names what is set unsafely, and nothing when all is well."""

from pathlib import Path
from typing import Any

import pytest
from django.core.checks import Warning as Warned
from django.core.checks.registry import registry as registered
from django.db import connection
from django.db.models import QuerySet
from pytest_django.fixtures import Settings

from core.models import ContactDetails
from documents.models import Edition
from legalsite.checks import check_configuration

pytestmark = pytest.mark.django_db

SAFE: dict[str, Any] = {
    "SITE_URL": "https://portal.test",
    "ALLOWED_HOSTS": ["portal.test"],
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "TRUSTED_PROXIES": 1,
    "HTTPS": True,
    "X_ACCEL": True,
    "WEB_CONCURRENCY": 2,
    "CACHE_URL": "redis://127.0.0.1:6379/0",
    "DATABASE_POOL": 0,
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "EMAIL_HOST": "mail.portal.test",
    "EMAIL_USE_TLS": True,
    "DEFAULT_FROM_EMAIL": "Legal <legal@portal.test>",
    "SECURITY_CONTACT": "mailto:security@portal.test",
    "SECURITY_EXPIRES": "2099-01-01T00:00:00Z",
    "LOAD_SPECIMENS": False,
    "CLAMAV_SOCKET": "unix:/run/clamav/clamd.ctl",
}


def mark_specimens(are: bool) -> None:
    """Say of every edition whether it is a specimen, past what freezes them."""
    QuerySet(Edition).update(is_specimen=are)


@pytest.fixture
def safe(settings: Settings, tmp_path: Path) -> Settings:
    """Set everything as it should be."""
    for name, value in SAFE.items():
        setattr(settings, name, value)
    settings.DATA_DIR = tmp_path
    settings.S3_OPTIONS = {"endpoint_url": None}
    tmp_path.chmod(0o710)
    mark_specimens(False)
    return settings


def found() -> list[str | None]:
    return [message.id for message in check_configuration(None)]


def test_nothing_is_said_when_all_is_well(safe: Settings) -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("SITE_URL", "http://portal.test", "portal.W001"),
        ("SITE_URL", "https://portal.test/legal", "portal.W002"),
        ("SITE_URL", "https://other.test", "portal.W003"),
        ("ALLOWED_HOSTS", ["portal.test", "*"], "portal.W004"),
        ("ALLOWED_HOSTS", [".portal.test"], "portal.W004"),
        ("TRUSTED_PROXIES", 0, "portal.W011"),
        ("HTTPS", False, "portal.W013"),
        ("CACHE_URL", "", "portal.W021"),
        ("CACHE_URL", "redis://cache.portal.test/0", "portal.W022"),
        ("S3_OPTIONS", {"endpoint_url": "http://s3.portal.test"}, "portal.W022"),
        ("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend", "portal.W031"),
        ("EMAIL_USE_TLS", False, "portal.W032"),
        ("DEFAULT_FROM_EMAIL", "portal@example.lu", "portal.W033"),
        ("DEFAULT_FROM_EMAIL", "Legal <portal@legal.example.com>", "portal.W033"),
        ("CLAMAV_SOCKET", "", "portal.I001"),
        ("SECURITY_CONTACT", "", "portal.I002"),
        ("SECURITY_CONTACT", "security@portal.test", "portal.W051"),
        ("SECURITY_EXPIRES", "next year", "portal.W052"),
        ("SECURITY_EXPIRES", "2026-01-01T00:00:00", "portal.W052"),
        ("SECURITY_EXPIRES", "2026-01-01T00:00:00Z", "portal.W053"),
        ("LOAD_SPECIMENS", True, "portal.W061"),
        ("OIDC_ISSUER", "https://sign-in.portal.test", "portal.W071"),
        ("OIDC_CLIENT_SECRET", "a secret", "portal.W071"),
        ("OIDC_SECOND_FACTOR_ACR", ["two"], "portal.W073"),
    ],
)
def test_each_unsafe_setting_is_named(safe: Settings, name: str, value: object, message: str) -> None:
    setattr(safe, name, value)
    assert found() == [message]


def test_an_example_as_address(safe: Settings) -> None:
    safe.SITE_URL, safe.ALLOWED_HOSTS = "https://legal.example.lu", ["legal.example.lu"]
    assert found() == ["portal.W005"]


def test_a_provider_of_single_sign_on(safe: Settings) -> None:
    safe.OIDC_ISSUER, safe.OIDC_CLIENT_ID = "http://sign-in.portal.test", "portal"
    messages = check_configuration(None)
    assert [message.id for message in messages] == ["portal.W071", "portal.W072"]
    assert "OIDC_CLIENT_SECRET missing" in messages[0].msg
    safe.OIDC_ISSUER, safe.OIDC_CLIENT_SECRET = "https://sign-in.portal.test", "a secret"
    safe.OIDC_SECOND_FACTOR_ACR = ["two"]
    assert found() == []


def test_a_proxy_that_is_counted_but_not_believed(safe: Settings) -> None:
    safe.SECURE_PROXY_SSL_HEADER = None
    assert found() == ["portal.W012", "portal.W014"]


def test_a_pool_without_its_database(safe: Settings) -> None:
    safe.DATABASE_POOL = 8
    assert found() == ([] if connection.vendor == "postgresql" else ["portal.W023"])


def test_a_folder_that_others_may_enter(safe: Settings) -> None:
    safe.DATA_DIR.chmod(0o755)
    messages = check_configuration(None)
    assert [message.id for message in messages] == ["portal.W041"]
    assert "755" in messages[0].msg


def test_an_environment_that_others_may_read(safe: Settings, tmp_path: Path) -> None:
    safe.BASE_DIR = tmp_path
    (tmp_path / ".env").write_text("SECRET_KEY=")
    (tmp_path / ".env").chmod(0o640)
    assert found() == []
    (tmp_path / ".env").chmod(0o644)
    assert found() == ["portal.W043"]


def test_content_that_is_not_the_companys(safe: Settings) -> None:
    mark_specimens(True)
    assert found() == ["portal.W062"]


def test_contact_details_that_are_not_there(safe: Settings) -> None:
    ContactDetails.objects.update(privacy_email="")
    assert found() == ["portal.W064"]
    ContactDetails.objects.all().delete()
    assert found() == ["portal.W063"]


def test_every_message_says_what_to_do_and_belongs_to_the_deployment_check(safe: Settings) -> None:
    safe.LOAD_SPECIMENS = True
    assert all(isinstance(message, Warned) and message.hint for message in check_configuration(None))
    assert check_configuration in registered.get_checks(include_deployment_checks=True)
    assert check_configuration not in registered.get_checks()
