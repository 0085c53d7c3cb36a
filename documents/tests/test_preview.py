"""A version can be read before it is published, by whoever has the link, for some days."""

import datetime

import pytest
from django.contrib.auth.models import User
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from documents.models import Version
from documents.preview import DAYS, SALT, preview_url
from documents.publishing import publish, submit
from documents.tests.factories import make_document, make_edition, make_version, pdf_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft() -> Version:
    version = make_version(make_document(), "2090-01-01", published=False, text="## Un\n\nTexte à relire.")
    make_edition(version, language="en", text="Text to review.", file=pdf_file())
    return version


def test_both_languages_without_an_account(client: Client, draft: Version) -> None:
    for language, words in (("fr", "Texte à relire."), ("en", "Text to review.")):
        with translation.override(language):
            response = client.get(preview_url(draft))
        assert words in response.text
        assert response["X-Robots-Tag"] == "noindex"
        assert '<meta name="robots" content="noindex">' in response.text
        assert "no-store" in response["Cache-Control"]
    assert "not published" in response.text


def test_queries(client: Client, draft: Version, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    address = preview_url(draft)
    with django_assert_num_queries(2):
        client.get(address)


def test_the_file_too_and_only_by_the_link(client: Client, draft: Version) -> None:
    token = signing.dumps(draft.pk, salt=SALT)
    with translation.override("en"):
        address = reverse("documents:preview-file", args=[token, "en"])
        assert address in client.get(preview_url(draft)).text
        missing = reverse("documents:preview-file", args=[token, "fr"])
    response = client.get(address)
    assert response.getvalue().startswith(b"%PDF-")
    assert "no-store" in response["Cache-Control"]
    assert client.get(missing).status_code == 404
    assert client.get("/documents/example-terms/2090-01-01/en.pdf").status_code == 404


@pytest.mark.parametrize("token", ["x", "MQ:1abc:forged", "%00"])
def test_a_forged_link_opens_nothing(client: Client, token: str) -> None:
    assert client.get(f"/en/documents/preview/{token}/").status_code == 404


def test_a_token_made_for_something_else_opens_nothing(client: Client, draft: Version) -> None:
    token = signing.dumps(draft.pk, salt="another")
    assert client.get(f"/en/documents/preview/{token}/").status_code == 404


def test_the_link_ends(client: Client, draft: Version, monkeypatch: pytest.MonkeyPatch) -> None:
    address = preview_url(draft)
    later = datetime.datetime.now(tz=datetime.UTC).timestamp() + DAYS * 24 * 3600
    monkeypatch.setattr("django.core.signing.time.time", lambda: later - 60)
    assert client.get(address).status_code == 200
    monkeypatch.setattr("django.core.signing.time.time", lambda: later + 60)
    assert client.get(address).status_code == 404


def test_once_published_it_leads_to_the_page(client: Client, draft: Version) -> None:
    address = preview_url(draft)
    publish(version=draft, by=None)
    response = client.get(address)
    assert (response.status_code, response["Location"]) == (302, draft.get_absolute_url())


def test_staff_find_the_links(client: Client, draft: Version) -> None:
    user = User.objects.create_superuser("example-admin")
    client.force_login(user)
    change = reverse("admin:documents_version_change", args=[draft.pk])
    page = client.get(change).text
    assert "/fr/documents/preview/" in page
    assert "/en/documents/preview/" in page
    submit(version=draft, by=user)
    assert "/en/documents/preview/" in client.get(change).text
