"""Publishing asks for what is needed, and freezes."""

import datetime
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import IntegrityError, models, transaction
from django.test import Client
from django.utils import timezone

from core.append_only import AppendOnly
from documents.models import Edition, Frozen, State, Version
from documents.publishing import (
    PublishingRefused,
    approve,
    missing_for_publication,
    note_edit,
    publish,
    send_back,
    submit,
    warnings,
    withdraw,
)
from documents.tests.factories import make_document, make_edition, make_version, pdf_file

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


@pytest.fixture
def author() -> User:
    return User.objects.create_user("example-author")


@pytest.fixture
def approver() -> User:
    return User.objects.create_superuser("example-approver")


@pytest.fixture
def draft() -> Version:
    return make_version(make_document(), "2026-01-01", published=False)


def steps(version: Version) -> list[tuple[str, str]]:
    return list(version.events.values_list("step", "actor"))


def test_from_draft_to_published_and_who_did_what(draft: Version, author: User, approver: User) -> None:
    note_edit(version=draft, by=author)
    submit(version=draft, by=author, note=" Please read article 2. ")
    assert draft.state == State.REVIEW
    approve(version=draft, by=approver)
    publish(version=draft, by=author)
    stored = Version.objects.get(pk=draft.pk)
    assert (stored.state, stored.author, stored.approved_by) == (State.PUBLISHED, author, approver)
    assert (stored.published_by, stored.published_at is not None) == (author, True)
    assert steps(stored) == [
        ("edited", "example-author"),
        ("submitted", "example-author"),
        ("approved", "example-approver"),
        ("published", "example-author"),
    ]
    assert stored.events.get(step="submitted").note == "Please read article 2."


def test_the_record_outlives_the_accounts(draft: Version, author: User, approver: User) -> None:
    submit(version=draft, by=author)
    approve(version=draft, by=approver)
    publish(version=draft, by=approver)
    before = steps(draft)
    author.delete()
    approver.delete()
    stored = Version.objects.get(pk=draft.pk)
    assert stored.is_published
    assert steps(stored) == before
    with pytest.raises(AppendOnly):
        stored.events.all().delete()


@pytest.mark.parametrize("how", ["edited", "submitted"])
def test_nobody_approves_what_they_wrote_superusers_included(
    draft: Version, author: User, approver: User, how: str
) -> None:
    if how == "edited":
        note_edit(version=draft, by=approver)
        submit(version=draft, by=author)
    else:
        submit(version=draft, by=approver)
    with pytest.raises(PublishingRefused):
        approve(version=draft, by=approver)
    assert Version.objects.get(pk=draft.pk).state == State.REVIEW


