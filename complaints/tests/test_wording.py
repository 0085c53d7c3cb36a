"""The templates of messages: what staff can write there, what is refused, and what loading leaves alone."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from complaints.models import MessageKind, Template
from complaints.models.wording import COMMON, OWN
from complaints.tests.factories import make_complaint, make_staff
from complaints.wording_preview import preview

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client: Client) -> User:
    user = make_staff("editor", "view_document")
    kinds = ("view_template", "change_template")
    user.user_permissions.set(
        Permission.objects.filter(codename__in=kinds, content_type__app_label="complaints")
    )
    client.force_login(user)
    return user


def template(kind: MessageKind = MessageKind.DELAY, language: str = "en") -> Template:
    return Template.objects.get(kind=kind, language=language)


def save(client: Client, wording: Template, **changes: str) -> Any:
    # As a browser sends them.
    text = changes.pop("text", wording.text).replace("\n", "\r\n")
    return client.post(url(wording), {"subject": wording.subject, "text": text, **changes})


def url(wording: Template) -> str:
    return reverse("admin:complaints_template_change", args=[wording.pk])


def test_what_is_loaded_is_in_order_in_both_languages() -> None:
    found = set(Template.objects.values_list("kind", "language"))
    assert found == {(kind, language) for kind in MessageKind for language in ("fr", "en")}
    for wording in Template.objects.all():
        wording.full_clean()


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"text": "{causes} {until_on} {nonsense}"}, "text", "{nonsense}"),
        ({"text": "{causes} {until_on} {owner}"}, "text", "{owner}"),
        ({"text": "{causes}"}, "text", "{until_on}"),
        ({"text": "{until_on}"}, "text", "{causes}"),
        ({"text": "{causes} {until_on} {"}, "text", "accolade"),
        ({"text": "{causes} {until_on} }"}, "text", "accolade"),
        ({"text": "{{causes}} {until_on}"}, "text", "accolade"),
        ({"text": "{causes} {until_on} {due on}"}, "text", "accolade"),
        ({"subject": "{nonsense}"}, "subject", "{nonsense}"),
        ({"subject": "Delay {"}, "subject", "accolade"),
        ({"subject": " "}, "subject", "objet"),
        ({"text": " "}, "text", ""),
    ],
)
def test_a_mistake_is_named_beside_its_field_and_nothing_is_saved(
    client: Client, editor: User, changes: dict[str, str], field: str, words: str
) -> None:
    wording = template()
    before = (wording.subject, wording.text)
    response = save(client, wording, **changes)
    assert response.status_code == 200
    errors = response.context["adminform"].form.errors
    assert list(errors) == [field]
    assert words in " ".join(errors[field])
    wording.refresh_from_db()
    assert (wording.subject, wording.text) == before


@pytest.mark.parametrize("kind", OWN)
def test_every_placeholder_of_its_own_is_needed(kind: MessageKind) -> None:
    for name in OWN[kind]:
        wording = template(kind)
        wording.text = wording.text.replace(f"{{{name}}}", "")
        with pytest.raises(ValidationError) as refused:
            wording.full_clean()
        assert list(refused.value.message_dict) == ["text"]
        assert f"{{{name}}}" in refused.value.message_dict["text"][0]


def test_the_paragraph_needs_no_subject(client: Client, editor: User) -> None:
    wording = template(MessageKind.MANAGEMENT)
    assert wording.subject == ""
    assert save(client, wording, text="Write to {complaints_email}.").status_code == 302
    wording.refresh_from_db()
    assert wording.text == "Write to {complaints_email}."


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", MessageKind)
def test_the_page_shows_the_placeholders_and_an_example(
    client: Client, editor: User, kind: MessageKind, language: str
) -> None:
    wording = template(kind, language)
    client.cookies["django_language"] = language
    page = client.get(url(wording)).text
    assert f'<html lang="{language}"' in page
    for name in (*COMMON, *OWN.get(kind, ())):
        assert f"{{{name}}}" in page
    subject, text = preview(wording)
    assert "{" not in subject + text
    assert page.count("<pre>") == 1
    if kind != MessageKind.MANAGEMENT:
        assert f"<strong>{subject}</strong>" in page
        assert "R26-XXXX-XXXX" in subject


def test_the_example_is_in_the_language_of_the_template() -> None:
    path = {
        language: preview(template(MessageKind.ACKNOWLEDGEMENT, language))[1] for language in ("fr", "en")
    }
    assert "/en/" in path["en"]
    assert "/en/" not in path["fr"]


def test_hostile_wording_is_shown_as_words(client: Client, editor: User) -> None:
    wording = template()
    save(client, wording, text="<script>x</script> {causes} {until_on}", subject="<b>x</b>")
    page = client.get(url(wording)).text
    assert "&lt;script&gt;x" in page
    assert "<script>x" not in page
    assert "<b>x" not in page


def test_what_staff_write_is_what_complainants_read_and_stays(client: Client, editor: User) -> None:
    wording = template(MessageKind.ACKNOWLEDGEMENT)
    assert (
        save(client, wording, subject="Got it {reference}", text="Hello {name}.\n\nBye.").status_code == 302
    )
    call_command("load_content", verbosity=0)
    wording.refresh_from_db()
    assert (wording.subject, wording.text) == ("Got it {reference}", "Hello {name}.\n\nBye.")
    complaint = make_complaint("en", full_name="{reference} {{ name }}")
    message = complaint.messages.get()
    assert message.subject == f"Got it {complaint.reference}"
    assert message.text == "Hello {reference} {{ name }}.\n\nBye.\n"


def test_saving_without_a_change_is_no_edit(client: Client, editor: User) -> None:
    wording = template()
    assert save(client, wording).status_code == 302
    unchanged = template()
    assert (unchanged.subject, unchanged.text) == (wording.subject, wording.text)


def test_templates_are_neither_added_nor_deleted_nor_renamed(client: Client, editor: User) -> None:
    wording = template()
    assert client.get(reverse("admin:complaints_template_add")).status_code == 403
    delete = reverse("admin:complaints_template_delete", args=[wording.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403
    save(client, wording, kind="answer", language="fr")
    wording.refresh_from_db()
    assert (wording.kind, wording.language) == ("delay", "en")


def test_who_only_looks_does_not_write(client: Client) -> None:
    user = make_staff("clerk", "view_complaint")
    user.user_permissions.add(
        Permission.objects.get(codename="view_template", content_type__app_label="complaints")
    )
    client.force_login(user)
    wording = template()
    assert client.get(url(wording)).status_code == 200
    assert save(client, wording, subject="Changed").status_code == 403
    wording.refresh_from_db()
    assert wording.subject != "Changed"
