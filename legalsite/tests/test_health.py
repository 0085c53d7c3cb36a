"""What the probes say: to everybody whether, to staff why."""

import logging
from pathlib import Path
from unittest.mock import patch

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import storages
from django.db import OperationalError
from django.test import Client

from complaints.tests.factories import make_ended, make_staff
from core.version import VERSION
from legalsite import health

pytestmark = pytest.mark.django_db

WELL = {"database": True, "migrations": True, "storage": True, "cache": True, "retention": True}


@pytest.fixture(autouse=True)
def not_looked_at_yet() -> None:
    health._storage_in.cache_clear()


@pytest.fixture
def staff(client: Client) -> User:
    user = make_staff("operator")
    client.force_login(user)
    return user


def test_all_is_well(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, WELL)


def test_staff_read_the_version_and_no_reason_when_all_is_well(client: Client, staff: User) -> None:
    assert client.get("/readyz").json() == WELL | {"version": VERSION, "reasons": {}}


def test_storage_that_takes_nothing(client: Client, storage: Path, caplog: pytest.LogCaptureFixture) -> None:
    with patch.object(
        type(storages["attachments"]), "_save", side_effect=OSError(30, "Read-only file system")
    ):
        response = client.get("/readyz")
        assert (response.status_code, response.json()) == (503, WELL | {"storage": False})
        client.force_login(make_staff("operator"))
        reasons = client.get("/readyz").json()["reasons"]
    assert reasons == {"storage": "The storage “attachments” takes no file (Read-only file system)."}
    assert "not ready: storage: The storage “attachments” takes no file" in caplog.text


def test_storage_is_written_to_once_in_half_a_minute(client: Client) -> None:
    with patch.object(storages["default"], "save", wraps=storages["default"].save) as save:
        with patch("legalsite.health.monotonic", return_value=60):
            for _time in range(3):
                client.get("/readyz")
        assert save.call_count == 1
        with patch("legalsite.health.monotonic", return_value=60 + health.STORAGE_LOOKED_AT):
            client.get("/readyz")
        assert save.call_count == 2
    assert storages["default"].listdir("readyz") == ([], [])


def test_a_migration_that_has_not_run(client: Client, staff: User) -> None:
    with patch("legalsite.health.MigrationExecutor.migration_plan", return_value=[("core.0003_more", False)]):
        response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["migrations"] is False
    assert "1 to apply, the first is core.0003_more" in response.json()["reasons"]["migrations"]


def test_a_database_that_is_gone(client: Client, staff: User, caplog: pytest.LogCaptureFixture) -> None:
    with patch("django.db.backends.utils.CursorWrapper.execute", side_effect=OperationalError("secret")):
        response = client.get("/readyz")
    assert response.status_code == 503
    # Nobody can be known as staff now: the reason is in the log.
    assert response.json() == {
        "database": False,
        "migrations": False,
        "storage": True,
        "cache": True,
        "retention": False,
    }
    assert "not ready: database: The database does not answer (OperationalError)." in caplog.text
    assert "secret" not in caplog.text


def test_a_late_erasure_is_a_reason_and_no_outage(
    client: Client, staff: User, caplog: pytest.LogCaptureFixture
) -> None:
    make_ended()
    with caplog.at_level(logging.WARNING):
        response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["retention"] is False
    assert "not ready" not in caplog.text
    assert "1 complaints, 0 requests" in response.json()["reasons"]["retention"]


def test_the_admin_names_the_version_to_staff_alone(client: Client) -> None:
    assert VERSION not in client.get("/admin/login/").text
    client.force_login(make_staff("operator"))
    assert f"version {VERSION}" in client.get("/admin/", headers={"Accept-Language": "en"}).text
