"""The start page of the admin: what waits, for each group of staff."""

import datetime
from unittest.mock import patch

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone, translation
from post_office.models import STATUS, Email
from pytest_django import DjangoAssertNumQueries

from complaints import handling, holds
from complaints.models import Complaint
from complaints.tests.factories import make_complaint
from core.loader import ContentLoader
from documents.models import Version
from documents.publishing import approve, submit
from documents.tests.factories import make_document, make_version
from legalsite import groups
from legalsite.groups import GROUPS, NAMES
from legalsite.today import MOST_SHOWN, Today, today_of
from privacy.models import Request
from privacy.tests.factories import make_request

pytestmark = pytest.mark.django_db

MOST_QUERIES = 30
"""As the start page promises; with those of the session and the permissions."""


@pytest.fixture
def members() -> dict[str, User]:
    """Return a member of each group, who has nothing else."""
    groups.load(ContentLoader())
    found = {}
    for name in GROUPS:
        user = User.objects.create_user(f"example-{name.lower().replace(' ', '-')}", is_staff=True)
        user.groups.add(Group.objects.get(name=name))
        found[name] = user
    return found


def said(today: Today) -> dict[str, int]:
    """Return the words of each task with its number."""
    return {
        str(task.words): task.number
        for area in today.areas
        for task in area.tasks
        # The company's own texts, which every test starts from.
        if "translation" not in str(task.words)
    }


def everything(members: dict[str, User]) -> None:
    """Store one of each thing that waits for somebody."""
    texts = {}
    for slug in ("draft", "review", "approved", "announced"):
        texts[slug] = make_version(
            make_document(slug=slug, title_fr=f"Exemple {slug}"), "2100-01-01", published=slug == "announced"
        )
    for slug in ("review", "approved"):
        submit(version=texts[slug], by=members["Editors"])
    approve(version=texts["approved"], by=members["Approvers"])
    case = make_complaint(summary="Late")
    Complaint.objects.filter(pk=case.pk).update(
        answer_due_on=timezone.localdate() - datetime.timedelta(days=1)
    )
    ends_on = timezone.localdate() + datetime.timedelta(days=99)
    holds.request_hold(complaint=case, reason="Example", until_on=ends_on, by=members["Complaint handlers"])
    make_request()
    Email.objects.update(status=STATUS.sent)
    Email.objects.create(from_email="portal@example.lu", to=["customer@example.com"], status=STATUS.failed)


def test_each_group_sees_what_it_can_do_something_about(members: dict[str, User]) -> None:
    everything(members)
    with translation.override("en"):
        found = {name: said(today_of(user)) for name, user in members.items()}
    given_up = "Given up: reach the recipient otherwise"
    assert found == {
        "Editors": {"Drafts": 1},
        "Approvers": {"To approve": 1, "Approved, to publish": 1},
        "Complaint handlers": {"Overdue": 1, "Not assigned": 1, given_up: 1},
        "Data protection": {"Legal hold to confirm": 1, "Not answered yet": 1, given_up: 1},
        "Auditors": {},
    }


def test_what_is_late_comes_first_and_is_marked(client: Client, members: dict[str, User]) -> None:
    everything(members)
    admin = User.objects.create_superuser("example-admin")
    areas = today_of(admin).areas
    assert [area.is_late for area in areas] == sorted((area.is_late for area in areas), reverse=True)
    assert areas[0].name == "cases"
    client.force_login(members["Complaint handlers"])
    assert client.get("/admin/").text.count("waiting__count--late") == 2


def test_nothing_waits_for_whoever_can_do_nothing(client: Client, members: dict[str, User]) -> None:
    everything(members)
    client.force_login(members["Auditors"])
    client.cookies["django_language"] = "en"
    page = client.get("/admin/")
    assert page.context["today"].areas == []
    assert "Nothing waits for you." in page.text


def test_no_more_erasures_are_counted_than_are_worth_it(client: Client, members: dict[str, User]) -> None:
    long_ago = timezone.now() - datetime.timedelta(days=4 * 366)
    for number in range(3):
        case = make_complaint(summary=str(number))
        handling.withdraw(complaint=case, reason="", by=members["Complaint handlers"])
        Complaint.objects.filter(pk=case.pk).update(received_at=long_ago, withdrawn_at=long_ago)
    client.force_login(members["Auditors"])
    client.cookies["django_language"] = "en"
    with patch("legalsite.today.MOST_COUNTED", 2):
        page = client.get("/admin/").text
    assert "The personal data of 2 or more complaints should have been erased" in page
    assert page.count("2 or more") == 2


def test_what_goes_on_by_itself_is_told_apart(members: dict[str, User]) -> None:
    everything(members)
    # Nobody asks about this one.
    old = make_complaint(summary="Old", email="other@example.com")
    handling.withdraw(complaint=old, reason="", by=members["Complaint handlers"])
    long_ago = timezone.now() - datetime.timedelta(days=3 * 366)
    Complaint.objects.filter(pk=old.pk).update(received_at=long_ago, withdrawn_at=long_ago)
    with translation.override("en"):
        coming = {str(task.words): task.number for task in today_of(members["Auditors"]).coming}
    assert coming == {
        "Announced": 1,
        "Complaints that are not answered yet": 1,
        "Complaints to be erased: the portal does it within a day": 1,
    }


def test_a_task_names_a_few_and_counts_the_rest(client: Client, members: dict[str, User]) -> None:
    for number in range(MOST_SHOWN + 3):
        make_version(make_document(slug=f"draft-{number}"), "2100-01-01", published=False)
    client.force_login(members["Editors"])
    client.cookies["django_language"] = "en"
    page = client.get("/admin/").text
    assert page.count("/admin/documents/version/") - page.count("/admin/documents/version/add/") >= MOST_SHOWN
    assert "and 3 more" in page


def test_however_much_waits_the_queries_are_few(
    members: dict[str, User], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    everything(members)
    admin = User.objects.create_superuser("example-admin")
    for number in range(3):
        make_version(make_document(slug=f"more-{number}"), "2100-01-01", published=False)
        make_complaint(summary=f"More {number}")
        make_request(text=f"More {number}")
    assert Version.objects.count() > 5
    assert Request.objects.count() > 3
    with django_assert_max_num_queries(MOST_QUERIES):
        today_of(User.objects.get(pk=admin.pk))


def test_the_index_is_grouped_by_work_with_accounts_last(admin_client: Client) -> None:
    found = admin_client.get("/admin/").context["app_list"]
    assert [group["app_label"] for group in found] == [
        "complaints",
        "privacy",
        "documents",
        "roaming",
        "core",
        "accounts",
    ]
    first = {group["app_label"]: group["models"][0]["object_name"] for group in found}
    assert first == {
        "complaints": "Complaint",
        "privacy": "Request",
        "documents": "Document",
        "roaming": "Destination",
        "core": "Banner",
        "accounts": "User",
    }


def test_every_group_has_a_name_on_the_screen() -> None:
    assert NAMES.keys() == GROUPS.keys()
