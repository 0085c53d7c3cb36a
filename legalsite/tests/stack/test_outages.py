"""Database and processes taken away from the whole stack, one after the other (`make test-faults`)."""

import json
import time
import urllib.error
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from legalsite.tests.browser.conftest import Mailbox, plain
from legalsite.tests.stack.conftest import Visitor
from scripts.complainant import Complainant, OverTLS
from scripts.faults import verdict
from scripts.stack import Stack, up

pytestmark = pytest.mark.faults

BOTH = ("web1", "web2")
NEED_NO_DATABASE = (
    "/en/",
    "/fr/documents/",
    "/en/documents/ict-terms/",
    "/en/roaming/?q=Portugal",
    "/api/destinations/?q=Portugal&lang=en",
    "/healthz",
)
AT_ONCE = 40
"""Searches while the database is gone: more than there are threads in both processes."""

SOON = 5.0
"""Seconds in which a page is there that needs no database, whoever waits for the database meanwhile."""

PEOPLE = 40


def person(stack: Stack, number: int) -> Complainant:
    """Return somebody who writes through nginx, from a network of their own."""
    return Complainant(stack.url, number, None, OverTLS(stack.tls(), (f"127.8.{number}.1", 0)))


def wait_until_ready(visitor: Visitor) -> None:
    """Return when both processes are ready; fails when that takes too long."""
    deadline = time.monotonic() + 60
    while not all(visitor.get("/readyz", at).status == 200 for at in BOTH):
        assert time.monotonic() < deadline
        time.sleep(0.5)


def test_the_database_goes_and_comes_back(
    stack: Stack, visitor: Visitor, mailbox: tuple[Mailbox, int]
) -> None:
    before, someone = person(stack, 1), person(stack, 2)
    for one in (before, someone):
        one.open()
        one.check()
    acknowledged = before.send()
    for at in BOTH:
        assert {visitor.get(path, at).status for path in NEED_NO_DATABASE} == {200}
    stack.database.stop()
    try:
        with pytest.raises(urllib.error.HTTPError) as refused:
            someone.send_once()
        page = refused.value.read().decode()
        assert refused.value.code == 503
        assert "We cannot store your complaint at the moment." in page
        assert "What person 2 has to say." in page
        for at in BOTH:
            assert {visitor.get(path, at).status for path in NEED_NO_DATABASE} == {200}
            ready = visitor.get("/readyz", at)
            assert (ready.status, json.loads(ready.text)["database"]) == (503, False)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            searching = [
                pool.submit(visitor.get, "/en/search/?q=contract", BOTH[number % 2])
                for number in range(AT_ONCE)
            ]
            time.sleep(0.5)
            for at in BOTH:
                began = time.monotonic()
                assert visitor.get("/en/", at).status == 200
                assert time.monotonic() - began < SOON
            assert {search.result().status for search in searching} == {503}
    finally:
        stack.database.start()
    wait_until_ready(visitor)
    reference = someone.send()
    for shown in (acknowledged, reference):
        assert len(mailbox[0].wait_for(shown, 2, seconds=60)) == 2


@pytest.fixture
def alone(mailbox: tuple[Mailbox, int]) -> Iterator[Stack]:
    """A stack in which nobody has complained yet."""
    with up(EMAIL_URL=f"smtp://127.0.0.1:{mailbox[1]}") as running:
        yield running


def test_each_process_killed_in_turn_under_load(alone: Stack, mailbox: tuple[Mailbox, int]) -> None:
    people = [person(alone, number) for number in range(PEOPLE)]
    for one in people:
        one.open()
        one.check()
    with ThreadPoolExecutor(8) as pool:
        sending = []
        for number, name in enumerate(("web1", "mail", "redis", "database", "web2", "nginx")):
            sending += [pool.submit(one.send) for one in people[number * 6 : number * 6 + 6]]
            time.sleep(0.2)
            if name == "database":
                alone.database.kill()
                alone.database.start()
            else:
                alone.kill(name)
                alone.start(name)
            alone.wait_until_it_answers()
        sending += [pool.submit(one.send) for one in people[36:]]
        references = {each.result() for each in sending}
    assert len(references) == PEOPLE
    assert verdict(alone, people)["violations"] == []
    # A kill of the worker may send one mail a second time, under the same name.
    sent = [message for message in mailbox[0].messages if any(one in plain(message) for one in references)]
    assert len({message["Message-ID"] for message in sent}) == 2 * PEOPLE
    assert len(sent) <= 2 * PEOPLE + 1
    assert json.loads(Visitor(alone, "203.0.113.9").get("/readyz").text)["database"]
