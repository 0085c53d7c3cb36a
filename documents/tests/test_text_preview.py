"""The preview of page texts while they are typed, and how two wordings differ."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import translation

from documents import text_preview
from documents.models import Edition
from documents.parallel import differences
from documents.rendering import render
from documents.tests.factories import make_document, make_edition, make_version

ARTICLES = "## Article 1 – Objet\n\n1.1 Exemple.\n\n1.2 Exemple.\n\n## Article 2 – Durée\n\nExemple."


@pytest.fixture
def editor(client: Client, db: None) -> User:
    user = User.objects.create_user("example-editor", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=("view_version", "change_version")))
    client.force_login(user)
    return user


def address() -> str:
    return reverse("admin:documents_version_preview")


def test_the_text_is_rendered_as_for_readers(client: Client, editor: User) -> None:
    text = "## Exemple\n\nUn **mot** et un <script>alert(1)</script> [lien](javascript:alert(1))."
    answer = client.post(address(), {"fr": text, "en": ""}).json()
    assert answer["texts"] == {"fr": render(text).html, "en": ""}
    assert "<script" not in answer["texts"]["fr"]


def test_nothing_is_kept(client: Client, editor: User) -> None:
    editions = Edition.objects.count()
    response = client.post(address(), {"fr": "## Exemple gizmotron", "en": "Example"})
    assert "no-store" in response["Cache-Control"]
    assert Edition.objects.count() == editions
    before = render.cache_info().currsize
    client.post(address(), {"fr": "## Encore un autre exemple", "en": "Still another example"})
    assert render.cache_info().currsize == before


def test_what_the_translation_lacks_is_named(client: Client, editor: User) -> None:
    client.cookies["django_language"] = "en"
    answer = client.post(address(), {"fr": ARTICLES, "en": "## Article 1 – Purpose\n\n1.1 Example."}).json()
    assert [words.split(" ", 1)[0] for words in answer["differences"]] == ["English", "English"]
    assert "“1.2”" in answer["differences"][0]
    assert "“Article 2 – Durée”" in answer["differences"][1]


def test_reading_only_is_not_enough(client: Client, db: None) -> None:
    reader = User.objects.create_user("example-reader", is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename="view_version"))
    client.force_login(reader)
    assert client.post(address(), {"fr": "Exemple"}).status_code == 403


def test_only_a_form_asks_for_it(client: Client, editor: User) -> None:
    assert client.get(address()).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(editor)
    assert strict.post(address(), {"fr": "Exemple"}).status_code == 403


def test_it_is_limited(client: Client, editor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_preview, "MOST_A_MINUTE", 2)
    answers = [client.post(address(), {"fr": "Exemple"}).status_code for _time in range(3)]
    assert answers == [200, 200, 429]


@pytest.mark.parametrize(
    ("french", "english", "expected"),
    [
        (ARTICLES, ARTICLES, []),
        (ARTICLES, "", []),
        ("## Un\n\n## Deux", "## One\n\n## Two", []),
        ("## Un\n\n## Deux", "## One", ["numbers"]),
        ("Exemple", "## Article 3. Example", ["article"]),
    ],
)
def test_wordings_are_compared_by_number_then_by_how_many_headings(
    french: str, english: str, expected: list[str]
) -> None:
    with translation.override("en"):
        found = differences({"fr": french, "en": english})
    kinds = ["numbers" if "number of headings" in words else "article" for words in found]
    assert kinds == expected
    if expected == ["article"]:
        assert found == ["French has no counterpart of “Article 3. Example”."]
    if expected == ["numbers"]:
        assert found == ["The texts do not have the same number of headings: French 2, English 1."]


@pytest.mark.django_db
def test_the_form_says_it_without_a_script_too(admin_client: Client) -> None:
    version = make_version(make_document(), "2100-01-01", published=False, text=ARTICLES)
    make_edition(version, language="en", text="## Article 1 – Purpose")
    admin_client.cookies["django_language"] = "en"
    page = admin_client.get(reverse("admin:documents_version_change", args=[version.pk])).text
    assert "“Article 2 – Durée”" in page
    # French first, each with its place for the preview.
    assert page.index('data-language="fr"') < page.index('data-language="en"')
    assert page.count('class="live__text"') == 2
