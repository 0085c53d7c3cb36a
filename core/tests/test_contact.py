"""The banner has its dates; the contact details are one row."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from core.contact import contact_details
from core.models import Banner, ContactDetails

pytestmark = pytest.mark.django_db


def test_a_banner_is_shown_from_its_first_day_until_its_last() -> None:
    start, end = datetime.date(2026, 5, 1), datetime.date(2026, 5, 10)
    banner = Banner.objects.create(text_fr="a", text_en="b", shown_from_on=start, shown_until_on=end)
    day = datetime.timedelta(days=1)
    shown = {on: banner in Banner.objects.shown(on) for on in (start - day, start, end - day, end)}
    assert list(shown.values()) == [False, True, True, False]


def test_the_newest_of_two_banners_comes_first() -> None:
    for first_day in (1, 2):
        Banner.objects.create(
            text_fr=str(first_day), text_en="b", shown_from_on=datetime.date(2026, 5, first_day)
        )
    first = Banner.objects.shown(datetime.date(2026, 6, 1)).first()
    assert first is not None
    assert first.text_fr == "2"


def test_a_banner_cannot_end_before_it_starts() -> None:
    day = datetime.date(2026, 5, 1)
    with pytest.raises(ValidationError, match=r"après|after"):
        Banner(text_fr="a", text_en="b", shown_from_on=day, shown_until_on=day).full_clean()


def test_there_is_one_row_of_contact_details() -> None:
    contact = contact_details()
    assert contact is not None
    assert contact.postal_lines() == [
        "Proximus Luxembourg S.A.",
        "18, rue du Puits Romain",
        "Z.A. Bourmicht",
        "L-8070 Bertrange",
        "Luxembourg",
    ]
    contact.pk = 2
    with pytest.raises(IntegrityError):
        contact.save(force_insert=True)


def test_nothing_breaks_before_content_is_loaded(client: object) -> None:
    ContactDetails.objects.all().delete()
    assert contact_details() is None
