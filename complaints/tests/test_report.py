"""The figures of the report, counted by hand."""

import csv
import datetime
import io

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from complaints import handling, receiving, retention
from complaints.models import Complaint, Outcome, PastExamination
from complaints.report import Answers, months, oldest_open, report
from complaints.tests.factories import FACTS, make_staff

pytestmark = pytest.mark.django_db

FIRST, NEXT = datetime.date(2024, 1, 1), datetime.date(2025, 1, 1)


def stored(received: str, answered: str = "", **changes: object) -> Complaint:
    """Store a complaint of the past, answered on a day or not."""
    moment = datetime.datetime.fromisoformat(f"{received}T12:00+00:00")
    complaint = receiving.receive(key=f"{received}{answered}", facts=FACTS, language="fr", received_at=moment)
    values = dict(changes)
    if answered:
        values |= {"answered_at": f"{answered}T12:00Z", "answer": "x", "status": "answered"}
        values.setdefault("outcome", Outcome.UPHELD)
    Complaint.objects.filter(pk=complaint.pk).update(**values)
    complaint.refresh_from_db()
    return complaint


def test_a_year() -> None:
    stored("2023-12-30", "2024-01-09", outcome=Outcome.REJECTED)
    stored("2024-01-01", "2024-01-11")
    stored("2024-02-01", "2024-03-31", delayed_until_on="2024-04-15", delay_causes="c", kind="technical",
           delay_cause="volume")  # fmt: skip
    stored("2024-12-31")
    stored("2024-06-01", set_aside_at="2024-06-01T12:00Z")
    escalated = stored("2024-05-01", stage="management", stage_began_on="2024-06-10")
    PastExamination.objects.create(
        complaint=escalated,
        stage="first",
        began_on="2024-05-01",
        delay_cause="volume",
        delayed_until_on="2024-06-09",
        answer_due_on="2024-06-01",
        answered_at="2024-05-31T12:00Z",
        outcome=Outcome.REJECTED,
        ended_at="2024-06-10T12:00Z",
    )
    found = report(FIRST, NEXT)
    assert (found.received, found.delays, found.escalations, found.withdrawals) == (4, 2, 1, 0)
    assert dict(found.by_kind)["Technique"] == 1
    assert dict(found.by_kind)["Financière"] == 3
    assert dict(found.outcomes) == {"Fondée": 2, "Partiellement fondée": 0, "Non fondée": 2}
    # 10, 10, 59 and 30 days; the third after its month.
    assert found.answers == Answers(4, 3, 20.0)
    assert dict(found.causes)["Nombre élevé de réclamations"] == 2
    assert sum(dict(found.causes).values()) == 2
    assert found.still_open == 2
    assert found.answers.percent_in_time == 75


def test_a_year_without_anything() -> None:
    found = report(datetime.date(2010, 1, 1), datetime.date(2011, 1, 1))
    assert found.received == 0
    assert found.answers == Answers(0, 0, None)
    assert found.answers.percent_in_time is None


def test_the_figures_outlive_the_personal_data() -> None:
    complaint = stored("2024-01-01", "2024-01-11", status="closed", closed_at="2024-01-12T12:00Z")
    before = report(FIRST, NEXT)
    retention.erase(complaint=complaint)
    assert report(FIRST, NEXT) == before


def test_months_in_luxembourg() -> None:
    moment = datetime.datetime(2024, 1, 31, 23, 30, tzinfo=datetime.UTC)
    receiving.receive(key="k", facts=FACTS, language="fr", received_at=moment)
    stored("2024-03-05", "2024-03-06", status="closed", closed_at="2024-03-31T22:30Z")
    found = months(datetime.date(2024, 4, 30), number=4)
    assert [day.month for day in found.first_days] == [1, 2, 3, 4]
    assert (found.received, found.closed) == ([0, 1, 1, 0], [0, 0, 0, 1])


def test_the_oldest_open_one() -> None:
    stored("2024-03-05", "2024-03-06")
    waiting = stored("2024-04-01")
    stored("2024-05-01")
    assert oldest_open() == waiting


def test_the_page(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    stored("2024-01-01", "2024-01-11")
    address = reverse("admin:complaints_complaint_report")
    client.force_login(make_staff("nobody", "view_document"))
    assert client.get(address).status_code == 403
    client.force_login(make_staff("auditor"))
    client.get(address)
    with django_assert_num_queries(35):
        page = client.get(address, {"year": "2024"}).text
    assert page.count("<figcaption") == 2
    assert "style=" not in page
    for wrong in ("1800", "x", "", "9999999"):
        assert client.get(address, {"year": wrong}).status_code == 200


@pytest.mark.parametrize(("language", "delimiter", "median"), [("fr", ";", "10,5"), ("en", ",", "10.5")])
def test_the_figures_as_a_file(client: Client, language: str, delimiter: str, median: str) -> None:
    stored("2024-01-01", "2024-01-11")
    stored("2024-01-01", "2024-01-12")
    client.force_login(make_staff("auditor"))
    client.cookies["django_language"] = language
    response = client.get(reverse("admin:complaints_complaint_report_csv"), {"year": "2024"})
    assert response.content.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(
        io.StringIO(response.content.decode("utf-8-sig"), newline=""), delimiter=delimiter
    )
    assert head == ["group", "name", "figure"]
    assert ["complaints", "received", "2"] in rows
    assert ["answers", "median days", median] in rows
    assert {len(row) for row in rows} == {3}


def test_a_case_taken_through_its_steps_counts(admin_user: User) -> None:
    complaint = stored("2024-01-01")
    handling.assign(complaint=complaint, owner=admin_user, sponsor=make_staff("s"), by=admin_user)
    handling.answer(complaint=complaint, text="x", outcome=Outcome.PARTLY_UPHELD, by=admin_user)
    this_year = complaint.messages.latest("at").at.year
    found = report(datetime.date(this_year, 1, 1), datetime.date(this_year + 1, 1, 1))
    assert (found.answers.number, found.answers.in_time) == (1, 0)
