"""What waits for staff."""

import datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from documents import attention
from documents.models import Document, Version
from documents.publishing import approve, publish, submit
from documents.tests.factories import make_document, make_edition, make_version

pytestmark = pytest.mark.django_db


def test_a_translation_that_lags_behind_or_is_missing() -> None:
    def store(slug: str, date: str, **texts: str) -> Version:
        document = Document.objects.filter(slug=slug).first() or make_document(slug)
        version = make_version(document, date, text=texts["fr"], published=False)
        if "en" in texts:
            make_edition(version, language="en", text=texts["en"])
        publish(version=version, by=None)
        return version

    store("alone", "2026-01-01", fr="Un.", en="One.")
    alone = store("alone", "2026-02-01", fr="Deux.")
    store("behind", "2026-01-01", fr="Un.", en="One.")
    behind = store("behind", "2026-02-01", fr="Deux.", en="One.")
    store("both", "2026-01-01", fr="Un.", en="One.")
    store("both", "2026-02-01", fr="Deux.", en="Two.")
    store("corrected", "2026-01-01", fr="Un.", en="Won.")
    store("corrected", "2026-02-01", fr="Un.", en="One.")
    untranslated, outdated = attention.translations(datetime.date(2026, 3, 1))
    assert [version for version in untranslated if version.document.section.slug == "example"] == [alone]
    assert outdated == [behind]


def test_who_wrote_it_is_not_asked_to_approve_it() -> None:
    editor, approver = (User.objects.create_user(name) for name in ("example-editor", "example-approver"))
    version = make_version(make_document(), "2026-01-01", published=False)
    assert attention.waiting(editor).drafts == [version]
    submit(version=version, by=editor)
    assert attention.waiting(editor).to_approve == []
    assert attention.waiting(approver).to_approve == [version]
    approve(version=version, by=approver)
    assert attention.waiting(editor).to_publish == [version]


def test_the_start_page_of_the_admin_says_what_waits(
    admin_client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_version(make_document(title_fr="Conditions gizmotron"), "2026-01-01", published=False)
    with django_assert_num_queries(37):
        page = admin_client.get(reverse("admin:index")).text
    assert "Brouillons" in page
    assert "Conditions gizmotron" in page
