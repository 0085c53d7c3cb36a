"""What every response carries, whoever made it: pages, files, redirects, refusals and faults."""

import re
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.test import Client
from pytest_django.fixtures import Settings

from documents.models import Edition

pytestmark = pytest.mark.django_db

ADDRESSES = {
    "page": ("/en/", 200),
    "form": ("/en/complaints/new/", 200),
    "search": ("/en/search/?q=complaint", 200),
    "feed": ("/en/documents/feed/", 200),
    "CSV file": ("/en/roaming/zones.csv", 200),
    "JSON": ("/api/destinations/?q=tunisie", 200),
    "wrong JSON": ("/api/destinations/?on=x", 400),
    "ZIP file": ("/en/documents/on-a-date/texts.zip?on=2026-11-23", 200),
    "sitemap": ("/sitemap.xml", 200),
    "robots": ("/robots.txt", 200),
    "health": ("/healthz", 200),
    "readiness": ("/readyz", 200),
    "static file": ("/static/css/portal.css", 200),
    "static file of the admin": ("/static/admin/css/base.css", 200),
    "redirect by language": ("/", 302),
    "redirect to the slash": ("/en/documents", 301),
    "admin": ("/admin/", 302),
    "sign-in": ("/admin/login/", 200),
    "nothing": ("/en/nothing/", 404),
    "nothing static": ("/static/nothing.css", 404),
    "refused form": ("/en/complaints/case/leave/", 405),
}


def check(response: Any, hsts: bool = False) -> None:
    """Assert the headers of any response."""
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] in ("same-origin", "cross-origin")
    assert "camera=()" in response["Permissions-Policy"]
    assert ("Strict-Transport-Security" in response) == hsts


@pytest.mark.parametrize("name", ADDRESSES)
def test_every_kind_of_response(client: Client, name: str) -> None:
    address, status = ADDRESSES[name]
    response = client.get(address)
    assert response.status_code == status
    check(response)
    cross_origin = response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert cross_origin == address.startswith("/api/")


def test_a_published_file(client: Client) -> None:
    edition = Edition.objects.exclude(file="").filter(version__published_at__isnull=False).first()
    assert edition is not None
    check(client.get(edition.file_url))
    check(client.get(edition.file_url, headers={"Range": "bytes=0-9"}))
    check(client.get(edition.file_url, headers={"Range": "bytes=99999999-"}))
    check(client.get(edition.file_url, headers={"If-None-Match": f'"{edition.file_sha256}"'}))


@pytest.mark.parametrize(
    ("error", "status"),
    [(SuspiciousOperation(), 400), (RuntimeError(), 500), (OperationalError(), 503)],
)
def test_faults(client: Client, error: Exception, status: int) -> None:
    client.raise_request_exception = False
    with patch("legalsite.home.render", side_effect=error):
        response = client.get("/en/")
    assert response.status_code == status
    check(response)


def test_a_form_without_its_secret() -> None:
    response = Client(enforce_csrf_checks=True).post("/en/complaints/new/", {})
    assert response.status_code == 403
    check(response)


def test_over_tls(client: Client, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    redirect = client.get("/en/")
    assert (redirect.status_code, redirect["Location"]) == (301, "https://testserver/en/")
    check(redirect)
    check(client.get("/en/", secure=True), hsts=True)
    refused = client.get("/en/", headers={"Host": "evil.example.com"})
    assert (refused.status_code, "Location" in refused) == (400, False)
    check(refused)


@pytest.mark.parametrize(
    "address", ["/en/", "/en/documents/", "/en/documents/cookies/", "/en/documents/feed/", "/sitemap.xml"]
)
def test_no_address_comes_from_the_host_that_was_asked(
    client: Client, settings: Settings, address: str
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    response = client.get(
        address, headers={"Host": "evil.example.com", "X-Forwarded-Host": "evil.example.com"}
    )
    assert response.status_code == 200
    assert "evil.example.com" not in response.text
    assert settings.SITE_URL in response.text


@pytest.mark.parametrize(
    "target", ["https://evil.example.com/", "//evil.example.com/", "/\\evil.example.com"]
)
def test_no_redirect_leaves_the_portal(client: Client, target: str) -> None:
    user = User.objects.create_user("example", password="x" * 20, is_staff=True)
    answers = [
        client.post(f"/admin/login/?next={target}", {"username": user.username, "password": "x" * 20}),
        client.post("/admin/language/", {"language": "en", "next": target}, headers={"Referer": target}),
        client.get("/" + target),
        client.get(f"/en/{target}"),
    ]
    for answer in answers:
        assert not re.match(r"(https?:)?[/\\]{2}evil", answer.headers.get("Location", ""))


PERSONAL = [
    "/en/complaints/new/",
    "/en/complaints/follow/",
    "/en/privacy/",
    "/en/privacy/follow/",
    "/admin/login/",
]


@pytest.mark.parametrize("address", PERSONAL)
def test_pages_with_personal_data_are_kept_nowhere(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 200
    assert {"no-store", "private"} <= set(response["Cache-Control"].split(", "))


def test_pages_of_staff_are_kept_nowhere(admin_client: Client) -> None:
    for address in ("/admin/", "/admin/documents/version/", "/admin/jsi18n/", "/admin/logout/"):
        response = admin_client.get(address)
        assert {"no-store", "private"} <= set(response["Cache-Control"].split(", ")), address
        assert response["X-Robots-Tag"] == "noindex"
        check(response)


class TestSecurityTxt:
    """Where to report a weakness."""

    ADDRESS = "/.well-known/security.txt"

    def test_is_absent_until_both_are_given(self, client: Client, settings: Settings) -> None:
        assert client.get(self.ADDRESS).status_code == 404
        settings.SECURITY_CONTACT = "mailto:security@example.lu"
        assert client.get(self.ADDRESS).status_code == 404

    def test_names_the_contact_and_its_end(self, client: Client, settings: Settings) -> None:
        settings.SECURITY_CONTACT = "mailto:security@example.lu"
        settings.SECURITY_EXPIRES = "2027-06-30T00:00:00Z"
        response = client.get(self.ADDRESS)
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        assert response.text.splitlines() == [
            "Contact: mailto:security@example.lu",
            "Expires: 2027-06-30T00:00:00Z",
            "Preferred-Languages: fr, en",
            f"Canonical: {settings.SITE_URL}{self.ADDRESS}",
        ]
        check(response)
