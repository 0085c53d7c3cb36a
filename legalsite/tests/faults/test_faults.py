"""Processes killed, mail servers that misbehave, a full disk, a locked database: nothing is lost or doubled.

`make faults` does the first of these for five hundred complaints.
"""

import contextlib
import sqlite3
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from legalsite.tests.faults.conftest import DISK, SLOW_SECONDS, MailServer
from scripts.complainant import Complainant
from scripts.faults import verdict
from scripts.supervised import Killer, Supervised

pytestmark = pytest.mark.processes

QUICK = 1.0
"""Seconds in which a page must be there, whatever the mail server does."""

NOT_DELIVERED = """
from complaints.inbox import waiting
from complaints.models import Complaint
from django.utils import timezone
for complaint in waiting(Complaint.objects.all(), "mail", timezone.localdate()):
    print(complaint.reference)
"""


def wait_until(what: str, met: Callable[[], bool], seconds: float = 15) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline, f"not in {seconds} s: {what}"
        time.sleep(0.05)


def not_delivered(portal: Supervised) -> set[str]:
    """Return the cases of which staff see that a mail does not leave."""
    return set(portal.run("manage.py", "shell", "--verbosity", "0", "-c", NOT_DELIVERED).split())


def seconds_for_a_page(portal: Supervised) -> float:
    began = time.monotonic()
    urllib.request.urlopen(f"{portal.url}/en/", timeout=20).read()  # noqa: S310 - a loopback address
    return time.monotonic() - began


def test_processes_killed_while_complaints_come_in(killable: Supervised, people: list[Complainant]) -> None:
    sending = [people.pop() for _number in range(20)]
    killer = Killer(killable, seed=8, at_most=3)
    killer.start()

    def send(person: Complainant) -> None:
        person.check()
        # Spread over the kills.
        time.sleep(person.number % 5 * 0.4)
        person.send()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, sending))
    killer.join()
    killer.stop()
    assert sum(killer.kills.values()) == 3
    result = verdict(killable, sending)
    assert result["violations"] == []
    assert result["found"]["complaints"] == 20


def test_mails_that_are_not_taken_are_kept_seen_and_tried_again(
    killable: Supervised, people: list[Complainant], mail_server: tuple[MailServer, int]
) -> None:
    server, senders = mail_server[0], {manner: people.pop() for manner in ("refuse", "defer", "drop", "slow")}
    references = {}
    for manner, person in senders.items():
        server.manners[person.email] = manner
        person.check()
        references[manner] = person.send()
    slow, reference = senders["slow"].email, references.pop("slow")
    wait_until("the slow server's turn", lambda: server.tries[slow] == 1)
    began = time.monotonic()
    while time.monotonic() - began < SLOW_SECONDS / 2:
        assert seconds_for_a_page(killable) < QUICK
    wait_until("the slow mail", lambda: len(server.about(reference)) == 2)
    assert server.tries[slow] == 1
    assert not_delivered(killable) == set(references.values())
    wait_until("second tries", lambda: all(server.tries[senders[manner].email] >= 2 for manner in references))
    server.manners.clear()
    wait_until("every mail", lambda: all(len(server.about(one)) == 2 for one in references.values()))


def test_a_worker_killed_between_sending_and_marking_doubles_that_one_mail(
    killable: Supervised, people: list[Complainant], mail_server: tuple[MailServer, int]
) -> None:
    server, person = mail_server[0], people.pop()
    person.check()
    server.on_quit.append("mail")
    reference = person.send()
    wait_until("three mails", lambda: len(server.about(reference)) == 3)
    time.sleep(0.5)
    sent = [message["Message-ID"] for message in server.about(reference)]
    assert (len(sent), len(set(sent))) == (3, 2)


def test_a_full_disk_is_said_and_nothing_typed_is_lost(
    killable: Supervised, people: list[Complainant], disk: Path | None
) -> None:
    if disk is None:
        pytest.skip("no disk can be mounted here")
    before = sorted(disk.rglob("*"))
    for size in (2 * DISK, 12 * DISK):
        # The first is stored from memory, the second finds no room on its way already.
        person = people.pop()
        person.content = b"A long letter. " * (size // 15)
        page = person.check()
        assert "“letter.txt” could not be stored. Please try again later." in page
        assert f"What person {person.number} has to say." in page
        assert [path for path in disk.rglob("*") if path.is_file() and path not in before] == []
    # With a small file, the same form is taken.
    person.content = b"A short letter."
    person.check()
    person.send()


@contextlib.contextmanager
def locked(portal: Supervised) -> Iterator[None]:
    """Hold the lock of the database's one writer."""
    connection = sqlite3.connect(portal.folder / "portal.sqlite3", isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


@pytest.fixture
def on_sqlite(killable: Supervised) -> None:
    if not (killable.folder / "portal.sqlite3").exists():
        pytest.skip("PostgreSQL has no such lock")


@pytest.mark.usefixtures("on_sqlite")
def test_a_lock_that_ends_in_time_is_waited_for(killable: Supervised, people: list[Complainant]) -> None:
    person = people.pop()
    person.check()
    with ThreadPoolExecutor(1) as pool:
        with locked(killable):
            sent = pool.submit(person.send)
            time.sleep(0.7)
            assert not sent.done()
            assert seconds_for_a_page(killable) < QUICK
        sent.result(timeout=10)
    assert person.refusals == 0


@pytest.mark.usefixtures("on_sqlite")
def test_a_lock_that_lasts_gives_the_form_back(killable: Supervised, people: list[Complainant]) -> None:
    person = people.pop()
    person.check()
    with locked(killable), pytest.raises(urllib.error.HTTPError) as refused:
        person.send_once()
    page = refused.value.read().decode()
    assert refused.value.code == 503
    assert "We cannot store your complaint at the moment." in page
    assert f"What person {person.number} has to say." in page
    assert "letter.txt" in page
    # The same form goes through as soon as the lock is gone, once.
    assert person.send() == person.send()
