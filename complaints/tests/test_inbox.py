"""The inbox: what waits, several cases at once, and lists that leave the portal."""

import csv
import datetime
import io
import re
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone, translation
from post_office.models import STATUS, Email
from pytest_django import DjangoAssertNumQueries

from complaints import handling, inbox, retention
from complaints.admin import MOST_AT_ONCE
from complaints.models import Complaint, Outcome
from complaints.tests.factories import make_complaint, make_staff
from core.models import AuditEntry

pytestmark = pytest.mark.django_db

LIST = "/admin/complaints/complaint/"


@pytest.fixture
def handler(client: Client) -> User:
    user = make_staff("handler", "view_complaint", "change_complaint", "export_complaint")
    client.force_login(user)
    return user


def due_in(complaint: Complaint, days: int) -> Complaint:
    day = timezone.localdate() + datetime.timedelta(days=days)
    Complaint.objects.filter(pk=complaint.pk).update(answer_due_on=day)
    return complaint


def assigned(complaint: Complaint, owner: User, sponsor: User) -> Complaint:
    handling.assign(complaint=complaint, owner=owner, sponsor=sponsor, by=owner)
    return complaint


def make_inbox(handler: User) -> dict[str, Complaint]:
    """Store a complaint of each sort, named after it, with the mails of all sent."""
    sponsor, other = make_staff("sponsor"), make_staff("other")
    made = {
        name: make_complaint(summary=name, **({"answer_by": "post", "email": ""} if name == "letter" else {}))
        for name in (
            "late", "today", "fifth", "sixth", "news", "failed", "retried", "letter", "spam", "erased",
            "mine", "sponsored", "answered", "spam_late",
        )
    }  # fmt: skip
    Email.objects.update(status=STATUS.sent)
    for name, days in (("late", -1), ("today", 0), ("fifth", 5), ("sixth", 6), ("answered", -9)):
        due_in(made[name], days)
    for name in ("late", "today", "fifth", "sixth", "failed", "retried", "letter", "sponsored"):
        assigned(made[name], other, handler if name == "sponsored" else sponsor)
    assigned(made["mine"], handler, sponsor)
    Email.objects.update(status=STATUS.sent)
    for name, status in (("failed", STATUS.failed), ("retried", STATUS.requeued)):
        Email.objects.filter(pk=made[name].messages.latest("pk").mail_id).update(status=status)
    Complaint.objects.filter(pk=made["news"].pk).update(news_at=timezone.now())
    for name in ("spam", "erased", "spam_late"):
        handling.set_aside(complaint=made[name], reason="Spam.", by=handler)
    due_in(made["spam_late"], -3)
    retention.erase(complaint=made["erased"])
    assigned(made["answered"], other, sponsor)
    handling.answer(complaint=made["answered"], text="Yes.", outcome=Outcome.UPHELD, by=other)
    return made


OPEN = {"late", "today", "fifth", "sixth", "news", "failed", "retried", "letter", "mine", "sponsored"}

EXPECTED = {
    "overdue": {"late"},
    "soon": {"today", "fifth"},
    "unassigned": {"news"},
    "news": {"news"},
    "mail": {"failed", "retried"},
    "letters": {"letter"},
    "set_aside": {"spam", "spam_late"},
    "open": OPEN,
}


def shown(client: Client, **query: str) -> set[int]:
    response = client.get(LIST, query)
    assert response.status_code == 200
    return {complaint.pk for complaint in response.context["cl"].result_list}


def test_every_filter_finds_what_waits_and_the_start_page_counts_it(client: Client, handler: User) -> None:
    made = make_inbox(handler)
    assert EXPECTED.keys() == inbox.WAITING.keys()
    for what, names in EXPECTED.items():
        found = {name for name, complaint in made.items() if complaint.pk in shown(client, waiting=what)}
        assert found == names, what
    found = {name for name, complaint in made.items() if complaint.pk in shown(client, whose="mine")}
    assert found == {"mine", "sponsored"}
    assert len(shown(client, waiting="nonsense", whose="nonsense")) == len(made)
    index = client.get("/admin/")
    for what, names in EXPECTED.items():
        # What is open is the work as a whole: it has other words there.
        words = "" if what == "open" else inbox.WAITING[what]
        late = " waiting__count--late" if what == "overdue" else ""
        link = f'<a href="{LIST}?waiting={what}">{words}'
        number = f'<span class="waiting__count{late}">{len(names)}</span>'
        assert re.search(f"{re.escape(link)}[^<]*</a> {re.escape(number)}", index.text), what


