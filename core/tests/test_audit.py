"""The audit log: what is in it, that nobody changes it, and that it is not kept for ever."""

import datetime
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from core import audit
from core.append_only import AppendOnly
from core.models import AuditEntry

pytestmark = pytest.mark.django_db

LIST = "/admin/core/auditentry/"


@pytest.fixture
def boss(client: Client) -> User:
    """A superuser, who is signed in."""
    user = User.objects.create_superuser("example-boss", password="an example passphrase")
    client.force_login(user)
    return user


def entries(**wanted: Any) -> list[tuple[str, str, dict[str, Any]]]:
    """Return what is on record of the boss since the sign-in, the oldest first."""
    found = AuditEntry.objects.filter(actor="example-boss", **wanted).exclude(action="signed_in")
    return [(entry.action, entry.subject, entry.facts) for entry in found.order_by("pk")]


def account_form(user: User, **changes: Any) -> dict[str, Any]:
    """Return what the form of an account sends."""
    joined = timezone.localtime(user.date_joined)
    data = {
        "username": user.username,
        "date_joined_0": joined.date().isoformat(),
        "date_joined_1": joined.time().isoformat("seconds"),
        "is_active": "on",
    }
    return {name: value for name, value in (data | changes).items() if value is not None}


def test_entries_are_written_once(boss: User) -> None:
    audit.record(audit.Action.EXPORTED, by=boss, about="x.csv")
    entry = AuditEntry.objects.get(action="exported")
    with pytest.raises(AppendOnly):
        entry.save()
    with pytest.raises(AppendOnly):
        entry.delete()
    with pytest.raises(AppendOnly):
        AuditEntry.objects.all().delete()
    with pytest.raises(AppendOnly):
        AuditEntry.objects.update(actor="")


def test_entries_outlive_the_account(boss: User) -> None:
    audit.record(audit.Action.EXPORTED, by=boss, about="x.csv")
    boss.delete()
    assert AuditEntry.objects.get(action="exported").actor == "example-boss"


def test_the_list_is_to_read(client: Client, boss: User) -> None:
    audit.record(audit.Action.EXPORTED, by=boss, about="x.csv", facts={"number": 3, "names": ["a", "b"]})
    entry = AuditEntry.objects.get(action="exported")
    page = client.get(LIST, {"q": "x.csv"})
    assert "names\u00a0: a, b; number\u00a0: 3" in page.text
    one = reverse("admin:core_auditentry_change", args=[entry.pk])
    assert client.get(one).status_code == 200
    for address in (one, f"{LIST}add/", f"{LIST}{entry.pk}/delete/"):
        assert client.post(address, {"actor": "somebody else"}).status_code == 403
    assert AuditEntry.objects.get(pk=entry.pk).actor == "example-boss"


@pytest.mark.parametrize(("group", "status"), [("Auditors", 200), ("Editors", 403), ("Data protection", 403)])
def test_auditors_read_it_and_others_do_not(client: Client, group: str, status: int) -> None:
    user = User.objects.create_user("example-reader", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)
    assert client.get(LIST).status_code == status


def test_rights_of_an_account_are_on_record(client: Client, boss: User) -> None:
    editors = Group.objects.get(name="Editors")
    permission = Permission.objects.get(codename="export_complaint")
    add = reverse("admin:auth_user_add")
    password = "quatre girafes sous la pluie"  # noqa: S105 - of no real account
    data = {
        "username": "example-new",
        "usable_password": "true",
        "password1": password,
        "password2": password,
    }
    assert client.post(add, data).status_code == 302
    user = User.objects.get(username="example-new")
    change = reverse("admin:auth_user_change", args=[user.pk])
    rights = {"is_staff": "on", "groups": [editors.pk], "user_permissions": [permission.pk]}
    assert client.post(change, account_form(user, **rights)).status_code == 302
    assert client.post(change, account_form(user, is_active=None, is_staff="on")).status_code == 302
    assert client.post(change, account_form(user, is_active=None, is_staff="on")).status_code == 302
    gone = reverse("admin:auth_user_delete", args=[user.pk])
    client.post(gone, {"post": "yes"})
    name = "complaints.export_complaint"
    assert entries() == [
        ("account_added", "example-new", {"username": "example-new"}),
        (
            "account_changed",
            "example-new",
            {"is_staff": True, "groups added": ["Editors"], "user_permissions added": [name]},
        ),
        (
            "account_changed",
            "example-new",
            {"is_active": False, "groups removed": ["Editors"], "user_permissions removed": [name]},
        ),
        ("account_deleted", "example-new", {}),
    ]


def test_rights_of_a_group_are_on_record(client: Client, boss: User) -> None:
    group = Group.objects.create(name="Example group")
    permission = Permission.objects.get(codename="export_complaint")
    change = reverse("admin:auth_group_change", args=[group.pk])
    client.post(change, {"name": "Example group", "permissions": [permission.pk]})
    client.post(
        reverse("admin:auth_group_changelist"),
        {"action": "delete_selected", "_selected_action": [group.pk], "post": "yes"},
    )
    assert entries() == [
        ("group_changed", "Example group", {"permissions added": ["complaints.export_complaint"]}),
        ("group_deleted", "Example group", {}),
    ]


def test_a_password_that_somebody_else_changes_is_on_record(client: Client, boss: User) -> None:
    user = User.objects.create_user("example-new", password="an example passphrase")
    address = reverse("admin:auth_user_password_change", args=[user.pk])
    password = "quatre girafes sous la pluie"  # noqa: S105 - of no real account
    client.post(address, {"usable_password": "true", "password1": password, "password2": "other"})
    assert entries() == []
    client.post(address, {"usable_password": "true", "password1": password, "password2": password})
    assert entries() == [("password", "example-new", {})]


def test_is_kept_for_as_long_as_is_set(boss: User, settings: Settings) -> None:
    settings.AUDIT_RETENTION_MONTHS = 6
    audit.record(audit.Action.EXPORTED, by=boss, about="x.csv")
    now = timezone.now()
    for about, months, days in (("old.csv", 6, 1), ("young.csv", 6, -1)):
        at = now - relativedelta(months=months) - datetime.timedelta(days=days)
        AuditEntry.objects.create(action="exported", subject=about, at=at)
    assert audit.due(now).count() == 1
    assert audit.remove_old() == 1
    left = AuditEntry.objects.filter(action="exported").values_list("subject", flat=True)
    assert set(left) == {"x.csv", "young.csv"}
