"""Failed sign-ins: who is locked, for how long, and what is stored of it."""

import datetime
import re
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from core.models import UNKNOWN, AuditEntry
from core.sign_in import failures

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

PASSWORD = "an example passphrase"  # noqa: S105 - of no real account
NAME = "example-person"
HOME, ELSEWHERE = "192.0.2.7", "198.51.100.7"


@pytest.fixture(autouse=True)
def person() -> User:
    return User.objects.create_superuser(NAME, password=PASSWORD)


@pytest.fixture
def later() -> Iterator[mock.Mock]:
    """The clock of the counts; `later.return_value` puts it forward."""
    now = timezone.now()
    with (
        mock.patch("axes.handlers.proxy.now", return_value=now) as clock,
        mock.patch("django.utils.timezone.now", clock),
    ):
        yield clock


def try_in(
    client: Client, typed: str = "wrong", *, name: str = NAME, address: str = HOME, **headers: str
) -> Any:
    """Send name and password from an address."""
    data = {"username": name, "password": typed, "next": "/admin/auth/user/?q=somebody"}
    return client.post("/admin/login/", data, REMOTE_ADDR=address, headers=headers)


def fail(number: int, client: Client | None = None, **how: str) -> None:
    """Fail `number` times."""
    for _attempt in range(number):
        try_in(client or Client(), **how)


def test_locks_after_five_and_says_for_how_long(client: Client) -> None:
    fail(4)
    assert try_in(client).status_code == 429
    locked = try_in(client, PASSWORD)
    assert locked.status_code == 429
    assert locked.headers["Retry-After"] == "900"
    assert "15" in locked.content.decode()
    assert "no-store" in locked.headers["Cache-Control"]


def test_the_right_password_opens_before_that_and_clears_the_count(client: Client) -> None:
    fail(4)
    assert try_in(client, PASSWORD).status_code == 302
    assert not AccessAttempt.objects.exists()


def test_trying_while_locked_does_not_prolong_it(client: Client, later: mock.Mock) -> None:
    fail(5)
    later.return_value += datetime.timedelta(minutes=14)
    locked = try_in(client, PASSWORD)
    assert (locked.status_code, locked.headers["Retry-After"]) == (429, "60")
    later.return_value += datetime.timedelta(minutes=1, seconds=1)
    assert try_in(client, PASSWORD).status_code == 302


def test_an_account_that_does_not_exist_is_locked_alike() -> None:
    answers = []
    for name in (NAME, "nobody"):
        fail(5, name=name)
        locked = try_in(Client(), name=name)
        answers.append((locked.status_code, re.sub(r'value="[^"]*"', "", locked.content.decode())))
        AccessAttempt.objects.all().delete()
    assert answers[0] == answers[1]


def test_another_network_and_another_account_go_on(client: Client) -> None:
    User.objects.create_superuser("example-other", password=PASSWORD)
    fail(5)
    assert try_in(Client(), PASSWORD, address="192.0.2.200").status_code == 429
    assert try_in(Client(), PASSWORD, address=ELSEWHERE).status_code == 302
    assert try_in(Client(), PASSWORD, name="example-other").status_code == 302


def test_a_known_browser_is_locked_by_nobody_else(client: Client) -> None:
    try_in(client, PASSWORD)
    client.post(reverse("admin:logout"))
    fail(5)
    for network in range(4):
        fail(5, address=f"203.0.{network}.1")
    assert try_in(Client(), PASSWORD, address=ELSEWHERE).status_code == 429
    assert try_in(client, PASSWORD).status_code == 302


def test_a_known_browser_has_a_count_of_its_own(client: Client) -> None:
    try_in(client, PASSWORD)
    client.post(reverse("admin:logout"))
    fail(5, client)
    assert try_in(client, PASSWORD).status_code == 429
    assert try_in(Client(), PASSWORD).status_code == 302


def test_a_browser_is_known_for_its_account_only(client: Client) -> None:
    User.objects.create_superuser("example-other", password=PASSWORD)
    try_in(client, PASSWORD)
    client.post(reverse("admin:logout"))
    fail(5, name="example-other")
    assert try_in(client, PASSWORD, name="example-other").status_code == 429


def test_a_forged_cookie_makes_no_browser_known(client: Client) -> None:
    client.cookies[failures.COOKIE] = f"{failures._digest(NAME)}:browser:1sABCD:forged"
    fail(5)
    assert try_in(client, PASSWORD).status_code == 429