def test_the_start_page_is_silent_when_nothing_waits(client: Client, handler: User) -> None:
    handling.withdraw(complaint=make_complaint(), reason="Settled.", by=handler)
    Email.objects.update(status=STATUS.sent)
    assert client.get("/admin/").context["today"].areas == []
    case = make_complaint(summary="Another")
    assert [area.name for area in client.get("/admin/").context["today"].areas] == ["cases"]
    client.force_login(make_staff("editor", "view_document"))
    page = client.get("/admin/")
    assert page.context["today"].areas == page.context["today"].coming == []
    assert str(case) not in page.text


@pytest.mark.parametrize("number", [1, 30])
def test_the_list_needs_as_many_queries_however_long_it_is(
    client: Client, handler: User, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sponsor = make_staff("sponsor")
    for place in range(number):
        assigned(make_complaint(summary=str(place), answer_by=("email", "post")[place % 2]), handler, sponsor)
    client.get(LIST)
    with django_assert_num_queries(9):
        assert client.get(LIST).context["cl"].result_count == number


def test_open_cases_stand_first_and_the_most_urgent_on_top(client: Client, handler: User) -> None:
    made = make_inbox(handler)
    cases = client.get(LIST).context["cl"].result_list
    places = {complaint.summary: place for place, complaint in enumerate(cases)}
    assert places["spam_late"] < places["late"] < places["today"] < places["fifth"] < places["sixth"]
    assert places["answered"] == len(made) - 1


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "fr",
            ("1 jour de retard", "lettre à poster", "spam présumé", "données à caractère personnel effacées"),
        ),
        ("en", ("1 day late", "letter to post", "suspected spam", "personal data erased")),
    ],
)
def test_the_list_says_what_is_to_be_noted_in_both_languages(
    client: Client, handler: User, language: str, words: tuple[str, ...]
) -> None:
    make_inbox(handler)
    client.cookies["django_language"] = language
    text = client.get(LIST).text
    for word in words:
        assert word in text
    assert f'<html lang="{language}"' in client.get("/admin/").text


