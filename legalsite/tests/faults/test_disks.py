"""Disks that take nothing: storage that is read-only, and a disk that is full under the database."""

import json
import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from legalsite.tests.faults.test_faults import wait_until
from legalsite.tests.prepared import database_url
from legalsite.tests.stack.conftest import Visitor
from scripts.complainant import Complainant
from scripts.stack import up
from scripts.supervised import Supervised

pytestmark = pytest.mark.faults

PAGES = ("/en/", "/fr/documents/", "/en/roaming/?q=Portugal", "/en/complaints/new/", "/healthz")
MEGABYTES = 150


@contextmanager
def mounted(folder: Path, megabytes: int) -> Iterator[None]:
    """Mount a small disk, or skip the test where that is not permitted."""
    folder.mkdir(mode=0o700)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "none", str(folder)]
    if os.getuid() or subprocess.run(command, check=False, capture_output=True).returncode:  # noqa: S603
        pytest.skip("only root may mount a disk, and not everywhere")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S603, S607


def remounted(folder: Path, how: str) -> None:
    """Let a disk be read only ("ro") or not ("rw")."""
    subprocess.run(["mount", "-o", f"remount,{how}", str(folder)], check=True)  # noqa: S603, S607


def status(portal: Supervised, path: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(portal.url + path, timeout=30) as answer:  # noqa: S310 - loopback
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def ready(portal: Supervised) -> dict[str, bool]:
    code, answer = status(portal, "/readyz")
    found: dict[str, bool] = json.loads(answer)
    assert code == (200 if found["database"] and found["storage"] else 503)
    return found


def test_storage_that_is_read_only_is_said_and_pages_stay_up(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with mounted(disk, 20):
        folder = tmp_path / "data"
        folder.mkdir()
        (folder / "attachments").symlink_to(disk)
        settings = {"DATABASE_URL": url} if (url := database_url("disks")) else {}
        with Supervised(folder, EMAIL_URL="consolemail://", **settings).up() as portal:
            kept, someone = Complainant(portal.url, 1), Complainant(portal.url, 2)
            for person in (kept, someone):
                person.open()
            kept.check()
            remounted(disk, "ro")
            page = someone.check()
            assert "“letter.txt” could not be stored. Please try again later." in page
            assert "What person 2 has to say." in page
            # What was stored before needs nothing of the disk.
            assert kept.send()
            assert {path: status(portal, path)[0] for path in PAGES} == dict.fromkeys(PAGES, 200)
            # It is written to twice a minute.
            wait_until("the truth", lambda: not ready(portal)["storage"], seconds=90)
            assert ready(portal)["database"]
            remounted(disk, "rw")
            someone.check()
            assert someone.send()
            wait_until("the truth", lambda: ready(portal)["storage"], seconds=90)


def test_a_full_disk_under_everything_loses_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with mounted(folder, MEGABYTES):
        log = tmp_path / "logs"
        log.mkdir()
        settings = {"DATABASE_URL": url} if (url := database_url("disks")) else {}
        portal = Supervised(folder, EMAIL_URL="consolemail://", TMPDIR=str(log), **settings)
        # The journal of a machine is on another disk too.
        portal.log = log / "portal.log"
        with portal.up():
            for path in PAGES:
                status(portal, path)
            before, someone = Complainant(portal.url, 1), Complainant(portal.url, 2)
            for person in (before, someone):
                person.open()
                person.check()
            acknowledged = before.send()
            filler = folder / "filler"
            fill(filler)
            if not settings:
                with pytest.raises(urllib.error.HTTPError) as refused:
                    someone.send_once()
                assert refused.value.code == 503
                answer = refused.value.read().decode()
                assert "We cannot store your complaint at the moment." in answer
                assert "What person 2 has to say." in answer
            assert {path: status(portal, path)[0] for path in PAGES} == dict.fromkeys(PAGES, 200)
            wait_until("the truth", lambda: not ready(portal)["storage"], seconds=90)
            filler.unlink()
            reference = someone.send()
            found = portal.run("manage.py", "shell", "--verbosity", "0", "-c", REFERENCES).split()
            assert sorted(found) == sorted([acknowledged, reference])
            wait_until("the truth", lambda: ready(portal)["storage"], seconds=90)


def test_a_full_disk_under_the_whole_stack_leaves_its_pages_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as folder:
        disk = Path(folder) / "disk"
        with mounted(disk, 4 * MEGABYTES):
            # PostgreSQL has an account of its own, and its folder there too.
            for each in (disk.parent, disk):
                each.chmod(0o755)
            monkeypatch.setattr(tempfile, "tempdir", str(disk))
            with up(EMAIL_URL="consolemail://") as stack:
                assert stack.folder.is_relative_to(disk)
                visitor = Visitor(stack, "198.51.100.7")
                fill(disk / "filler")
                # nginx gives a page again until the end of a second, then keeps it anew.
                for _ in range(4):
                    assert {path: visitor.get(path).status for path in PAGES} == dict.fromkeys(PAGES, 200)
                    time.sleep(0.5)
                (disk / "filler").unlink()


REFERENCES = """
from complaints.models import Complaint
print(*Complaint.objects.values_list("reference", flat=True))
"""


def fill(path: Path) -> None:
    """Write until the disk is full."""
    with path.open("wb", buffering=0) as file:
        for size in (1_000_000, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
