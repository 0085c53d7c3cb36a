"""The search of the inbox: the same hits on both databases, by an index, in bounded queries."""

from unittest.mock import patch

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from complaints import handling, searching
from complaints.models import Complaint
from complaints.tests.factories import make_complaint, make_staff

pytestmark = pytest.mark.django_db

LIST = "/admin/complaints/complaint/"


def found(typed: str) -> set[str]:
    """Return what the complaints that match are about."""
    return set(searching.narrowed(Complaint.objects.all(), typed).values_list("summary", flat=True))


@pytest.fixture
def three() -> None:
    make_complaint(
        summary="one", full_name="Élodie O’Example", email="elodie@example.com", invoice_reference="F-2026/17"
    )
    make_complaint(summary="two", full_name="Weiß & Söhne", company="Œuvre 's & :*'", invoice_reference="")
    make_complaint(summary="three", full_name="李 小龙", company="", intervention_reference="INT 99")


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("typed", "summaries"),
    [
        ("elodie", {"one"}),
        ("ÉLOD", {"one"}),
        ("lodie", set()),
        ("o'exa elodie@example.com", {"one"}),
        ("2026 17", {"one"}),
        ("f-2026/17", {"one"}),
        ("int 9", {"three"}),
        ("weiss SOHNE", {"two"}),
        ("oeuvre", {"two"}),
        ("小", {"three"}),
        ("example", {"one", "two", "three"}),
        ("example nobody", set()),
        # No reference has a vowel.
        ("' | 'uu':* & !\\", set()),
        (" -- ", {"one", "two", "three"}),
        ("x" * 3_000, set()),
        ("%", {"one", "two", "three"}),
    ],
)
def test_every_word_or_its_beginning_is_found(typed: str, summaries: set[str]) -> None:
    assert found(typed) == summaries


@pytest.mark.usefixtures("three")
def test_more_hits_than_are_held_in_memory_are_found_too() -> None:
    with patch.object(searching, "FEW", 1):
        assert found("example") == {"one", "two", "three"}
        assert found("elodie") == {"one"}


def test_the_longest_words_that_the_form_takes_are_stored_and_found() -> None:
    # Ligatures that fold to five letters each.
    make_complaint(summary="long", full_name="㌕" * 120, company="㌖" * 120, invoice_reference="㌗" * 80)
    assert found("㌕㌕") == {"long"}


def test_the_search_reads_an_index() -> None:
    make_complaint()
    matching = searching.with_words(Complaint.objects.order_by(), ["example", "customer"])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # The table of a test is too small to be worth an index.
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert "complaints_words" in matching.values("pk").explain()


def test_a_page_of_hits_takes_as_many_queries_however_many_there_are(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    staff: list[User] = [make_staff(name) for name in ("one", "two", "three")]
    client.force_login(staff[0])
    for number in range(6):
        case = make_complaint(summary=str(number))
        handling.assign(complaint=case, owner=staff[number % 2], sponsor=staff[2], by=staff[0])
    client.get(LIST)
    with django_assert_num_queries(10):
        page = client.get(LIST, {"q": "example customer"})
    assert len(page.context["cl"].result_list) == 6


def test_the_filter_of_owners_offers_those_who_own_a_complaint(client: Client) -> None:
    owner, sponsor = make_staff("owner"), make_staff("sponsor")
    client.force_login(sponsor)
    mine, other = make_complaint(summary="mine"), make_complaint(summary="other")
    handling.assign(complaint=mine, owner=owner, sponsor=sponsor, by=owner)
    page = client.get(LIST)
    assert f"?owner__id__exact={owner.pk}" in page.text
    assert f"?owner__id__exact={sponsor.pk}" not in page.text
    shown = client.get(LIST, {"owner__id__exact": owner.pk}).context["cl"].result_list
    assert [case.pk for case in shown] == [mine.pk] != [other.pk]
