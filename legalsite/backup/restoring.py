"""Restoring a backup: everything is checked, then prepared aside, and only then put in place.

Prepared: migrated to this version, and rid of everybody who was erased since the backup was made. On SQLite
the portal never serves anything else. PostgreSQL is filled where it is: nothing else may be connected then.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from legalsite import erasure_ledger
from legalsite.backup import database, encryption, folder, stored_files
from legalsite.backup.archive import DATABASES, LEDGER, Manifest, unpack
from legalsite.backup.making import COPYING, remove_left_over
from legalsite.backup.refusal import BackupRefused


@dataclass(frozen=True)
class Restored:
    """What was put in place."""

    manifest: Manifest
    said: str
    """What the last step said: how many were erased again."""
    aside: Path | None
    """Where that is which was there before, None when nothing was."""


def verify(path: Path, *, identity: Path | None) -> Manifest:
    """Check an archive: every checksum, and that its database can be read. Raises BackupRefused."""
    try:
        with folder.alone(), tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=COPYING) as work:
            with encryption.reading(path, identity) as source:
                manifest = unpack(source, Path(work), wanted=lambda name: name in DATABASES.values())
            database.check_whole(Path(work) / DATABASES[manifest.engine], manifest)
            return manifest
    except OSError as error:
        raise BackupRefused(
            f"The archive cannot be read ({error.strerror or type(error).__name__})."
        ) from error


def restore(path: Path, *, identity: Path | None, replace: bool, ledgers: Sequence[Path] = ()) -> Restored:
    """Put the content of an archive in the place of what the portal has. Raises BackupRefused.

    Nothing is touched before the whole archive has been checked. `replace` permits it where there is
    something already. `ledgers` are copies of the erasure ledger beside those that are found by themselves:
    the portal's, the one in the archive and the one beside the archive.
    """
    try:
        with folder.alone():
            _check_target(replace)
            remove_left_over()
            with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=COPYING) as work:
                return _restore(path, Path(work), identity, [*ledgers, path.parent / LEDGER])
    except OSError as error:
        raise BackupRefused(
            f"The restore was broken off ({error.strerror or type(error).__name__})."
        ) from error
    except DatabaseError as error:
        raise BackupRefused(f"The database refused the restore ({type(error).__name__}).") from error


def _restore(path: Path, work: Path, identity: Path | None, ledgers: Sequence[Path]) -> Restored:
    with encryption.reading(path, identity) as source:
        manifest = unpack(source, work, wanted=bool)
    database.check_known(manifest)
    stored_files.check_storages(manifest.storages.items())
    copied = work / DATABASES[manifest.engine]
    database.check_whole(copied, manifest)
    _note_what_is_erased_now()
    environment = {**os.environ, "DATA_DIR": str(work), "ERASURE_LEDGER": str(settings.ERASURE_LEDGER)}
    if manifest.engine == "sqlite":
        environment["DATABASE_URL"] = f"sqlite:///{copied}"
    else:
        database.fill_postgresql(copied, manifest)
    _manage(environment, "migrate", "--verbosity", "0")
    found = [ledger for ledger in (*ledgers, work / LEDGER) if ledger.exists()]
    said = _manage(environment, "after_restore", *(f"--ledger={ledger}" for ledger in found))
    aside = settings.DATA_DIR / f"replaced-{timezone.now():{folder.STAMP}}"
    aside.mkdir(mode=0o700)
    stored_files.put_in_place(work, aside)
    if manifest.engine == "sqlite":
        _move_sqlite(copied, aside)
    if any(aside.iterdir()):
        return Restored(manifest, said.strip(), aside)
    aside.rmdir()
    return Restored(manifest, said.strip(), None)


def _check_target(replace: bool) -> None:
    try:
        occupied = [*([] if database.is_empty() else ["the database"]), *stored_files.occupied()]
        if occupied and not replace:
            raise BackupRefused(
                f"There is something already: {', '.join(occupied)}. --replace puts the archive in its place."
            )
        if database.in_use():
            raise BackupRefused("The portal is running: stop its web processes and its mail worker first.")
    except (DatabaseError, psycopg.Error) as error:
        raise BackupRefused(f"The database cannot be reached ({type(error).__name__}).") from error


def _note_what_is_erased_now() -> None:
    """Ask the database that is about to go for erasures that the ledger lacks, if it can still answer."""
    if database.is_empty():
        return
    try:
        erasure_ledger.complete()
    except DatabaseError:
        # Damaged, or of another version: then the ledger is what there is.
        return
    finally:
        connection.close()


def _move_sqlite(copied: Path, aside: Path) -> None:
    """Put the prepared database in place; nothing of the old one may stay beside it."""
    path = database.sqlite_path()
    for old in (path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm", "-journal"))):
        if old.exists():
            shutil.move(old, aside / old.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(copied, path)


def _manage(environment: dict[str, str], *arguments: str) -> str:
    """Run a command of the portal on what is being prepared; return what it prints."""
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        raise BackupRefused(f"manage.py {arguments[0]} failed on the restored data: {lines[-1]}")
    return done.stdout
