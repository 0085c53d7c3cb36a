"""A mail server that is down for an hour, the leap day, both changes of the clock, with real processes."""

import datetime
import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller

from legalsite.tests.browser.conftest import Mailbox
from legalsite.tests.clock import Clock
from legalsite.tests.faults.test_faults import not_delivered, wait_until
from legalsite.tests.prepared import database_url
from scripts.complainant import Complainant
from scripts.postgres import free_port
from scripts.supervised import Supervised

pytestmark = pytest.mark.faults

LUXEMBOURG = ZoneInfo("Europe/Luxembourg")
PATIENCE = 60
"""Seconds: a busy machine takes its time, and nothing is wrong with that here."""

METRICS = "only-for-this-test-run-0123456789"

CASES = """
import json
from complaints.models import Complaint
from django.utils import timezone
print(json.dumps({
    case.reference: [timezone.localtime(case.received_at).isoformat(), case.answer_due_on.isoformat()]
    for case in Complaint.objects.all()
}))
"""


@contextmanager
def portal_with(folder: Path, clock: Clock, mail_port: int) -> Iterator[Supervised]:
    """Run a portal that believes this clock, with the settings of production."""
    settings = {
        "METRICS_TOKEN": METRICS,
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        **clock.settings,
        "LOAD_SPECIMENS": "False",
    }
    if url := database_url("clocks"):
        settings["DATABASE_URL"] = url
    portal = Supervised(folder, **settings)
    # Where the monotonic clock is moved too, libfaketime never wakes who waits for an event, as the worker
    # does; where it is not, it fails those who sleep, as gunicorn does.
    portal.apart["mail"] = {"FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    with portal.up():
        yield portal


@contextmanager
def listening(port: int) -> Iterator[Mailbox]:
    """Run a mail server."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


def metric(portal: Supervised, name: str) -> float:
    """Return the number that Prometheus reads."""
    request = urllib.request.Request(f"{portal.url}/metrics", headers={"Authorization": f"Bearer {METRICS}"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - loopback
        lines = answer.read().decode().splitlines()
    return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name} "))


def failures(portal: Supervised) -> int:
    """Return how often the mail worker found no mail server."""
    return portal.log.read_text().count("put back for later")


def has_grown(portal: Supervised, tries: int) -> bool:
    return failures(portal) > tries


def ready(portal: Supervised) -> dict[str, bool]:
    with urllib.request.urlopen(f"{portal.url}/readyz", timeout=20) as answer:  # noqa: S310 - loopback
        found: dict[str, bool] = json.loads(answer.read())
        return found


def test_an_hour_without_a_mail_server_loses_and_doubles_nothing(tmp_path: Path) -> None:
    clock, port = Clock(tmp_path / "clock"), free_port()
    with portal_with(tmp_path, clock, port) as portal:
        people = [Complainant(portal.url, number) for number in range(3)]
        for person in people:
            person.open()
            person.check()
        references = {person.send() for person in people}
        # Twelve times five minutes: each of the tries fails.
        for _try in range(12):
            tries = failures(portal)
            clock.put_forward(datetime.timedelta(minutes=5, seconds=5))
            wait_until("the next try", partial(has_grown, portal, tries), seconds=PATIENCE)
        assert metric(portal, "portal_mail_oldest_seconds") > 3600
        assert metric(portal, "portal_mail_queued") >= 2 * len(references)
        assert metric(portal, "portal_mail_failed") == 0
        assert not_delivered(portal) == references
        # Mail is no reason to send readers elsewhere.
        assert all(ready(portal).values())
        with listening(port) as box:
            clock.put_forward(datetime.timedelta(minutes=5, seconds=5))
            for reference in references:
                assert len(box.wait_for(reference, 2, seconds=PATIENCE)) == 2
            # The daily figures for staff may be the last to leave.
            wait_until("an empty queue", lambda: metric(portal, "portal_mail_queued") == 0, seconds=PATIENCE)
        assert len({message["Message-ID"] for message in box.messages}) == len(box.messages)
        assert not_delivered(portal) == set()


@pytest.mark.parametrize(
    ("begins", "due_on"),
    [
        # From one day to the next, into and out of the leap day; to summer time at two, and back at three.
        ("2028-02-28T23:59:40", "2028-03-29"),
        ("2028-02-29T23:59:40", "2028-04-01"),
        ("2027-03-28T01:59:40", "2027-04-28"),
        ("2027-10-31T02:59:40", "2027-11-30"),
    ],
)
def test_a_complaint_across_a_change_of_the_day_or_of_the_clock(
    tmp_path: Path, begins: str, due_on: str
) -> None:
    moment = datetime.datetime.fromisoformat(begins).replace(tzinfo=LUXEMBOURG)
    clock, port = Clock(tmp_path / "clock", moment - datetime.timedelta(minutes=30)), free_port()
    with listening(port) as box, portal_with(tmp_path, clock, port) as portal:
        before, after = Complainant(portal.url, 1), Complainant(portal.url, 2)
        for person in (before, after):
            person.open()
            person.check()
        first = before.send()
        assert len(box.wait_for(first, 2, seconds=PATIENCE)) == 2
        # Over the change, with a form that is open.
        clock.put_forward(datetime.timedelta(minutes=31))
        crossed = clock.now
        second = after.send()
        assert len(box.wait_for(second, 2, seconds=PATIENCE)) == 2
        cases = json.loads(portal.run("manage.py", "shell", "--verbosity", "0", "-c", CASES))
        received = {name: datetime.datetime.fromisoformat(at) for name, (at, _due) in cases.items()}
        assert set(cases) == {first, second}
        assert abs(received[second] - crossed) < datetime.timedelta(minutes=1)
        assert received[first] < received[second]
        assert cases[second][1] == due_on
        assert all(ready(portal).values())
        assert "not completed" not in portal.log.read_text()
        # The hour that comes twice sends nothing twice.
        clock.put_forward(datetime.timedelta(hours=1))
        third = Complainant(portal.url, 3)
        third.open()
        third.check()
        assert len(box.wait_for(third.send(), 2, seconds=PATIENCE)) == 2
        assert len({message["Message-ID"] for message in box.messages}) == len(box.messages)
