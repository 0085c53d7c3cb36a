"""The restore drill: back up while the portal writes, lose everything, restore, compare, serve."""

import json
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from legalsite.tests.drill.conftest import Place
from legalsite.tests.faults.conftest import small_disk
from scripts.complainant import Complainant

pytestmark = pytest.mark.processes

WHOLE = """
import hashlib
from complaints.models import Attachment, Complaint
from documents.models import Edition
for attachment in Attachment.objects.all():
    with attachment.file.open("rb") as file:
        assert hashlib.sha256(file.read()).hexdigest() == attachment.sha256
for edition in Edition.objects.exclude(file=""):
    with edition.open_file() as file:
        assert hashlib.sha256(file.read()).hexdigest() == edition.file_sha256
for complaint in Complaint.objects.all():
    print(complaint.reference, bool(complaint.erased_at), complaint.events.count() > 0, complaint.full_name)
"""

ERASE = """
from django.utils import timezone
from complaints.models import Complaint
from complaints.retention import erase
cases = Complaint.objects.filter(reference="{reference}")
cases.update(status="withdrawn", withdrawn_at=timezone.now())
erase(complaint=cases.get())
"""

KILLED = """
import os, signal
import django
django.setup()
from django.core.management import call_command
from legalsite.backup import archive
archive.Writer.finish = lambda *_arguments: os.kill(os.getpid(), signal.SIGKILL)
call_command("backup")
"""


def cases(place: Place) -> dict[str, list[str]]:
    """Return what there is of each complaint, every file being whole."""
    return {line.split()[0]: line.split()[1:] for line in place.shell(WHOLE).splitlines()}


def complain(person: Complainant) -> None:
    person.check()
    person.send()


@pytest.fixture(scope="module")
def under_load(place: Place) -> tuple[Path, str, list[Complainant]]:
    """A backup made while complaints with files come in; one of those in it is erased afterwards."""
    with place.up() as portal:
        people = [Complainant(portal.url, number) for number in range(12)]
        for person in people:
            person.open()
        first, *others = people
        first.check()
        first.send()
        with ThreadPoolExecutor(len(others)) as pool:
            sent = [pool.submit(complain, person) for person in others]
            while not all(each.done() for each in sent):
                place.manage("backup")
                time.sleep(0.2)
            for each in sent:
                each.result()
    archive = place.archives()[0]
    reference = next(iter(first.references))
    place.shell(ERASE.format(reference=reference))
    return archive, reference, people


@pytest.fixture(scope="module")
def quiet(place: Place, under_load: tuple[Path, str, list[Complainant]]) -> Path:
    """A backup made while nothing happens, after the erasure."""
    place.manage("backup")
    return place.archives()[-1]


def test_everything_comes_back_as_it_was(place: Place, quiet: Path) -> None:
    rows, files = place.rows(), place.files()
    assert len(rows["complaints.Complaint"]) == 42
    assert len(rows["complaints.Attachment"]) == 11
    assert len(files) > 20
    place.destroy()
    assert "Erased again: 0." in place.manage("restore", str(quiet))
    after = place.rows()
    assert {table for table in rows if after[table] != rows[table]} == set()
    assert after.keys() == rows.keys()
    assert place.files() == files
    with place.up() as portal:
        for page in ("/en/", "/en/search/?q=terms", "/readyz"):
            assert urllib.request.urlopen(portal.url + page, timeout=20).status == 200  # noqa: S310 - loopback


def test_a_backup_under_load_is_whole_and_brings_nobody_back_who_was_erased(
    place: Place, under_load: tuple[Path, str, list[Complainant]], quiet: Path
) -> None:
    archive, erased, people = under_load
    # Machine lost: what was erased after this backup is known from beside the archives alone.
    place.destroy()
    assert "Erased again: 1." in place.manage("restore", str(archive))
    found = cases(place)
    assert found[erased] == ["True", "True"]
    everybody = {reference for person in people for reference in person.references}
    assert set(found) & everybody >= {erased}
    assert all(has_events == "True" for _erased, has_events, *_name in found.values())
    text = json.dumps(place.rows())
    assert "Example Person 1" in text or len(set(found) & everybody) == 1
    assert people[0].email not in text
    assert "Example Person 0" not in text
    assert people[0].sha256 not in place.files().values()


def test_the_ledger_of_the_portal_counts_when_the_archives_know_nothing(place: Place, quiet: Path) -> None:
    place.destroy()
    place.manage("restore", str(quiet))
    reference = next(name for name, facts in cases(place).items() if facts[0] == "False")
    place.shell(ERASE.format(reference=reference))
    said = place.manage("restore", str(quiet), "--replace")
    assert "Erased again: 1." in said
    assert cases(place)[reference][0] == "True"
    replaced = next(place.folder.glob("replaced-*"))
    assert str(replaced) in said
    assert (replaced / "files").is_dir()
    assert replaced.stat().st_mode & 0o777 == 0o700


