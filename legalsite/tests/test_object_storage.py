"""Files as objects of an S3-compatible service, here moto's server: no real one comes by package."""

import datetime
import io
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from moto.server import ThreadedMotoServer
from pytest_django.fixtures import Settings

from complaints import attachments, following
from complaints.models import Attachment, Complaint
from complaints.tests.factories import make_complaint
from complaints.tests.uploaded_files import PDF
from core.object_storage import ObjectStorage, StorageRefused
from documents.models import Edition, Version
from legalsite import health
from scripts.postgres import free_port

BUCKET = "legal-portal"


def options(port: int) -> dict[str, Any]:
    return {
        "bucket_name": BUCKET,
        "endpoint_url": f"http://127.0.0.1:{port}",
        "region_name": "eu-west-1",
        "access_key": "example",
        "secret_key": "example",
    }


@pytest.fixture(scope="session")
def service() -> Iterator[int]:
    """Return the port of a service with an empty bucket."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    _host, port = server.get_host_and_port()
    storage = ObjectStorage(base_url=None, **options(port))
    storage.connection.create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    yield port
    server.stop()


def use(settings: Settings, monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    """Have the portal store its files at `port`."""
    backend = "core.object_storage.ObjectStorage"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": backend,
            "OPTIONS": {**options(port), "location": "files", "base_url": settings.STAFF_FILES},
        },
        "attachments": {
            "BACKEND": backend,
            "OPTIONS": {**options(port), "location": "attachments", "base_url": None},
        },
    }
    # The field has asked for its storage when the models were loaded.
    monkeypatch.setattr(Attachment._meta.get_field("file"), "storage", storages["attachments"])


@pytest.fixture
def objects(service: int, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Store files in the bucket, which is empty."""
    use(settings, monkeypatch, service)
    ObjectStorage(base_url=None, **options(service)).bucket.objects.all().delete()


@pytest.fixture
def published(db: None, objects: None) -> Edition:
    """Return a published edition whose file lies in the bucket."""
    version = Version.objects.published().filter(editions__file__gt="").first()
    assert version is not None
    edition = version.editions.exclude(file="").get(language="fr")
    default_storage.save(str(edition.file.name), ContentFile(b"%PDF-" + bytes(range(256)) * 4000))
    return edition


@pytest.fixture
def case(db: None, objects: None) -> Complaint:
    """Return a case with a file."""
    case = make_complaint("en")
    following.add_information(complaint=case, text="More.", files=[SimpleUploadedFile("invoice.pdf", PDF)])
    return case


def streamed(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_a_published_file_is_read_whole_and_in_parts(published: Edition, client: Client) -> None:
    content = b"%PDF-" + bytes(range(256)) * 4000
    whole = client.get(published.file_url)
    assert (whole.status_code, streamed(whole)) == (200, content)
    assert whole["Content-Length"] == str(len(content))
    size = published.file_size
    part = client.get(published.file_url, headers={"Range": f"bytes={size - 10}-"})
    assert (part.status_code, streamed(part)) == (206, content[size - 10 : size])


def test_an_attachment_is_stored_handed_out_and_removed(case: Complaint, client: Client) -> None:
    file = case.attachments.get()
    user = User.objects.create_user("example", is_staff=True)
    user.groups.add(Group.objects.get(name="Complaint handlers"))
    client.force_login(user)
    address = reverse("admin:complaints_complaint_file", args=[case.pk, file.pk])
    response = client.get(address)
    assert (streamed(response), response["Content-Length"]) == (PDF, str(len(PDF)))
    with pytest.raises(ValueError, match="no address"):
        _address = file.file.url
    file.remove_file()
    file.remove_file()
    assert client.get(address).status_code == 404


def test_files_that_no_row_names_are_found_and_removed(case: Complaint, settings: Settings) -> None:
    assert attachments.remove_unknown_files() == 0
    storage = storages["attachments"]
    storage.save("ab/unknown", ContentFile(b"left by a killed process"))
    assert attachments.remove_unknown_files() == 0
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(timezone, "now", lambda: datetime.datetime.now(datetime.UTC) + datetime.timedelta(2))
        assert attachments.remove_unknown_files() == 1
    assert not storage.exists("ab/unknown")
    assert storage.exists(str(case.attachments.get().file.name))


def test_staff_get_the_portals_own_address(published: Edition) -> None:
    assert published.file.url == f"{reverse('admin:documents_version_changelist')}file/{published.file.name}"


def test_a_name_is_never_given_twice(objects: None) -> None:
    names = {default_storage.save("a/b.txt", ContentFile(content)) for content in (b"one", b"two")}
    assert len(names) == 2
    with pytest.raises(FileNotFoundError):
        default_storage.open("a/c.txt")
    with pytest.raises(ValueError, match="bytes"):
        default_storage.open("a/b.txt", "w")


def test_an_object_is_read_like_a_file(objects: None) -> None:
    content = bytes(range(256)) * 3000
    name = default_storage.save("a/long.bin", ContentFile(content))
    with default_storage.open(name) as file:
        assert file.size == len(content)
        assert file.seek(-5, io.SEEK_END) == len(content) - 5
        assert file.read() == content[-5:]
        assert file.read() == b""
        file.seek(300_000)
        assert file.read(7) == content[300_000:300_007]
        assert b"".join(file.chunks(1000)) == content


class TestGone:
    """The service does not answer."""

    @pytest.fixture(autouse=True)
    def nobody(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("core.object_storage.TRIES", 1)
        use(settings, monkeypatch, free_port())

    def test_every_way_to_it_fails_as_a_disk_does(self) -> None:
        for attempt in (
            lambda: default_storage.open("a"),
            lambda: default_storage.save("a", ContentFile(b"a")),
            lambda: default_storage.delete("a"),
            lambda: default_storage.exists("a"),
            lambda: default_storage.listdir(""),
            lambda: default_storage.size("a"),
            lambda: default_storage.get_modified_time("a"),
        ):
            with pytest.raises(StorageRefused):
                attempt()

    @pytest.mark.django_db
    def test_readyz_says_so_and_a_complainant_is_told(self, client: Client) -> None:
        # As it was found with the storage of another test.
        health._storage_in.cache_clear()
        response = client.get(reverse("readyz"))
        assert (response.status_code, response.json()["storage"]) == (503, False)
        form = client.get("/en/complaints/new/").text
        token = re.search(r'name="token" value="([\w:-]+)"', form)
        assert token is not None
        data = {"token": token[1], "action": "check", "description": "What I typed."}
        page = client.post(
            "/en/complaints/new/", {**data, "attached": SimpleUploadedFile("invoice.pdf", PDF)}
        ).text
        assert "“invoice.pdf” could not be stored." in page
        assert "What I typed." in page
