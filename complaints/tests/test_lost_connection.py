"""A connection that is lost at the very moment of COMMIT: nothing typed is lost, nothing is stored twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client

import complaints.loading
import core.loading
from complaints import attachments
from complaints.models import Attachment, Complaint, Draft, Event
from complaints.tests.test_attachments import hidden, names, post, stored, text
from core.loader import ContentLoader

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # SQLite has no connection to lose.
    pytest.mark.postgresql,
]

BEFORE, AFTER = "before", "after"


@pytest.fixture(autouse=True)
def content() -> Iterator[None]:
    """Begin with what a complaint needs of the company's content, and without a stored file."""
    loader = ContentLoader()
    core.loading.load(loader)
    complaints.loading.load(loader)
    for path in stored():
        path.unlink()
    yield
    connection.close()


@contextmanager
def connection_lost(when: str, number: int = 1) -> Iterator[None]:
    """Have the server end the portal's connection before, or just after, the COMMIT of this number."""
    real = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]  # what every COMMIT goes through
    left = number

    def commit(database: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0 and when == BEFORE:
            end(database)
        real(database)
        if left == 0 and when == AFTER:
            end(database)
            # The driver's own error, as when the server's answer to the COMMIT never comes.
            with database.wrap_database_errors:
                database.connection.execute("SELECT 1")

    with patch.object(BaseDatabaseWrapper, "_commit", commit):
        yield
    assert left <= 0, "there were fewer transactions"


def end(database: Any) -> None:
    """End the server's side of a connection, from another one."""
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [database.connection.info.backend_pid])
        assert cursor.fetchone() == (True,)
    other.close()


def assert_form_is_back(response: Any) -> None:
    assert response.status_code == 503
    assert "We cannot store your complaint at the moment." in response.text
    assert "The same invoice arrived twice." in response.text


def assert_stored_once(response: Any) -> None:
    """Check that there is one case, confirmed, with its two files, its event and its mails once."""
    assert response.status_code == 302
    complaint = Complaint.objects.get()
    files = complaint.attachments.all()
    assert sorted(file.name for file in files) == ["letter-1.txt", "letter-2.txt"]
    for file in files:
        with file.file.open("rb") as opened:
            assert opened.read().startswith(b"Letter ")
    assert complaint.events.filter(action=Event.Action.RECEIVED).count() == 1
    assert complaint.messages.count() == 1


def test_lost_before_the_case_is_committed(client: Client) -> None:
    page = post(client, "check", text(1), text(2)).text
    with connection_lost(BEFORE):
        response = post(client, "send", page=page)
    assert_form_is_back(response)
    assert not Complaint.objects.exists()
    assert names(response.text) == ["letter-1.txt", "letter-2.txt"]
    assert "were not stored" not in response.text
    page = post(client, "check", page=response.text).text
    for _time in range(2):
        assert_stored_once(post(client, "send", page=page))
    assert len(stored()) == 2


def test_lost_after_the_case_is_committed(client: Client) -> None:
    page = post(client, "check", text(1), text(2)).text
    with connection_lost(AFTER):
        response = post(client, "send", page=page)
    assert_stored_once(response)
    assert_stored_once(post(client, "send", page=page))
    assert len(stored()) == 2


@pytest.mark.parametrize("when", [BEFORE, AFTER])
@pytest.mark.parametrize("number", [1, 2])
def test_lost_while_files_are_kept(client: Client, when: str, number: int) -> None:
    """The first file or the second: the page says that they are to be added again."""
    with connection_lost(when, number):
        response = post(client, "check", text(1), text(2))
    assert_form_is_back(response)
    assert "Files that are not listed here were not stored. Please add them again." in response.text
    assert names(response.text) == []
    page = post(client, "check", text(1), text(2), page=response.text).text
    assert names(page) == ["letter-1.txt", "letter-2.txt"]
    assert_stored_once(post(client, "send", page=page))


@pytest.mark.parametrize("when", [BEFORE, AFTER])
def test_lost_while_a_file_is_added_to_others(client: Client, when: str) -> None:
    first = post(client, "edit", text(1)).text
    with connection_lost(when):
        response = post(client, "edit", text(2), page=first)
    assert_form_is_back(response)
    assert "field--error" in response.text
    assert names(response.text)[0] == "letter-1.txt"
    # Added again whether or not it was kept: the same file is kept once.
    page = post(client, "check", text(2), page=response.text).text
    assert names(page) == ["letter-1.txt", "letter-2.txt"]
    assert_stored_once(post(client, "send", page=page))


def test_what_a_lost_connection_leaves_is_gone_after_a_day(client: Client) -> None:
    with connection_lost(BEFORE, 2):
        post(client, "check", text(1), text(2))
    assert hidden(post(client, "check").text) == {}
    assert (Draft.objects.count(), Attachment.objects.count(), len(stored())) == (1, 1, 2)
    with patch("complaints.attachments.DRAFT_KEPT", -attachments.DRAFT_KEPT):
        assert attachments.remove_expired_drafts() == 1
        assert attachments.remove_unknown_files() == 1
    assert stored() == []
