"""Files of the form: kept while it is filled in, named when they are refused, and the case's in the end."""

import datetime
import hashlib
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core import signing
from django.core.files.storage import FileSystemStorage, storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone, translation
from post_office.models import Email
from pytest_django import Settings

from complaints import attachments, uploads
from complaints.models import Attachment, Complaint, Draft
from complaints.receiving import known
from complaints.scanning import Verdict
from complaints.tests.factories import FACTS, form_token
from complaints.tests.test_scanning import EICAR_LIKE, scanner
from complaints.tests.uploaded_files import PDF, TXT, WHOLE

pytestmark = pytest.mark.django_db

TOKEN = form_token()
GONE = "Your files are no longer here. Please add them again."


def url(language: str = "en") -> str:
    with translation.override(language):
        return reverse("complaints:new")


def upload(name: str, content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def text(number: int, size: int = 20) -> SimpleUploadedFile:
    """Return a text file like no other number's."""
    return upload(f"letter-{number}.txt", f"Letter {number}\n".encode().ljust(size, b"a"))


def post(client: Client, action: str, *files: SimpleUploadedFile, page: str = "", **changes: Any) -> Any:
    """Press a button of the form, with the draft and digests that `page` carries, and with new files."""
    data = {**FACTS, "token": TOKEN, "action": action, **hidden(page), **changes}
    return client.post(url(), {**data, "attached": list(files)} if files else data)


def hidden(page: str) -> dict[str, Any]:
    """Return what a page carries of its files."""
    draft = re.search(r'name="draft" value="([^"]+)"', page)
    found: dict[str, Any] = {"draft": draft[1]} if draft else {}
    if digests := re.findall(r'name="digest" value="(\w+)"', page):
        found["digest"] = digests
    return found


def names(page: str) -> list[str]:
    """Return the names of the files that a page says it holds."""
    return re.findall(r'<li>([^<]+) <span class="quiet">', page)


def stored() -> list[Path]:
    """Return the files in the private storage."""
    return [path for path in folder().rglob("*") if path.is_file()]


def folder() -> Path:
    storage = storages["attachments"]
    assert isinstance(storage, FileSystemStorage)
    return Path(storage.location)


@pytest.fixture(autouse=True)
def empty_storage() -> None:
    """Begin with no stored file."""
    for path in stored():
        path.unlink()


def test_good_files_are_kept_and_bad_ones_named_beside_the_field(client: Client) -> None:
    response = post(client, "check", upload("invoice.pdf"), upload("run.exe", b"MZ"), upload("fake.png"))
    page = response.text
    assert "Check your answers" not in page
    assert names(page) == ["invoice.pdf"]
    assert page.count("“run.exe” is not of an accepted kind.") == 2
    assert page.count("“fake.png” is damaged, or is not the kind of file that its name says.") == 2
    beside = page[page.index('for="id_attached"') : page.index('name="attached"')]
    assert "run.exe" in beside
    assert '<a href="#id_attached">' in page
    assert "The same invoice arrived twice." in page
    assert [attachment.name for attachment in Attachment.objects.all()] == ["invoice.pdf"]
    checked = post(client, "check", page=page)
    assert "<h1>Check your answers</h1>" in checked.text
    assert names(checked.text) == ["invoice.pdf"]
    assert hidden(checked.text)["digest"] == [hashlib.sha256(PDF).hexdigest()]


def test_every_kind_of_file_can_be_sent_and_belongs_to_the_case(client: Client) -> None:
    kinds = [".pdf", ".jpg", ".png", ".docx", ".eml"]
    files = [upload(f"Pièce {number}{kind}", WHOLE[kind]) for number, kind in enumerate(kinds)]
    page = post(client, "check", *files).text
    assert len(hidden(page)["digest"]) == 5
    assert post(client, "send", page=page).status_code == 302
    complaint = Complaint.objects.get()
    held = list(complaint.attachments.all())
    assert [attachment.name for attachment in held] == [file.name for file in files]
    for attachment, kind in zip(held, kinds, strict=True):
        content = WHOLE[kind]
        assert attachment.sha256 == hashlib.sha256(content).hexdigest()
        assert attachment.size == len(content)
        assert attachment.media_type == uploads.KINDS[kind].media_type
        assert attachment.file.read() == content
        assert (attachment.draft, attachment.message) == (None, None)
    assert not Draft.objects.exists()


def test_nobody_leaves_a_draft_without_files(client: Client) -> None:
    page = post(client, "check").text
    assert hidden(page) == {}
    post(client, "check", upload("empty.txt", b""))
    assert not Draft.objects.exists()
    assert stored() == []


def test_files_survive_editing_and_switching_the_language(client: Client) -> None:
    page = post(client, "check", upload("invoice.pdf")).text
    edited = post(client, "edit", page=page).text
    assert names(edited) == ["invoice.pdf"]
    french = client.post(url("fr"), {**FACTS, "token": TOKEN, "action": "edit", **hidden(edited)}).text
    assert 'lang="fr"' in french
    assert names(french) == ["invoice.pdf"]
    more = post(client, "check", upload("letter.txt", TXT), page=french).text
    assert names(more) == ["invoice.pdf", "letter.txt"]
    assert Draft.objects.count() == 1


def test_a_file_is_removed_and_what_was_typed_stays(client: Client) -> None:
    page = post(client, "check", upload("invoice.pdf"), upload("letter.txt", TXT)).text
    form = post(client, "edit", page=page).text
    invoice = Attachment.objects.get(name="invoice.pdf")
    assert f'name="remove" value="{invoice.pk}"' in form
    page = post(client, "", page=form, remove=str(invoice.pk), summary="Half a sentence", phone="").text
    assert names(page) == ["letter.txt"]
    assert "Half a sentence" in page
    assert "autofocus" not in page
    assert not Attachment.objects.filter(pk=invoice.pk).exists()
    assert len(stored()) == 1


@pytest.mark.parametrize("wanted", ["0", "x", "-1", "²", "٣", "9" * 30, "9" * 5000, "\0"])
def test_removing_what_is_not_there_changes_nothing(client: Client, wanted: str) -> None:
    page = post(client, "check", upload("invoice.pdf")).text
    response = post(client, "", page=page, remove=wanted)
    assert response.status_code == 200
    assert names(response.text) == ["invoice.pdf"]


def test_a_file_of_another_draft_cannot_be_removed(client: Client) -> None:
    post(client, "check", upload("theirs.pdf"))
    theirs = Attachment.objects.get()
    own = post(client, "check", upload("own.txt", TXT)).text
    post(client, "", page=own, remove=str(theirs.pk))
    assert Attachment.objects.filter(pk=theirs.pk).exists()
    assert len(stored()) == 2


def test_a_sixth_file_is_too_much(client: Client) -> None:
    page = post(client, "check", *map(text, range(4))).text
    page = post(client, "check", text(4), text(5), page=page).text
    assert "“letter-5.txt” is too much: at most five files, together no more than 25 MB." in page
    assert names(page) == [f"letter-{number}.txt" for number in range(5)]
    assert Attachment.objects.count() == len(stored()) == 5


def test_more_than_25_mb_is_too_much(client: Client) -> None:
    ten = 10 * 1024 * 1024
    page = post(client, "check", text(1, ten + 1), text(2, ten), text(3, ten)).text
    assert "“letter-1.txt” is larger than 10 MB." in page
    page = post(client, "check", text(4, ten // 2 + 1), text(5, ten // 2), page=page).text
    assert "“letter-4.txt” is too much" in page
    assert names(page) == ["letter-2.txt", "letter-3.txt", "letter-5.txt"]


def test_the_same_file_twice_is_kept_once(client: Client) -> None:
    page = post(client, "check", upload("invoice.pdf"), upload("copy.pdf")).text
    page = post(client, "check", upload("again.pdf"), page=page).text
    assert names(page) == ["invoice.pdf"]
    assert len(stored()) == 1


def test_sending_twice_is_one_case_with_one_set_of_files(client: Client) -> None:
    page = post(client, "check", upload("invoice.pdf"), upload("letter.txt", TXT)).text
    pages = [client.get(post(client, "send", page=page)["Location"]).text for _time in range(2)]
    reference = Complaint.objects.get().reference
    assert all(reference in each for each in pages)
    assert Attachment.objects.count() == len(stored()) == 2
    assert Email.objects.count() == 2


def test_a_second_sending_that_comes_while_the_first_is_stored_is_the_same_case(client: Client) -> None:
    """The first takes the files over just after the second has looked whether the case is known."""
    page = post(client, "check", upload("invoice.pdf")).text

    def meanwhile(key: str) -> Complaint | None:
        found = known(key)
        with patch("complaints.views.known", known):
            assert post(Client(), "send", page=page).status_code == 302
        return found

    with patch("complaints.views.known", meanwhile):
        response = post(client, "send", page=page)
    assert response.status_code == 302
    assert Complaint.objects.get().attachments.count() == 1


def test_a_changed_form_without_its_files_is_no_case(client: Client) -> None:
    """After sending, "back" shows the check page again: its files are those of the first case."""
    page = post(client, "check", upload("invoice.pdf")).text
    post(client, "send", page=page)
    again = post(client, "send", page=page, summary="Changed")
    assert GONE in again.text
    assert 'value="Changed"' in again.text
    assert Complaint.objects.get().attachments.count() == 1


def outdated(page: str) -> dict[str, Any]:
    """Let the draft of a page expire."""
    Draft.objects.update(created_at=timezone.now() - attachments.DRAFT_KEPT - datetime.timedelta(seconds=1))
    return hidden(page)


def forged(page: str) -> dict[str, Any]:
    """Sign the draft of a page with another purpose."""
    token = signing.dumps(Draft.objects.get().pk, salt="other")
    return {**hidden(page), "draft": token}


def removed(page: str) -> dict[str, Any]:
    """Let the draft of a page expire and be cleaned away."""
    carried = outdated(page)
    assert attachments.remove_expired_drafts() == 1
    return carried


@pytest.mark.parametrize("spoil", [outdated, forged, removed])
@pytest.mark.parametrize("action", ["check", "send", "edit"])
def test_files_that_are_gone_are_said_to_be_and_nothing_else_is_lost(
    client: Client, spoil: Any, action: str
) -> None:
    carried = spoil(post(client, "check", upload("invoice.pdf")).text)
    response = post(client, action, **carried)
    assert response.status_code == 200
    assert response.text.count(GONE) == 2
    assert "<h1>Make a complaint</h1>" in response.text
    assert "The same invoice arrived twice." in response.text
    assert names(response.text) == []
    assert not Complaint.objects.exists()
    # Once it has been said, the form goes its way.
    page = post(client, "check", upload("invoice.pdf"), page=response.text).text
    assert post(client, "send", page=page).status_code == 302
    assert [one.name for one in Complaint.objects.get().attachments.all()] == ["invoice.pdf"]


def test_the_word_of_a_draft_expires() -> None:
    draft = Draft.objects.create()
    assert attachments.draft_of(attachments.draft_token(draft)) == draft
    day = attachments.DRAFT_KEPT.total_seconds()
    with patch("django.core.signing.time.time", return_value=time.time() - day - 1):
        token = attachments.draft_token(draft)
    assert attachments.draft_of(token) is None


def test_expired_drafts_are_removed_with_their_files(client: Client) -> None:
    post(client, "check", upload("invoice.pdf"), upload("letter.txt", TXT))
    Draft.objects.update(created_at=timezone.now() - attachments.DRAFT_KEPT - datetime.timedelta(minutes=1))
    page = post(client, "check", upload("recent.pdf")).text
    sent = post(client, "check", upload("sent.png", WHOLE[".png"])).text
    post(client, "send", page=sent)
    assert attachments.remove_expired_drafts() == 1
    assert {one.name for one in Attachment.objects.all()} == {"recent.pdf", "sent.png"}
    assert len(stored()) == 2
    assert names(post(client, "check", page=page).text) == ["recent.pdf"]


def test_files_lie_under_random_names_where_no_address_leads(client: Client) -> None:
    page = post(client, "check", upload("invoice.pdf"), upload("letter.txt", TXT)).text
    post(client, "send", page=page)
    kept = [str(path.relative_to(folder())) for path in stored()]
    assert sorted(kept) == sorted(str(attachment.file.name) for attachment in Attachment.objects.all())
    for name in kept:
        assert re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{32}", name)
        assert (folder() / name).read_bytes() in (PDF, TXT)
        for prefix in ("", "static/", "attachments/", "documents/", "admin/documents/version/file/"):
            response = client.get(f"/{prefix}{name}")
            assert response.status_code in (302, 404)
            assert "/admin/login/" in response.get("Location", "/admin/login/")
    served = [name for name in get_resolver("complaints.urls").reverse_dict if isinstance(name, str)]
    assert sorted(served) == ["case", "follow", "leave", "new", "open", "received"]


@pytest.fixture
def clamd(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """Run a small scanner that knows one signature, and tell the portal of it."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "clamd.ctl"))
    listener.listen(5)
    settings.CLAMAV_SOCKET = f"unix:{tmp_path}/clamd.ctl"

    def answer() -> None:
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            with connection:
                scanner(connection)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    yield
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


def test_what_the_scanner_finds_is_refused(client: Client, clamd: None) -> None:
    page = post(client, "check", upload("bad.txt", EICAR_LIKE), upload("invoice.pdf")).text
    assert page.count("The virus scanner refuses “bad.txt”.") == 2
    assert names(page) == ["invoice.pdf"]
    assert Attachment.objects.get().scan == Verdict.CLEAN
    assert len(stored()) == 1


@pytest.mark.parametrize("address", ["", "unix:/nowhere/clamd.ctl"])
def test_without_a_scanner_files_are_accepted_and_marked(
    client: Client, settings: Settings, address: str
) -> None:
    settings.CLAMAV_SOCKET = address
    post(client, "check", upload("letter.txt", EICAR_LIKE))
    assert Attachment.objects.get().scan == Verdict.NOT_SCANNED


def test_storage_that_fails_is_said_and_nothing_typed_is_lost(client: Client) -> None:
    page = post(client, "check", upload("invoice.pdf")).text
    with patch.object(FileSystemStorage, "_save", side_effect=OSError(28, "private path")):
        response = post(client, "check", upload("letter.txt", TXT), page=page)
    assert response.status_code == 200
    assert response.text.count("“letter.txt” could not be stored.") == 2
    assert "private path" not in response.text
    assert "The same invoice arrived twice." in response.text
    assert names(response.text) == ["invoice.pdf"]
    # Without the file, the complaint can be sent all the same.
    page = post(client, "check", page=response.text).text
    assert post(client, "send", page=page).status_code == 302


def test_storage_that_fails_to_remove_keeps_the_file_in_sight(client: Client) -> None:
    page = post(client, "check", upload("invoice.pdf")).text
    with patch.object(FileSystemStorage, "delete", side_effect=OSError):
        response = post(client, "", page=page, remove=str(Attachment.objects.get().pk))
    assert response.status_code == 200
    assert response.text.count("“invoice.pdf” could not be removed.") == 2
    assert names(response.text) == ["invoice.pdf"]


def test_too_many_files_from_one_network_are_not_kept(client: Client) -> None:
    for _time in range(120):
        page = post(client, "check", upload("invoice.pdf")).text
    response = post(client, "check", upload("letter.txt", TXT), page=page)
    assert response.text.count("Too many files were sent from your network. Please try again later.") == 2
    assert names(response.text) == ["invoice.pdf"]
    assert "The same invoice arrived twice." in response.text
    assert not Attachment.objects.filter(name="letter.txt").exists()
    page = post(client, "check", page=response.text).text
    assert post(client, "send", page=page).status_code == 302


def test_when_the_mail_cannot_be_queued_the_files_stay_with_the_form(client: Client) -> None:
    page = post(client, "check", upload("invoice.pdf")).text
    client.raise_request_exception = False
    with patch("core.mail.Email.objects.bulk_create", side_effect=RuntimeError):
        assert post(client, "send", page=page).status_code == 500
    assert not Complaint.objects.exists()
    assert Attachment.objects.get().draft == Draft.objects.get()
    assert post(client, "send", page=page).status_code == 302
    assert Complaint.objects.get().attachments.count() == 1
