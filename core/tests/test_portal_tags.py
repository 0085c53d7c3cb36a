"""Dates in words, and the company as JSON-LD."""

import datetime
import json
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from core.dates import long_date
from core.models import ContactDetails
from core.templatetags.portal import long_date_or_nothing, organization_json_ld


@pytest.mark.parametrize(
    ("language", "day", "words"),
    [
        ("fr", datetime.date(2026, 3, 1), "1er mars 2026"),
        ("fr", datetime.date(2026, 8, 2), "2 août 2026"),
        ("en", datetime.date(2026, 3, 1), "1 March 2026"),
    ],
)
def test_long_date(language: str, day: datetime.date, words: str) -> None:
    with translation.override(language):
        assert long_date(day) == words.replace(" ", "\u00a0")


def test_a_moment_counts_by_its_day_in_luxembourg() -> None:
    late_in_london = datetime.datetime(2026, 6, 30, 22, 30, tzinfo=datetime.UTC)
    with translation.override("en"):
        assert long_date(late_in_london) == "1\u00a0July\u00a02026"


def test_no_date_is_nothing() -> None:
    assert long_date_or_nothing(None) == ""


@pytest.mark.django_db
def test_organization_is_valid_json_that_cannot_end_its_script() -> None:
    contact = ContactDetails.objects.get()
    contact.company_name = "A </script><b> & Co"
    contact.telephone = "+352 00 00 00"
    block = organization_json_ld(contact)
    text = block.removeprefix('<script type="application/ld+json">').removesuffix("</script>")
    assert "<" not in text
    described = json.loads(text)
    assert described["@type"] == "Organization"
    assert described["legalName"] == "A </script><b> & Co"
    assert described["telephone"] == "+352 00 00 00"
    assert {point["email"] for point in described["contactPoint"]} == {
        contact.complaints_email,
        contact.calldesk_email,
        contact.privacy_email,
    }


@pytest.mark.django_db
class TestKept:
    """A part of a page is made once a language, a value and a state of the content."""

    def template(self) -> Template:
        shown = "{{ contact.brand }} {{ value }} {{ other }}"
        return Template(f"{{% load portal %}}{{% kept 'example' value %}}{shown}{{% endkept %}}")

    def shown(self, language: str = "en", value: str = "a", other: int = 0, **context: Any) -> str:
        with translation.override(language):
            request = {"request": RequestFactory().get("/en/"), **context}
            contact = ContactDetails.objects.first()
            return self.template().render(
                Context({"value": value, "other": other, "contact": contact, **request})
            )

    def test_it_is_made_again_when_something_it_depends_on_is_another(self) -> None:
        first = self.shown(other=1)
        assert first.endswith(" a 1")
        assert self.shown(other=2) == first
        assert self.shown(value="b", other=3).endswith(" b 3")
        assert self.shown("fr", other=4).endswith(" a 4")
        assert self.shown(other=5) == first
        ContactDetails.objects.update(brand="Example brand")
        assert self.shown(other=6) == "Example brand a 6"
        with patch("core.made_today.today", return_value=datetime.date(2030, 1, 1)):
            assert self.shown(other=7).endswith(" a 7")

    def test_a_page_for_a_fault_keeps_nothing_and_asks_nothing(self) -> None:
        with patch("core.made_today.recent_stamps", side_effect=AssertionError):
            assert [self.shown(other=other, request=None)[-1] for other in (1, 2)] == ["1", "2"]

    def test_without_an_answer_of_the_database_it_is_made_each_time(self) -> None:
        with patch("core.made_today.recent_stamps", side_effect=OperationalError):
            assert [self.shown(other=other)[-1] for other in (1, 2)] == ["1", "2"]
