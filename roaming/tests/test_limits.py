"""Lookups have a limit by network, pages and programs together, and each is told in its own way."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_lookups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Allow two a minute."""
    for module in ("views", "api"):
        monkeypatch.setattr(f"roaming.{module}.LOOKUPS_A_MINUTE", 2)


def test_pages_and_programs_are_counted_together(client: Client) -> None:
    assert client.get("/en/roaming/", {"q": "tunisia"}).status_code == 200
    assert client.get("/api/destinations/", {"q": "TN"}).status_code == 200
    page = client.get("/en/roaming/", {"q": "tunisia"})
    assert (page.status_code, "Too many requests" in page.text) == (429, True)
    answer = client.get("/api/destinations/", {"q": "TN", "lang": "en"})
    assert answer.status_code == 429
    assert answer.json()["error"].startswith("Many requests came from your network")
    assert 0 < int(answer["Retry-After"]) <= 60
    assert answer["Access-Control-Allow-Origin"] == "*"
    french = client.get("/api/destinations/", {"q": "TN", "lang": "fr"})
    assert french.json()["error"].startswith("De nombreuses demandes")
    assert client.get("/en/roaming/").status_code == 200


def test_another_network_is_not_concerned(client: Client, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1
    for _time in range(3):
        client.get("/api/destinations/", {"q": "TN"}, headers={"X-Forwarded-For": "198.51.100.7"})
    other = client.get("/api/destinations/", {"q": "TN"}, headers={"X-Forwarded-For": "203.0.113.7"})
    assert other.status_code == 200