def test_many_names_lock_a_network_but_not_the_browsers_that_are_known(client: Client) -> None:
    try_in(client, PASSWORD)
    client.post(reverse("admin:logout"))
    for number in range(failures.OF_NETWORK):
        fail(1, name=f"guess-{number}")
    assert try_in(Client(), PASSWORD).status_code == 429
    assert try_in(Client(), PASSWORD, address=ELSEWHERE).status_code == 302
    assert try_in(client, PASSWORD).status_code == 302


def test_signing_in_does_not_clear_the_count_of_the_network(client: Client) -> None:
    for number in range(failures.OF_NETWORK):
        fail(1, name=f"guess-{number}")
        if number == 40:
            try_in(Client(), PASSWORD)
    assert try_in(Client(), PASSWORD).status_code == 429


def test_behind_a_proxy_the_network_of_the_client_counts(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1
    for _attempt in range(5):
        try_in(Client(), address="127.0.0.1", **{"X-Forwarded-For": f"1.2.3.4, {HOME}"})
    forged = {"X-Forwarded-For": f"{ELSEWHERE}, {HOME}"}
    assert try_in(Client(), PASSWORD, address="127.0.0.1", **forged).status_code == 429
    other = {"X-Forwarded-For": ELSEWHERE}
    assert try_in(Client(), PASSWORD, address="127.0.0.1", **other).status_code == 302


@pytest.mark.parametrize(
    ("address", "stored"),
    [(HOME, "192.0.2.0"), ("2001:db8:1:2ff::4", "2001:db8:1::"), ("::ffff:192.0.2.9", "192.0.2.0")],
)
def test_what_is_stored_names_nobody(address: str, stored: str) -> None:
    client = Client(headers={"User-Agent": "Example/1.0", "Accept": "text/html"})
    for _twice in range(2):
        try_in(client, "a secret I typed", name="my password in the wrong field", address=address)
    attempt = AccessAttempt.objects.get()
    assert attempt.ip_address == stored
    assert attempt.username.startswith(UNKNOWN)
    text = " ".join(str(getattr(attempt, field.attname)) for field in attempt._meta.concrete_fields)
    for word in ("secret", "wrong field", "Example/1.0", "somebody", "text/html"):
        assert word not in text
    entries = AuditEntry.objects.filter(action="refused")
    assert {entry.subject for entry in entries} == {""}


def test_failures_and_locks_are_on_record_once_each() -> None:
    fail(9)
    entries = list(
        AuditEntry.objects.exclude(action="group_changed")
        .order_by("pk")
        .values_list("action", "subject", "network")
    )
    expected = [("refused", NAME, "192.0.2.0/24")] * 5 + [("locked", NAME, "192.0.2.0/24")]
    assert entries == expected


def test_old_failures_are_deleted(later: mock.Mock) -> None:
    fail(3)
    later.return_value += datetime.timedelta(minutes=16)
    AccessAttempt.objects.update(attempt_time=timezone.now() - datetime.timedelta(minutes=16))
    assert failures.remove_old() == 1
    assert not AccessAttempt.objects.exists()


class TestUnlocking:
    """The list of failures in the admin."""

    ADDRESS = "/admin/core/failedsignin/"

    def test_lifts_a_lock_and_is_on_record(self, client: Client) -> None:
        fail(5)
        client.force_login(User.objects.create_superuser("example-boss"))
        assert NAME in client.get(self.ADDRESS).text
        pk = AccessAttempt.objects.get().pk
        client.post(self.ADDRESS, {"action": "unlock", "_selected_action": [pk]})
        assert try_in(Client(), PASSWORD).status_code == 302
        entry = AuditEntry.objects.get(action="unlocked")
        assert (entry.actor, entry.subject) == ("example-boss", NAME)

    def test_is_for_superusers(self, client: Client) -> None:
        fail(5)
        auditor = User.objects.create_user("example-auditor", is_staff=True)
        auditor.groups.add(Group.objects.get(name="Auditors"))
        client.force_login(auditor)
        assert client.get(self.ADDRESS).status_code == 403
        pk = AccessAttempt.objects.get().pk
        client.post(self.ADDRESS, {"action": "unlock", "_selected_action": [pk]})
        assert AccessAttempt.objects.exists()
