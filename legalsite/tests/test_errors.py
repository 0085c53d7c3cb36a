"""Error pages keep the site's face, in the reader's language."""

from unittest.mock import patch

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from core.throttle import TooManyRequests
from core.version import VERSION

pytestmark = pytest.mark.django_db

BOTH_LANGUAGES = ('href="/fr/" lang="fr"', 'href="/en/" lang="en"')


@pytest.mark.parametrize(
    ("language", "heading"), [("fr", "Cette page n’existe pas"), ("en", "This page does not exist")]
)
def test_404_in_the_readers_language(client: Client, language: str, heading: str) -> None:
    response = client.get(f"/{language}/nothing/")
    assert response.status_code == 404
    assert f"<h1>{heading}</h1>" in response.text
    assert f'<html lang="{language}">' in response.text
    assert "wordmark" in response.text


@pytest.mark.parametrize("path", ["/de/", "/de/documents/", "/xx/documents/ict-terms/"])
def test_an_unknown_language_gets_links_in_both(client: Client, path: str) -> None:
    response = client.get(path, headers={"Accept-Language": "en"})
    assert response.status_code == 404
    assert all(link in response.text for link in BOTH_LANGUAGES)
    assert "This page does not exist" in response.text


def test_development_shows_the_same_404_page(client: Client, settings: Settings) -> None:
    settings.DEBUG = True
    response = client.get("/de/", headers={"Accept-Language": "en"})
    assert response.status_code == 404
    assert all(link in response.text for link in BOTH_LANGUAGES)
    assert client.get("/", headers={"Accept-Language": "en"})["Location"] == "/en/"


@pytest.mark.parametrize(
    ("error", "status", "heading"),
    [
        (SuspiciousOperation(), 400, "The request could not be understood"),
        (PermissionDenied(), 403, "You may not open this page"),
        (RuntimeError("a fault"), 500, "A technical error occurred"),
        (OperationalError("a fault"), 503, "The portal is not available at the moment"),
    ],
)
def test_error_pages(client: Client, error: Exception, status: int, heading: str) -> None:
    client.raise_request_exception = False
    with patch("legalsite.home.render", side_effect=error):
        response = client.get("/en/")
    assert response.status_code == status
    assert f"<h1>{heading}</h1>" in response.text
    assert '<html lang="en">' in response.text
    assert "masthead" in response.text
    assert all(link in response.text for link in BOTH_LANGUAGES)
    assert "a fault" not in response.text


@pytest.mark.parametrize(("seconds", "words"), [(59, "Wait a minute"), (61, "Wait 2 minutes")])
def test_429_says_for_how_long(client: Client, seconds: int, words: str) -> None:
    with patch("legalsite.home.render", side_effect=TooManyRequests(retry_after=seconds)):
        response = client.get("/en/")
    assert (response.status_code, response["Retry-After"]) == (429, str(seconds))
    assert words in response.text


def test_500_does_not_touch_the_database(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.raise_request_exception = False
    with django_assert_num_queries(0), patch("legalsite.home.timezone.localdate", side_effect=RuntimeError):
        assert client.get("/fr/").status_code == 500


def test_a_foreign_host_is_refused(client: Client) -> None:
    response = client.get("/en/", headers={"Host": "evil.example.com"})
    assert response.status_code == 400
    assert "evil" not in response.text


def test_healthz_needs_nothing(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        response = client.get(reverse("healthz"))
    assert (response.status_code, response.text) == (200, f"ok {VERSION}\n")


def test_the_page_of_a_fault_names_the_request(client: Client) -> None:
    client.raise_request_exception = False
    for fault, status in ((RuntimeError, 500), (OperationalError, 503)):
        with patch("legalsite.home.timezone.localdate", side_effect=fault):
            response = client.get("/en/")
        assert response.status_code == status
        assert f"<code>{response.headers['X-Request-ID']}</code>" in response.text
    assert "<code>" not in client.get("/en/nowhere/").text