def test_the_database_refuses_an_author_who_approves(draft: Version, author: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        models.QuerySet(Version).filter(pk=draft.pk).update(author=author, approved_by=author)


@pytest.mark.parametrize(
    ("state", "refused"),
    [
        (State.DRAFT, ["approve", "publish", "send_back", "withdraw"]),
        (State.REVIEW, ["submit", "publish", "withdraw"]),
        (State.APPROVED, ["submit", "approve", "withdraw"]),
        (State.PUBLISHED, ["submit", "approve", "publish", "send_back"]),
        (State.WITHDRAWN, ["submit", "approve", "publish", "send_back", "withdraw"]),
    ],
)
def test_steps_are_taken_in_their_order_only(
    draft: Version, author: User, approver: User, state: State, refused: list[str]
) -> None:
    way: list[Callable[[], None]] = [
        lambda: submit(version=draft, by=author),
        lambda: approve(version=draft, by=approver),
        lambda: publish(version=draft, by=approver),
        lambda: withdraw(version=draft, by=approver, reason_fr="Exemple", reason_en="Example"),
    ]
    for step in way[: list(State).index(state)]:
        step()
    attempts: dict[str, Callable[[], None]] = {
        "submit": way[0],
        "approve": way[1],
        "publish": way[2],
        "withdraw": way[3],
        "send_back": lambda: send_back(version=draft, by=approver, note="Example"),
    }
    for name in refused:
        with pytest.raises(PublishingRefused):
            attempts[name]()
    assert Version.objects.get(pk=draft.pk).state == state


def test_an_approval_is_void_once_the_version_is_returned(
    draft: Version, author: User, approver: User
) -> None:
    submit(version=draft, by=author)
    approve(version=draft, by=approver)
    send_back(version=draft, by=approver, note="Article 2")
    stored = Version.objects.get(pk=draft.pk)
    assert (stored.state, stored.approved_by) == (State.DRAFT, None)
    stored.change_summary_en = "Another"
    stored.save()
    with pytest.raises(PublishingRefused):
        publish(version=stored, by=approver)


@pytest.mark.parametrize("state", [State.REVIEW, State.APPROVED])
def test_what_is_under_review_cannot_be_changed(
    draft: Version, author: User, approver: User, state: State
) -> None:
    submit(version=draft, by=author)
    if state == State.APPROVED:
        approve(version=draft, by=approver)
    edition = draft.editions.get()
    for attempt in (draft.save, edition.save, edition.delete, draft.delete):
        with pytest.raises(Frozen):
            attempt()
    with pytest.raises(Frozen):
        Edition.objects.filter(pk=edition.pk).update(text="Another text")


def test_a_file_that_is_not_the_inspected_one_stops_the_publication(draft: Version, author: User) -> None:
    edition = make_edition(draft, language="en", file=pdf_file(pages=2))
    name = edition.file.name or ""
    edition.file.storage.delete(name)
    with pytest.raises(PublishingRefused, match=r"stock"):
        submit(version=draft, by=author)
    edition.file.storage.save(name, pdf_file(pages=3))
    assert len(missing_for_publication(draft)) == 1
    edition.file.storage.delete(name)
    edition.file.storage.save(name, ContentFile(b"<html>"))
    assert len(missing_for_publication(draft)) == 1


class TestWarnings:
    """What should be looked at before publication."""

    def test_no_translation_and_a_date_that_has_passed(self, draft: Version) -> None:
        assert len(warnings(draft)) == 2

    def test_a_translation_that_did_not_follow_the_original(self) -> None:
        document = make_document()
        first = make_version(document, "2026-01-01", published=False, text="Un")
        make_edition(first, language="en", text="One")
        publish(version=first, by=None)
        second = make_version(document, "2090-01-01", published=False, text="Deux")
        english = make_edition(second, language="en", text="One")
        assert len(warnings(second)) == 1
        english.text = "Two"
        english.save()
        assert warnings(Version.objects.get(pk=second.pk)) == []

    def test_a_first_translation_is_fine(self) -> None:
        document = make_document()
        make_version(document, "2026-01-01", text="Un")
        second = make_version(document, "2090-01-01", published=False, text="Deux")
        make_edition(second, language="en", text="Two")
        assert warnings(second) == []


class TestWithdrawal:
    """A published version can be taken back, with a reason, and keeps its page."""

    REASONS: ClassVar[dict[str, Any]] = {"reason_fr": "Erreur d’exemple", "reason_en": "Example mistake"}

    def test_in_force_it_ends_and_nothing_takes_its_place(self, approver: User) -> None:
        today = timezone.localdate()
        document = make_document()
        make_version(document, "2025-01-01")
        version = make_version(document, "2026-01-01")
        withdraw(version=version, by=approver, **self.REASONS)
        in_force = Version.objects.filter(document=document).in_force
        assert list(in_force(today - DAY)) == [version]
        assert list(in_force(today)) == []
        assert version.events.last().step == "withdrawn"  # type: ignore[union-attr]  # it has events

    def test_before_its_day_the_one_before_goes_on(self, approver: User) -> None:
        today = timezone.localdate()
        document = make_document()
        old = make_version(document, "2025-01-01")
        coming = make_version(document, (today + 10 * DAY).isoformat())
        withdraw(version=coming, by=approver, **self.REASONS)
        assert list(Version.objects.filter(document=document).in_force(today + 20 * DAY)) == [old]
        assert coming not in Version.objects.changes()

    def test_what_is_refused(self, approver: User) -> None:
        today = timezone.localdate()
        document = make_document()
        old = make_version(document, "2025-01-01")
        new = make_version(document, "2026-01-01")
        for version, values in [
            (new, {"reason_fr": " ", "reason_en": "Example"}),
            (new, {**self.REASONS, "on": today - DAY}),
            (old, self.REASONS),
        ]:
            with pytest.raises(PublishingRefused):
                withdraw(version=version, by=approver, **values)

    def test_it_stays_frozen_and_readable(self, approver: User, client: Client) -> None:
        document = make_document()
        version = make_version(document, "2026-01-01")
        withdraw(version=version, by=approver, **self.REASONS)
        with pytest.raises(Frozen):
            Version.objects.get(pk=version.pk).save()
        page = client.get(version.get_absolute_url()).text
        assert "Erreur d’exemple" in page
        assert "Texte du 2026-01-01." in page
        page = client.get(document.get_absolute_url()).text
        assert "Erreur d’exemple" in page
        assert "Texte du 2026-01-01." not in page


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


def test_a_new_name_makes_no_other_person(draft: Version, author: User, approver: User) -> None:
    note_edit(version=draft, by=approver)
    submit(version=draft, by=author)
    approver.username = "example-renamed"
    approver.save()
    with pytest.raises(PublishingRefused):
        approve(version=draft, by=approver)


def test_what_was_superseded_cannot_be_withdrawn(approver: User) -> None:
    document = make_document()
    old, new = make_version(document, "2025-01-01"), make_version(document, "2026-01-01")
    withdraw(version=new, by=approver, reason_fr="Exemple", reason_en="Example")
    with pytest.raises(PublishingRefused):
        withdraw(version=old, by=approver, reason_fr="Exemple", reason_en="Example")
