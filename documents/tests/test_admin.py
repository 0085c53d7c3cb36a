"""Editors write, approvers publish, and what is published can no longer be edited."""

import datetime
import re
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from documents.models import Document, Edition, Frozen, State, Version
from documents.publishing import last_step, note_edit, send_back, submit
from documents.tests.factories import make_document, make_edition, make_version, pdf_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client: Client) -> User:
    user = User.objects.create_user("example-editor", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="documents").exclude(codename="publish_version")
    )
    client.force_login(user)
    return user


def take(client: Client, version: Version, step: str, **data: str) -> Any:
    """Take a step as the form does, which knows what was seen."""
    return client.post(step_url(version, step), {"seen": last_step(version), **data})


def step_url(version: Version, step: str) -> str:
    return reverse("admin:documents_version_step", args=[version.pk, step])


def change_url(version: Version) -> str:
    return reverse("admin:documents_version_change", args=[version.pk])


def form_data(**changes: Any) -> dict[str, Any]:
    return {
        "revision": 1,
        "change_kind": "editorial",
        "change_summary_fr": "Exemple",
        "change_summary_en": "Example",
        "events-TOTAL_FORMS": 0,
        "events-INITIAL_FORMS": 0,
        "editions-TOTAL_FORMS": 1,
        "editions-INITIAL_FORMS": 0,
        "editions-0-language": "fr",
        **changes,
    }


def test_an_editor_prepares_a_version_with_a_file(client: Client, editor: User) -> None:
    document = make_document()
    data = form_data(
        document=document.pk, effective_on="2026-01-01", **{"editions-0-file": pdf_file(pages=2)}
    )
    response = client.post(reverse("admin:documents_version_add"), data)
    assert response.status_code == 302
    edition = Edition.objects.get(version__document=document)
    assert edition.file_pages == 2
    assert not edition.version.is_published
    assert "2 pages" in client.get(change_url(edition.version)).text


def test_a_file_that_is_no_pdf_is_refused_with_the_reason(client: Client, editor: User) -> None:
    document, file = make_document(), pdf_file()
    file.seek(0)
    broken = type(file)(b"<html>" + file.read(), name="example.pdf")
    data = form_data(document=document.pk, effective_on="2026-01-01", **{"editions-0-file": broken})
    response = client.post(reverse("admin:documents_version_add"), data)
    assert response.status_code == 200
    assert "The file is not a PDF." in response.text or "n’est pas un PDF" in response.text
    assert not Version.objects.filter(document=document).exists()