class TestAssigningSeveral:
    """One owner and one sponsor for all that were ticked."""

    def send(self, client: Client, *cases: Complaint, **given: Any) -> Any:
        chosen = [case.pk for case in cases]
        return client.post(LIST, {"action": "assign_selected", "_selected_action": chosen, **given})

    def test_owner_and_sponsor_are_asked_for_and_named(self, client: Client, handler: User) -> None:
        cases, sponsor = [make_complaint(summary=name) for name in ("One", "Two")], make_staff("sponsor")
        page = self.send(client, *cases).text
        assert all(f"{case} – {case.summary}" in page for case in cases)
        response = self.send(client, *cases, apply="1", owner=handler.pk, sponsor=sponsor.pk)
        assert response.status_code == 302
        for case in cases:
            case.refresh_from_db()
            assert (case.owner, case.sponsor) == (handler, sponsor)
        assert LogEntry.objects.count() == 2
        with translation.override("fr"):
            assert "2 réclamations" in client.get(response["Location"]).text

    def test_a_refusal_names_the_case_and_keeps_what_was_typed(self, client: Client, handler: User) -> None:
        fine, concerned, sponsor = make_complaint(), make_complaint(involved="Handler"), make_staff("sponsor")
        given = {"apply": "1", "owner": handler.pk, "sponsor": sponsor.pk, "conflict_reason": " "}
        response = self.send(client, fine, concerned, **given)
        assert response.status_code == 200
        errors = response.context["form"].non_field_errors()
        assert len(errors) == 1
        assert errors[0].startswith(concerned.reference)
        assert f'<option value="{handler.pk}" selected>' in response.text
        assert f'<option value="{sponsor.pk}" selected>' in response.text
        assert f'name="_selected_action" value="{concerned.pk}"' in response.text
        assert f'name="_selected_action" value="{fine.pk}"' not in response.text
        fine.refresh_from_db()
        concerned.refresh_from_db()
        assert (fine.owner, concerned.owner) == (handler, None)
        assert self.send(client, concerned, **{**given, "conflict_reason": "No other."}).status_code == 302
        concerned.refresh_from_db()
        assert concerned.conflict_reason == "No other."

    def test_when_all_are_refused_nothing_is_called_a_success(self, client: Client, handler: User) -> None:
        cases = [make_complaint(summary=name) for name in ("One", "Two")]
        given = {"owner": handler.pk, "sponsor": handler.pk, "conflict_reason": "Words typed"}
        response = self.send(client, *cases, apply="1", **given)
        assert len(response.context["form"].non_field_errors()) == 2
        assert "Words typed" in response.text
        assert 'class="success"' not in response.text
        assert not LogEntry.objects.exists()

    def test_a_form_that_is_not_complete_comes_back(self, client: Client, handler: User) -> None:
        case = make_complaint()
        response = self.send(client, case, apply="1", owner=handler.pk, conflict_reason="Words typed")
        assert list(response.context["form"].errors) == ["sponsor"]
        assert "Words typed" in response.text
        assert f'name="_selected_action" value="{case.pk}"' in response.text

    def test_all_pages_at_once_up_to_a_number_that_is_said(self, client: Client, handler: User) -> None:
        first, sponsor = make_complaint(), make_staff("sponsor")
        like = Complaint.objects.values().get(pk=first.pk)
        Complaint.objects.bulk_create(
            Complaint(**{**like, "id": None, "reference": str(number), "submission_key": str(number)})
            for number in range(MOST_AT_ONCE - 1)
        )
        page = self.send(client, first, select_across="1")
        chosen = re.findall(r'name="_selected_action" value="(\d+)"', page.text)
        assert len(chosen) == MOST_AT_ONCE
        given = {"owner": handler.pk, "sponsor": sponsor.pk, "apply": "1", "_selected_action": chosen}
        assert client.post(LIST, {"action": "assign_selected", **given}).status_code == 302
        assert Complaint.objects.filter(owner=handler).count() == MOST_AT_ONCE
        Complaint.objects.update(owner=None, sponsor=None)
        make_complaint(summary="One too many")
        response = client.post(LIST, {"action": "assign_selected", "select_across": "1", **given})
        words = client.get(response["Location"]).text
        assert "500" in words
        assert "501" in words
        assert not Complaint.objects.filter(owner=handler).exists()

    def test_only_handlers_assign(self, client: Client) -> None:
        case = make_complaint()
        auditor = make_staff("auditor")
        client.force_login(auditor)
        self.send(client, case, apply="1", owner=auditor.pk, sponsor=make_staff("sponsor").pk)
        case.refresh_from_db()
        assert case.owner is None


