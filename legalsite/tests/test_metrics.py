"""The numbers for Prometheus: who may read them, what they say, and what they never say."""

import datetime
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from post_office.models import STATUS, Email
from prometheus_client.parser import text_string_to_metric_families
from pytest_django.fixtures import Settings

from complaints.models import Complaint
from complaints.tests.factories import make_complaint, make_ended
from core.version import VERSION
from documents.models import Passage
from privacy.tests.factories import make_request
from scripts.portal import ROOT, STRICT
from scripts.postgres import free_port

TOKEN = "example-" + "t" * 32


@pytest.fixture
def watched(settings: Settings, tmp_path: Path) -> None:
    settings.METRICS_TOKEN, settings.DATA_DIR, settings.BACKUP_DIR = TOKEN, tmp_path, tmp_path / "backups"


def numbers(text: str) -> dict[str, float]:
    """Return the samples by name and labels, as `name{label=value}`."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def read() -> str:
    response = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert response.status_code == 200
    return response.text


@pytest.mark.django_db
class TestAccess:
    """Off unless there is a token, and only for whoever has it."""

    def test_without_a_token_there_is_no_such_page(self, settings: Settings, client: Client) -> None:
        settings.METRICS_TOKEN = ""
        for header in ("", "Bearer ", "Bearer None"):
            assert client.get("/metrics", headers={"Authorization": header}).status_code == 404

    @pytest.mark.parametrize("header", ["", "Bearer ", "Bearer wrong", TOKEN, f"bearer {TOKEN}é"])
    def test_a_wrong_token_is_refused(self, watched: None, client: Client, header: str) -> None:
        response = client.get("/metrics", headers={"Authorization": header})
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert response.text == ""

    def test_nobody_keeps_a_copy(self, watched: None, client: Client) -> None:
        response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert "no-store" in response.headers["Cache-Control"]
        assert client.post("/metrics").status_code == 405


@pytest.mark.django_db
class TestNumbers:
    """What they say."""

    def test_requests_by_view_method_and_status(self, watched: None) -> None:
        client, before = Client(), numbers(read())
        client.get("/en/search/", {"q": "quarterstaff"})
        client.get("/en/search/", {"q": "quarterstaff"})
        client.get("/en/nowhere-quarterstaff/")
        client.generic("QUARTERSTAFF", "/en/")
        text = read()
        after = numbers(text)

        def more(name: str) -> float:
            return after[name] - before.get(name, 0)

        assert more("portal_requests_total{method=GET,status=200,view=search}") == 2
        assert more("portal_request_seconds_count{view=search}") == 2
        assert more("portal_requests_total{method=GET,status=404,view=none}") == 1
        assert more("portal_requests_total{method=other,status=405,view=home}") == 1
        assert "quarterstaff" not in text.lower()

    def test_what_waits(self, watched: None) -> None:
        today = timezone.localdate()
        overdue, due, _later = (make_complaint(summary=str(number)) for number in range(3))
        Complaint.objects.filter(pk=overdue.pk).update(answer_due_on=today - datetime.timedelta(days=1))
        Complaint.objects.filter(pk=due.pk).update(answer_due_on=today)
        make_ended()
        make_request(email="other@example.com")
        Email.objects.update(status=STATUS.sent)
        waiting, failed = Email.objects.all()[:2]
        long_ago = timezone.now() - datetime.timedelta(hours=2)
        Email.objects.filter(pk=waiting.pk).update(status=STATUS.requeued, created=long_ago)
        Email.objects.filter(pk=failed.pk).update(status=STATUS.failed)
        text = read()
        found = numbers(text)
        assert found["portal_database_up"] == 1
        assert found[f"portal_info{{version={VERSION}}}"] == 1
        assert found["portal_mail_queued"] == 1
        assert 7200 <= found["portal_mail_oldest_seconds"] < 7300
        assert found["portal_mail_failed"] == 1
        assert found["portal_complaints_open"] == 3
        assert found["portal_complaints_due_today"] == 1
        assert found["portal_complaints_overdue"] == 1
        assert (found["portal_data_requests_open"], found["portal_data_requests_overdue"]) == (1, 0)
        assert (found["portal_erasures_due"], found["portal_erasures_late"]) == (1, 1)
        assert found["portal_search_texts_missing"] == 0
        assert found["portal_disk_free_bytes"] > 0
        for word in ("customer", "Example", overdue.reference):
            assert word not in text

    def test_texts_that_the_search_does_not_know(self, watched: None) -> None:
        edition = Passage.objects.values_list("edition", flat=True)[0]
        Passage.objects.filter(edition=edition).delete()
        assert numbers(read())["portal_search_texts_missing"] == 1

    def test_backups(self, watched: None, settings: Settings) -> None:
        found = numbers(read())
        assert found["portal_backups"] == 0
        assert "portal_backup_age_seconds" not in found
        settings.BACKUP_DIR.mkdir()
        made = timezone.now().astimezone(datetime.UTC) - datetime.timedelta(hours=3)
        (settings.BACKUP_DIR / f"portal-{made:%Y%m%dT%H%M%SZ}.tar.gz").touch()
        found = numbers(read())
        assert found["portal_backups"] == 1
        assert 10_800 <= found["portal_backup_age_seconds"] < 10_900

    def test_a_database_that_is_gone_is_a_number_too(self, watched: None) -> None:
        with patch("django.db.backends.utils.CursorWrapper.execute", side_effect=OperationalError):
            found = numbers(read())
        assert found["portal_database_up"] == 0
        assert "portal_mail_queued" not in found
        assert "portal_disk_free_bytes" in found


@pytest.fixture
def two_processes(tmp_path: Path) -> Iterator[tuple[str, Any]]:
    """Serve the portal by a gunicorn of two processes, on SQLite in a folder of the test."""
    port = free_port()
    environment = {
        "PATH": "/usr/bin:/bin",
        **STRICT,
        "DEBUG": "True",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "DATA_DIR": str(tmp_path),
        "METRICS_TOKEN": TOKEN,
        "WEB_CONCURRENCY": "2",
        "TMPDIR": str(tmp_path),
    }
    command = [sys.executable, "-m", "gunicorn", "legalsite.wsgi", "--config", "deploy/gunicorn.conf.py"]
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
    with subprocess.Popen([*command, "--bind", f"127.0.0.1:{port}"], cwd=ROOT, env=environment) as process:  # noqa: S603
        yield f"http://127.0.0.1:{port}", process
        process.terminate()


def fetch(address: str) -> str:
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {TOKEN}"})  # noqa: S310 - loopback
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback
                return str(answer.read().decode())
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@pytest.mark.processes
def test_the_processes_of_one_master_count_together(two_processes: tuple[str, Any], tmp_path: Path) -> None:
    url, process = two_processes
    # Both have started, and counted, when each has its file.
    deadline = time.monotonic() + 60
    while len(list(tmp_path.glob(f"portal-metrics-{process.pid}-*/counter_*.db"))) < 2:
        assert time.monotonic() < deadline
        fetch(f"{url}/healthz")
    before = numbers(fetch(f"{url}/metrics")).get(
        "portal_requests_total{method=GET,status=200,view=healthz}", 0
    )
    for _number in range(60):
        fetch(f"{url}/healthz")
    found = numbers(fetch(f"{url}/metrics"))
    assert found["portal_requests_total{method=GET,status=200,view=healthz}"] == before + 60
    process.terminate()
    process.wait(30)
    assert not list(tmp_path.glob("portal-metrics-*"))
