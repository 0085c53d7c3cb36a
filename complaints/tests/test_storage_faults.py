"""Disk and database that refuse: it is said in words, nothing typed is lost, nothing stays behind."""

import os
import time
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from complaints import attachments
from complaints.models import Attachment
from complaints.tests.test_attachments import folder, names, post, stored, upload
from complaints.tests.uploaded_files import TXT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_stored() -> None:
    """Begin with no stored file."""
    for path in stored():
        path.unlink()


def test_a_file_that_no_row_names_is_removed_after_a_day(client: Client) -> None:
    page = post(client, "check", upload("invoice.pdf")).text
    post(client, "send", page=page)
    (folder() / "ab").mkdir(exist_ok=True)
    for name in ("old", "new"):
        (folder() / "ab" / name).write_bytes(TXT)
    long_ago = time.time() - attachments.DRAFT_KEPT.total_seconds() - 60
    for path in stored():
        if path.name != "new":
            os.utime(path, (long_ago, long_ago))
    call_command("apply_retention", verbosity=0)
    kept = {str(path.relative_to(folder())) for path in stored()}
    assert kept == {"ab/new", str(Attachment.objects.get().file.name)}
    assert attachments.remove_unknown_files() == 0


def test_a_full_disk_leaves_no_half_of_a_file(client: Client) -> None:
    def write(file: Any, chunk_size: int | None = None) -> Iterator[bytes]:
        yield b"half"
        raise OSError(28, "No space left on device")

    with patch("django.core.files.uploadedfile.InMemoryUploadedFile.chunks", write):
        response = post(client, "check", upload("letter.txt", TXT))
    assert "“letter.txt” could not be stored." in response.text
    assert stored() == []


def test_an_upload_that_no_disk_takes_is_said_and_nothing_typed_is_lost(client: Client) -> None:
    large = TXT * (3_000_000 // len(TXT))
    with patch("django.core.files.uploadedfile.TemporaryUploadedFile.__init__", side_effect=OSError(28, "")):
        response = post(client, "check", upload("large.txt", large))
    assert response.status_code == 200
    assert response.text.count("“large.txt” could not be stored.") == 2
    assert "The same invoice arrived twice." in response.text


@pytest.mark.parametrize(
    "error", [OperationalError("database is locked"), InterfaceError("connection closed")]
)
def test_a_database_that_refuses_is_said_and_nothing_typed_is_lost(client: Client, error: Exception) -> None:
    page = post(client, "check", upload("invoice.pdf")).text
    with patch("complaints.receiving.Complaint.objects.create", side_effect=error):
        response = post(client, "send", page=page)
    assert response.status_code == 503
    assert response["Retry-After"] == "60"
    assert "We cannot store your complaint at the moment." in response.text
    assert "The same invoice arrived twice." in response.text
    assert names(response.text) == ["invoice.pdf"]
    page = post(client, "check", page=response.text).text
    assert post(client, "send", page=page).status_code == 302


def test_a_database_that_cannot_even_be_read_gives_the_form_back_with_its_draft(client: Client) -> None:
    page = post(client, "check", upload("invoice.pdf")).text

    def gone(*_arguments: Any) -> Any:
        raise OperationalError("server closed the connection")

    with connection.execute_wrapper(gone):
        response = post(client, "send", page=page)
    assert response.status_code == 503
    assert "We cannot store your complaint at the moment." in response.text
    assert "The same invoice arrived twice." in response.text
    # Its files are not listed, and come back with the draft.
    page = post(client, "check", page=response.text).text
    assert names(page) == ["invoice.pdf"]
    assert post(client, "send", page=page).status_code == 302