class TestExport:
    """The list as a file for a spreadsheet."""

    def export(self, client: Client, *cases: Complaint) -> Any:
        chosen = [case.pk for case in cases]
        return client.post(LIST, {"action": "export_selected", "_selected_action": chosen})

    def rows(self, response: Any, delimiter: str = ";") -> list[dict[str, str]]:
        content = b"".join(response.streaming_content)
        assert content.count(b"\xef\xbb\xbf") == content.startswith(b"\xef\xbb\xbf") == 1
        lines = io.StringIO(content.decode("utf-8-sig"), newline="")
        return list(csv.DictReader(lines, delimiter=delimiter))

    def test_the_file_holds_what_was_ticked_and_the_log_says_who_took_it(
        self, client: Client, handler: User
    ) -> None:
        case, _other = make_complaint(full_name="Émile Exemple"), make_complaint(summary="Other")
        response = self.export(client, case)
        assert response["Content-Type"] == "text/csv; charset=utf-8"
        today = timezone.localdate().isoformat()
        assert response["Content-Disposition"] == f'attachment; filename="complaints-{today}.csv"'
        (row,) = self.rows(response)
        assert tuple(row) == inbox.COLUMNS
        assert (row["reference"], row["full_name"]) == (case.reference, "Émile Exemple")
        assert row["answer_due_on"] == case.answer_due_on.isoformat()
        assert row["received_at"] == timezone.localtime(case.received_at).isoformat(timespec="minutes")
        assert row["answered_at"] == ""
        entry = LogEntry.objects.get()
        assert (entry.user, entry.object_id) == (handler, str(case.pk))

    @pytest.mark.parametrize(("language", "delimiter"), [("fr", ";"), ("en", ",")])
    def test_cells_end_as_the_spreadsheet_of_the_language_expects(
        self, client: Client, handler: User, language: str, delimiter: str
    ) -> None:
        words = 'Facture "double"; 12,50 €\nà Esch, Émile'
        case = make_complaint(summary=words, company="=1+1")
        client.cookies["django_language"] = language
        (row,) = self.rows(self.export(client, case), delimiter)
        assert (row["summary"], row["company"]) == (words, "'=1+1")
        assert tuple(row) == inbox.COLUMNS

    @pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n"])
    def test_no_cell_is_a_formula(self, client: Client, handler: User, sign: str) -> None:
        case = make_complaint(summary=f"{sign}1+1", company=f"{sign}cmd", full_name=f"{sign}A")
        (row,) = self.rows(self.export(client, case))
        for name in ("summary", "company", "full_name"):
            assert row[name] == f"'{getattr(case, name)}"

    @pytest.mark.parametrize("separator", [";", "; ", ',"', "\t", '\n"'])
    @pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
    def test_no_cell_becomes_a_formula_where_another_sign_ends_a_cell(
        self, client: Client, handler: User, separator: str, sign: str
    ) -> None:
        case = make_complaint(summary=f"Invoice{separator}{sign}1+1")
        (row,) = self.rows(self.export(client, case))
        assert row["summary"] == f"Invoice{separator[0]}'{separator[1:]}{sign}1+1"

    def test_ordinary_words_stay_as_they_are(self, client: Client, handler: User) -> None:
        words = "Facture n° 1-2; e-mail: a@b.lu, 3 + 4 = 7"
        (row,) = self.rows(self.export(client, make_complaint(summary=words)))
        assert row["summary"] == words

    def test_it_takes_a_permission(self, client: Client) -> None:
        case = make_complaint()
        client.force_login(make_staff("clerk", "view_complaint", "change_complaint"))
        assert "export_selected" not in client.get(LIST).text
        response = self.export(client, case)
        assert "text/csv" not in response["Content-Type"]
        assert case.full_name not in response.text
        assert not LogEntry.objects.exists()


def test_a_long_export_is_read_in_pieces(
    client: Client, handler: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cases = [make_complaint(summary=str(number)) for number in range(5)]
    chosen = {"action": "export_selected", "_selected_action": [case.pk for case in cases]}
    client.post(LIST, chosen)
    LogEntry.objects.all().delete()
    with patch("complaints.admin.BATCH", 2), django_assert_num_queries(13):
        lines = b"".join(client.post(LIST, chosen).streaming_content).splitlines()  # type: ignore[attr-defined]  # a file
    assert len(lines) == 6
    assert {entry.object_id for entry in LogEntry.objects.all()} == {str(case.pk) for case in cases}
    assert AuditEntry.objects.filter(subject="complaints.csv").latest("pk").facts == {"number": 5}


def test_the_start_page_says_when_erasing_is_late(client: Client, handler: User) -> None:
    case = make_complaint()
    handling.withdraw(complaint=case, reason="", by=handler)
    today = timezone.localdate()
    long_ago = timezone.now() - datetime.timedelta(days=3 * 366 + 10)
    Complaint.objects.filter(pk=case.pk).update(received_at=long_ago, withdrawn_at=long_ago)
    assert retention.late(today) == 1
    for language, words in (("fr", "1 réclamation auraient"), ("en", "1 complaint should have been erased")):
        client.cookies["django_language"] = language
        assert words in client.get("/admin/").text, language
    retention.erase(complaint=case)
    assert "errornote" not in client.get("/admin/").text
