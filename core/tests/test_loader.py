"""The loader brings files in, and never undoes what staff changed."""

import datetime

import pytest
from django.core.exceptions import ValidationError

from core.loader import ContentLoader
from core.models import Banner

pytestmark = pytest.mark.django_db

DAY = datetime.date(2026, 1, 1)


def load(text: str) -> tuple[Banner | None, ContentLoader]:
    loader = ContentLoader()
    banner = loader.load(Banner, {"text_fr": "Exemple"}, {"text_en": text, "shown_from_on": DAY})
    return banner, loader


def test_creates_then_leaves_unchanged() -> None:
    _banner, first = load("Example")
    _again, second = load("Example")
    assert first.counts == {"created": 1}
    assert second.counts == {"unchanged": 1}
    assert Banner.objects.count() == 1


def test_a_changed_file_updates_what_staff_left_alone() -> None:
    load("Example")
    banner, loader = load("Better example")
    assert loader.counts == {"updated": 1}
    assert banner is not None
    assert Banner.objects.get().text_en == "Better example"


def test_what_staff_edited_stays() -> None:
    load("Example")
    Banner.objects.update(text_en="Staff's wording")
    banner, loader = load("Better example")
    assert loader.counts == {"kept": 1}
    assert loader.kept == ["core.banner:Exemple"]
    assert Banner.objects.get().text_en == "Staff's wording"
    assert banner == Banner.objects.get()


def test_what_staff_edited_stays_in_later_runs_too() -> None:
    load("Example")
    Banner.objects.update(text_en="Staff's wording")
    load("Better example")
    load("Example")
    assert Banner.objects.get().text_en == "Staff's wording"


def test_a_field_that_is_new_in_the_file_arrives_beside_what_staff_edited() -> None:
    load("Example")
    Banner.objects.update(text_en="Staff's wording")
    end = datetime.date(2027, 1, 1)
    values = {"text_en": "Better example", "shown_from_on": DAY, "shown_until_on": end}
    ContentLoader().load(Banner, {"text_fr": "Exemple"}, values)
    banner = Banner.objects.get()
    assert (banner.text_en, banner.shown_until_on) == ("Staff's wording", end)


def test_a_field_that_is_new_in_the_file_is_not_forced_on_staffs_value() -> None:
    load("Example")
    theirs = datetime.date(2026, 12, 1)
    Banner.objects.update(shown_until_on=theirs)
    values = {"text_en": "Example", "shown_from_on": DAY, "shown_until_on": datetime.date(2027, 1, 1)}
    ContentLoader().load(Banner, {"text_fr": "Exemple"}, values)
    assert Banner.objects.get().shown_until_on == theirs


def test_what_staff_deleted_stays_deleted() -> None:
    load("Example")
    Banner.objects.all().delete()
    banner, loader = load("Example")
    assert banner is None
    assert loader.counts == {"removed": 1}
    assert not Banner.objects.exists()


def test_what_staff_made_first_is_theirs() -> None:
    Banner.objects.create(text_fr="Exemple", text_en="Made by staff", shown_from_on=DAY)
    _banner, loader = load("Example")
    assert loader.counts == {"kept": 1}
    assert Banner.objects.get().text_en == "Made by staff"


def test_an_invalid_file_is_refused() -> None:
    with pytest.raises(ValidationError):
        load("x" * 301)
