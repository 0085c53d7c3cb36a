"""Dates in words, and the company as JSON-LD."""

import datetime
import json

import pytest
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