def approver(client: Client) -> User:
    user = User.objects.create_user("example-approver", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_version", "publish_version"]))
    client.force_login(user)
    return user


def test_from_draft_to_published_by_two_people(client: Client, editor: User) -> None:
    document = make_document()
    data = form_data(document=document.pk, effective_on="2026-01-01", **{"editions-0-text": "Texte"})
    client.post(reverse("admin:documents_version_add"), data)
    version = Version.objects.get(document=document)
    assert (version.author, list(version.events.values_list("step", flat=True))) == (editor, ["edited"])
    page = client.get(change_url(version)).text
    assert step_url(version, "submit") in page
    assert step_url(version, "approve") not in page
    take(client, version, "submit", note="Example")
    page = client.get(change_url(version)).text
    assert 'name="effective_on"' not in page
    assert step_url(version, "send_back") in page
    assert client.post(step_url(version, "approve")).status_code == 403
    someone = approver(client)
    assert step_url(version, "approve") in client.get(change_url(version)).text
    take(client, version, "approve", note="")
    client.get(step_url(version, "publish"))
    assert not Version.objects.get(pk=version.pk).is_published
    take(client, version, "publish")
    published = Version.objects.get(pk=version.pk)
    assert (published.state, published.published_by) == (State.PUBLISHED, someone)
    assert step_url(version, "withdraw") in client.get(change_url(version)).text


def test_whoever_may_do_both_still_cannot_approve_their_own(client: Client, editor: User) -> None:
    editor.user_permissions.add(Permission.objects.get(codename="publish_version"))
    version = make_version(make_document(), "2026-01-01", published=False)
    take(client, version, "submit", note="")
    page = take(client, version, "approve", note="kept")
    assert page.context["form"].non_field_errors()
    assert "kept" in page.text
    assert Version.objects.get(pk=version.pk).state == State.REVIEW


def test_what_is_missing_is_listed_instead_of_the_button(client: Client, editor: User) -> None:
    version = Version.objects.create(document=make_document(), effective_on="2026-01-01")
    page = client.get(change_url(version)).text
    assert step_url(version, "submit") not in page
    assert "next-step" in page
    assert take(client, version, "submit", note="").context["form"].non_field_errors()
    assert Version.objects.get(pk=version.pk).is_draft


def test_a_returned_version_can_be_edited_again(client: Client, editor: User) -> None:
    version = make_version(make_document(), "2026-01-01", published=False)
    take(client, version, "submit", note="")
    assert take(client, version, "send_back", note="").context["form"].errors["note"]
    take(client, version, "send_back", note="Article 2")
    page = client.get(change_url(version)).text
    assert 'name="effective_on"' in page
    assert "Article 2" in page


def test_a_version_is_withdrawn_with_a_reason(client: Client, editor: User) -> None:
    version = make_version(make_document(), "2026-01-01")
    approver(client)
    data = {"on": timezone.localdate().isoformat(), "reason_fr": "Exemple", "reason_en": ""}
    page = take(client, version, "withdraw", **data)
    assert page.context["form"].errors["reason_en"]
    take(client, version, "withdraw", **{**data, "reason_en": "Example"})
    assert Version.objects.get(pk=version.pk).state == State.WITHDRAWN


def test_there_is_no_other_step(client: Client, editor: User) -> None:
    version = make_version(make_document(), "2026-01-01", published=False)
    assert client.get(step_url(version, "example")).status_code == 404


def test_a_published_version_is_read_only(client: Client, editor: User) -> None:
    version = make_version(make_document(), "2026-01-01")
    page = client.get(change_url(version)).text
    assert 'name="effective_on"' not in page
    assert 'name="editions-0-text"' not in page
    assert version.get_absolute_url() in page
    data = form_data(document=version.document.pk, effective_on="2020-01-01")
    assert client.post(change_url(version), data).status_code == 403
    delete = reverse("admin:documents_version_delete", args=[version.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403
    assert Version.objects.get(pk=version.pk).effective_on == version.effective_on


def test_a_publication_in_the_meantime_is_said_instead_of_saved(client: Client, editor: User) -> None:
    version = make_version(make_document(), "2026-01-01", published=False)
    data = form_data(
        document=version.document.pk,
        effective_on="2020-01-01",
        seen=last_step(version),
        **{"editions-TOTAL_FORMS": 0},
    )
    with patch("documents.models.version.refuse_if_frozen", side_effect=Frozen):
        response = client.post(change_url(version), data, follow=True)
    assert response.redirect_chain == [(change_url(version), 302)]
    assert "messagelist" in response.text
    assert Version.objects.get(pk=version.pk).effective_on == version.effective_on


def test_two_editors_do_not_write_over_each_other(client: Client, editor: User) -> None:
    version = make_version(make_document(), "2026-01-01", published=False)
    seen = client.get(change_url(version)).context["adminform"].form.initial["seen"]
    data = form_data(document=version.document.pk, seen=seen, **{"editions-TOTAL_FORMS": 0})
    assert client.post(change_url(version), {**data, "effective_on": "2026-02-01"}).status_code == 302
    page = client.post(change_url(version), {**data, "effective_on": "2026-03-01"}).text
    assert "Un collègue a modifié cette version" in page
    assert 'value="2026-03-01"' in page
    assert Version.objects.get(pk=version.pk).effective_on == datetime.date(2026, 2, 1)


def test_two_versions_from_the_same_day_are_refused_in_words(client: Client, editor: User) -> None:
    version = make_version(make_document(), "2026-01-01")
    data = form_data(document=version.document.pk, effective_on="2026-01-01", **{"editions-0-text": "Text"})
    response = client.post(reverse("admin:documents_version_add"), data)
    assert response.status_code == 200
    assert version.document.versions.count() == 1


def test_staff_can_open_the_file_of_a_draft_and_nobody_else(client: Client, editor: User) -> None:
    version = make_version(make_document(), "2026-01-01", published=False)
    edition = make_edition(version, language="en", file=pdf_file())
    address = edition.file.url
    assert address in client.get(change_url(version)).text
    response = client.get(address)
    assert response.getvalue().startswith(b"%PDF-")
    editor.user_permissions.clear()
    assert client.get(address).status_code == 403
    client.logout()
    assert client.get(address).status_code == 302


def test_the_original_language_of_a_published_text_stays(client: Client, editor: User) -> None:
    document = make_document()
    change = reverse("admin:documents_document_change", args=[document.pk])
    assert 'name="original_language"' in client.get(change).text
    make_version(document, "2026-01-01")
    assert 'name="original_language"' not in client.get(change).text


def test_documents_that_came_with_the_portal_cannot_be_deleted(client: Client, editor: User) -> None:
    cookies = Document.objects.get(slug="cookies")
    delete = reverse("admin:documents_document_delete", args=[cookies.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403
    own = make_document()
    client.post(reverse("admin:documents_document_delete", args=[own.pk]), {"post": "yes"})
    assert set(Document.objects.filter(pk__in=[cookies.pk, own.pk])) == {cookies}


def test_the_address_of_a_document_is_chosen_once(client: Client, editor: User) -> None:
    document = make_document()
    page = client.get(reverse("admin:documents_document_change", args=[document.pk])).text
    assert 'name="slug"' not in page
    assert document.get_absolute_url() in page
    assert 'name="slug"' in client.get(reverse("admin:documents_document_add")).text


def test_nobody_approves_what_they_have_not_seen(client: Client, editor: User) -> None:
    version = make_version(make_document(), "2026-01-01", published=False)
    submit(version=version, by=editor)
    approver(client)
    seen = client.get(step_url(version, "approve")).context["seen"]
    send_back(version=version, by=editor, note="Example")
    version.editions.update(text="Other words.")
    submit(version=Version.objects.get(pk=version.pk), by=editor)
    page = client.post(step_url(version, "approve"), {"seen": seen, "note": ""})
    assert page.context["form"].non_field_errors()
    assert Version.objects.get(pk=version.pk).state == State.REVIEW


def test_a_draft_that_was_edited_can_be_deleted(client: Client, editor: User) -> None:
    version = make_version(make_document(), "2026-01-01", published=False)
    note_edit(version=version, by=editor)
    client.post(reverse("admin:documents_version_delete", args=[version.pk]), {"post": "yes"})
    assert not Version.objects.filter(pk=version.pk).exists()


def test_inputs_in_a_list_are_named(client: Client) -> None:
    client.force_login(User.objects.create_superuser("example-admin"))
    make_document()
    page = client.get("/admin/documents/document/").text
    inputs = re.findall(r'<input type="number"[^>]*>', page)
    assert inputs
    assert all('aria-label="' in each for each in inputs)


def test_a_document_is_chosen_from_a_list_with_a_name(client: Client, editor: User) -> None:
    client.force_login(editor)
    page = client.get("/admin/documents/version/add/").text
    assert '<label class="required" for="id_document">' in page
    assert re.search(r'<select name="document"[^>]* id="id_document"', page)
    assert "select2" not in page
