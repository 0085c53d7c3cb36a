"""Publishing asks for what is needed, and freezes."""

import datetime
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from documents.models import Edition, Frozen, Version
from documents.publishing import PublishingRefused, publish
from documents.tests.factories import make_document, make_edition, make_version

pytestmark = pytest.mark.django_db


def test_records_who_and_when() -> None:
    editor = User.objects.create_user("example-editor")
    version = make_version(make_document(), "2026-01-01", published=False)
    publish(version=version, by=editor)
    version.refresh_from_db()
    assert version.is_published
    assert version.published_by == editor
    assert version.published_at is not None


def test_refuses_without_the_original_language() -> None:
    version = Version.objects.create(document=make_document(), effective_on=datetime.date(2026, 1, 1))
    make_edition(version, language="en", text="Example")
    with pytest.raises(PublishingRefused) as refused:
        publish(version=version, by=None)
    assert len(refused.value.reasons) == 1
    version.refresh_from_db()
    assert not version.is_published


def test_refuses_a_later_version_that_does_not_say_what_changed() -> None:
    document = make_document()
    make_version(document, "2026-01-01")
    later = make_version(document, "2026-02-01", published=False)
    Version.objects.filter(pk=later.pk).update(change_summary_en=" ")
    with pytest.raises(PublishingRefused):
        publish(version=later, by=None)


def test_refuses_to_publish_twice() -> None:
    version = make_version(make_document(), "2026-01-01")
    published_at = version.published_at
    with pytest.raises(PublishingRefused):
        publish(version=version, by=None)
    version.refresh_from_db()
    assert version.published_at == published_at


@pytest.mark.parametrize("change", ["save", "delete"])
def test_a_published_version_is_frozen(change: str) -> None:
    version = make_version(make_document(), "2026-01-01")
    edition = version.editions.get()
    edition.text = "Another text"
    version.effective_on = datetime.date(2020, 1, 1)
    for record in (version, edition):
        with pytest.raises(Frozen):
            getattr(record, change)()
    stored = Edition.objects.select_related("version").get(pk=edition.pk)
    assert stored.text == "Texte du 2026-01-01."
    assert stored.version.effective_on == datetime.date(2026, 1, 1)


def test_a_published_version_is_frozen_in_bulk_too() -> None:
    version = make_version(make_document(), "2026-01-01")
    edition = version.editions.get()
    edition.text = version.change_summary_fr = "Another text"
    attempts: list[Callable[[], object]] = [
        lambda: Version.objects.filter(pk=version.pk).update(change_summary_fr="Another text"),
        lambda: Version.objects.bulk_update([version], ["change_summary_fr"]),
        lambda: Version.objects.filter(pk=version.pk).delete(),
        lambda: Edition.objects.filter(pk=edition.pk).update(text="Another text"),
        lambda: Edition.objects.bulk_update([edition], ["text"]),
        lambda: version.editions.all().delete(),
    ]
    for attempt in attempts:
        with pytest.raises(Frozen):
            attempt()
    assert Edition.objects.get(pk=edition.pk).text == "Texte du 2026-01-01."


def test_drafts_can_be_changed_in_bulk() -> None:
    version = make_version(make_document(), "2026-01-01", published=False)
    assert version.editions.update(text="Another text") == 1
    assert Version.objects.filter(pk=version.pk).update(change_summary_fr="Another") == 1


def test_no_edition_can_be_added_to_a_published_version() -> None:
    version = make_version(make_document(), "2026-01-01")
    with pytest.raises(Frozen):
        make_edition(version, language="en", text="Late translation")


def test_a_draft_can_be_changed_and_deleted() -> None:
    version = make_version(make_document(), "2026-01-01", published=False)
    version.effective_on = datetime.date(2026, 2, 1)
    version.save()
    version.delete()
    assert not Version.objects.filter(pk=version.pk).exists()