def test_nothing_is_touched_before_the_archive_is_found_good(
    place: Place, quiet: Path, tmp_path: Path
) -> None:
    rows, files = place.rows(), place.files()
    assert "There is something already: the database" in place.refused("restore", str(quiet))
    whole = quiet.read_bytes()
    for damaged in (whole[:-1000], whole[:5000] + b"!" + whole[5001:], b""):
        (tmp_path / "damaged").write_bytes(damaged)
        said = place.refused("restore", str(tmp_path / "damaged"), "--replace")
        assert "archive" in said
    assert place.rows() == rows
    assert place.files() == files
    assert not list(place.folder.glob("backup-at-work-*"))


def test_a_portal_that_runs_is_not_replaced(place: Place, quiet: Path) -> None:
    with place.up() as portal:
        code = (
            "from django.db import connection; connection.ensure_connection()\n"
            "import sys, time; print('open', flush=True); time.sleep(60)"
        )
        with subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", code],
            env=portal.environment,
            stdout=subprocess.PIPE,
        ) as busy:
            assert busy.stdout
            busy.stdout.readline()
            assert "The portal is running" in place.refused("restore", str(quiet), "--replace")
            busy.kill()


@pytest.mark.any_database
def test_an_archive_of_a_newer_portal_is_refused_in_words(place: Place) -> None:
    forge = "from django.db import connection; connection.cursor().execute({!r})"
    migration = (
        "INSERT INTO django_migrations (app, name, applied) VALUES ('core', '9999_newer', '2026-01-01')"
    )
    place.shell(forge.format(migration))
    place.manage("backup")
    place.shell(forge.format("DELETE FROM django_migrations WHERE name = '9999_newer'"))
    said = place.refused("restore", str(place.archives()[-1]), "--replace")
    assert "newer than this one: it has the migration core.9999_newer" in said
    place.archives()[-1].unlink()


def test_an_archive_of_an_older_portal_is_migrated(place: Place) -> None:
    place.manage("migrate", "documents", "0010")
    place.manage("backup")
    place.destroy()
    place.manage("restore", str(place.archives()[-1]))
    assert "[X] 0012_stamp_triggers" in place.manage("showmigrations", "documents")
    assert len(cases(place)) == 42


def test_a_kill_leaves_no_archive(place: Place) -> None:
    before = place.archives()
    settings = {"DJANGO_SETTINGS_MODULE": "legalsite.settings"}
    assert place.run("-c", KILLED, **settings).returncode == -9
    assert list(place.backups.glob("*.unfinished"))
    assert list(place.folder.glob("backup-at-work-*"))
    assert place.archives() == before
    place.manage("backup")
    assert not list(place.backups.glob("*.unfinished"))
    assert not list(place.folder.glob("backup-at-work-*"))
    assert len(place.archives()) == len(before) + 1


def test_a_full_disk_leaves_no_archive(place: Place, tmp_path: Path) -> None:
    with small_disk(tmp_path / "small") as mounted:
        if not mounted:
            pytest.skip("no disk can be mounted here")
        said = place.refused("backup", BACKUP_DIR=str(tmp_path / "small"))
        assert "The disk is full. No backup was made" in said
        assert list((tmp_path / "small").iterdir()) == []


def test_files_that_are_lost_or_changed_are_named_and_older_backups_stay(place: Place) -> None:
    paths = sorted(path for path in (place.folder / "files").rglob("*.pdf"))
    paths[0].unlink()
    paths[1].write_bytes(paths[1].read_bytes() + b" ")
    before = place.archives()
    done = place.run("manage.py", "backup", BACKUP_KEEP="1")
    assert done.returncode == 1
    names = [
        f"  {path.relative_to(place.folder)} ({how})"
        for path, how in zip(paths, ("lost", "changed"), strict=False)
    ]
    assert sorted(done.stderr.splitlines()[-2:]) == sorted(names)
    assert len(place.archives()) == len(before) + 1
    assert "Not as it was" in place.manage("verify_backup", str(place.archives()[-1]))


@pytest.mark.any_database
def test_with_a_public_key_only_the_identity_restores(place: Place, quiet: Path, tmp_path: Path) -> None:
    identity = tmp_path / "identity"
    subprocess.run(["age-keygen", "-o", str(identity)], check=True, capture_output=True)  # noqa: S603, S607
    key = identity.read_text().split("public key: ")[1].split()[0]
    place.destroy()
    place.manage("restore", str(quiet))
    place.manage("backup", BACKUP_PUBLIC_KEY=key)
    archive = place.archives()[-1]
    assert archive.name.endswith(".tar.gz.age")
    rows = place.rows()
    assert "--identity" in place.refused("restore", str(archive), "--replace")
    place.manage("restore", str(archive), "--replace", "--identity", str(identity))
    assert place.rows() == rows
    assert "BACKUP_PUBLIC_KEY is not accepted" in place.refused("backup", BACKUP_PUBLIC_KEY="age1nonsense")
