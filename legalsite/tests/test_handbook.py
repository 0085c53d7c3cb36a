"""The handbook for staff: complete in both languages, true to what the screens say, for staff only."""

import gettext
import re
from pathlib import Path

import pytest
from django.contrib import admin, auth
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import translation

from core.bilingual import LANGUAGES
from legalsite.handbook_pages import LABEL, PICTURES, Page, pages
from legalsite.tests.test_house import FRENCH_GAPS
from scripts import messages

ALL = [page for language in LANGUAGES for page in pages(language)]

LARGEST = 60_000
"""Bytes of a picture, so that the handbook opens on a telephone too."""


def catalogued() -> set[tuple[str | None, str]]:
    """Return context and English of everything that the screens can say: the portal's words and Django's."""
    found: set[tuple[str | None, str]] = set()
    for message in messages.read(messages.ROOT):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        found |= {(message.context, str(each)) for each in ids if message.string}
    for module in (admin, auth):
        folder = Path(str(module.__file__)).parent / "locale"
        django = gettext.translation("django", folder, ["fr"])
        assert isinstance(django, gettext.GNUTranslations)
        found |= {(None, key) for key in django._catalog if isinstance(key, str)}  # type: ignore[attr-defined]  # no public way to list them
    return found


def words(page: Page) -> str:
    return LABEL.sub("", page.source)


@pytest.fixture
def staff(client: Client, db: None) -> Client:
    client.force_login(User.objects.create_user("example-staff", is_staff=True))
    return client


@pytest.mark.parametrize("page", ALL, ids=lambda page: f"{page.language}/{page.slug}")
def test_every_label_is_what_the_screen_says(page: Page) -> None:
    known = catalogued()
    assert [label for label in page.labels() if label not in known] == []


def test_a_label_that_no_screen_has_would_be_found() -> None:
    page = Page("example", "fr", "Example", "Choose {{Make it so}} or {{texts|Announced}}.")
    assert [label for label in page.labels() if label not in catalogued()] == [(None, "Make it so")]


def test_a_label_is_shown_in_the_language_of_the_page() -> None:
    page = Page("example", "fr", "Exemple", "Choisissez {{Submit for review}}, puis {{texts|Announced}}.")
    shown = "".join(str(block) for block in page.blocks())
    assert "<strong>Soumettre à relecture</strong>, puis <strong>Annoncées</strong>" in shown


def test_both_languages_have_the_same_pages_labels_and_pictures() -> None:
    french, english = pages("fr"), pages("en")
    assert [page.slug for page in french] == [page.slug for page in english]
    assert len({page.slug for page in french}) == len(french) >= 8
    for one, other in zip(french, english, strict=True):
        # In another order where the sentence asks for it.
        assert sorted(map(str, one.labels())) == sorted(map(str, other.labels())), one.slug
        assert one.pictures() == other.pictures(), one.slug
        headings = [re.findall(r"^##+ ", page.source, re.MULTILINE) for page in (one, other)]
        assert headings[0] == headings[1], one.slug


def test_the_french_pages_have_french_spaces() -> None:
    for page in pages("fr"):
        for line in [page.title, *words(page).splitlines()]:
            text = re.sub(r"!\[|\]\([^)]*\)|`[^`]*`", "", line)
            assert not FRENCH_GAPS.search(text), line
            assert "'" not in text, line


def test_every_picture_is_small_and_used() -> None:
    for language in LANGUAGES:
        wanted = {name for page in pages(language) for name in page.pictures()}
        there = {path.stem: path for path in (PICTURES / language).glob("*.png")}
        assert there.keys() == wanted
        assert {name for name, path in there.items() if path.stat().st_size > LARGEST} == set()


def test_links_within_the_handbook_lead_to_pages() -> None:
    for page in ALL:
        leads = set(re.findall(r"\]\(\.\./([a-z-]+)/\)", page.source))
        assert leads <= {each.slug for each in ALL}, page.slug


@pytest.mark.parametrize("language", LANGUAGES)
def test_staff_read_it_in_their_language(staff: Client, language: str) -> None:
    staff.cookies["django_language"] = language
    contents = staff.get(reverse("admin:handbook"))
    found = pages(language)
    for place, page in enumerate(found):
        address = reverse("admin:handbook-page", args=[page.slug])
        assert f'<a href="{address}">{page.title}</a>' in contents.text
        response = staff.get(address)
        with translation.override(language):
            assert f"<h1>{page.title}</h1>" in response.text
        for neighbour, relation in ((place - 1, "prev"), (place + 1, "next")):
            is_there = 0 <= neighbour < len(found)
            assert (f'rel="{relation}"' in response.text) is is_there
            if is_there:
                assert reverse("admin:handbook-page", args=[found[neighbour].slug]) in response.text
        assert "{{" not in response.text
        assert response.text.count("<img ") == len(page.pictures())


def test_the_head_of_the_admin_leads_to_it(staff: Client) -> None:
    assert f'href="{reverse("admin:handbook")}"' in staff.get(reverse("admin:index")).text


def test_a_page_that_does_not_exist_is_not_found(staff: Client) -> None:
    assert staff.get(reverse("admin:handbook-page", args=["nothing"])).status_code == 404


@pytest.mark.django_db
def test_nobody_else_reads_it(client: Client) -> None:
    for address in (reverse("admin:handbook"), reverse("admin:handbook-page", args=["publish"])):
        assert client.get(address).status_code == 302
        client.force_login(User.objects.get_or_create(username="example-reader")[0])
        assert client.get(address).status_code == 302
        client.logout()
