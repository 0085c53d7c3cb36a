"""Making a backup: database, files, the ledger of what was erased, the manifest; at the end its name."""

import errno
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from core.version import VERSION
from legalsite import erasure_ledger
from legalsite.backup import database, encryption, folder, stored_files
from legalsite.backup.archive import LEDGER, Manifest, Member, Writer
from legalsite.backup.refusal import BackupRefused


@dataclass(frozen=True)
class Made:
    """A backup that is on the disk."""

    path: Path
    manifest: Manifest
    members: tuple[Member, ...]
    removed: int
    """Older archives that made way for it: none while files are lost, which an older one may still hold."""


def make() -> Made:
    """Make a backup of the portal while it runs. Raises BackupRefused; then there is no archive.

    Files that were lost or damaged before are named in the manifest: what there is, is kept.
    """
    try:
        with folder.alone():
            return _make()
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise BackupRefused(
                "The disk is full. No backup was made; the older ones are untouched."
            ) from error
        raise BackupRefused(
            f"The backup cannot be written ({error.strerror or type(error).__name__})."
        ) from error


def _make() -> Made:
    key = settings.BACKUP_PUBLIC_KEY
    if key:
        encryption.check_key(key)
    erasure_ledger.complete()
    path = settings.BACKUP_DIR / folder.free_name(encrypted=bool(key))
    remove_left_over()
    # Beside the data and not beside the archives: the copy is not encrypted yet.
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=COPYING) as work:
        copied = database.copy(Path(work))
        with (
            folder.written_whole(path) as partial,
            encryption.writing(partial, key) as target,
            Writer(target) as writer,
        ):
            writer.add_file(copied.path.name, copied.path)
            copied.path.unlink()
            faults = stored_files.add_all(writer, copied)
            if settings.ERASURE_LEDGER.exists():
                writer.add_file(LEDGER, settings.ERASURE_LEDGER)
            manifest = Manifest(
                version=VERSION,
                made_at=timezone.now().isoformat(timespec="seconds"),
                engine=copied.engine,
                migrations=copied.migrations,
                rows=copied.rows,
                storages=stored_files.kept_by(),
                faults=faults,
            )
            writer.finish(manifest)
    _copy_ledger()
    removed = 0 if faults else folder.remove_old()
    return Made(path, manifest, tuple(writer.members), removed)


COPYING = "backup-at-work-"


def remove_left_over() -> None:
    """Remove the copies of the database that a killed backup or restore has left."""
    for left in settings.DATA_DIR.glob(f"{COPYING}*"):
        shutil.rmtree(left)


def _copy_ledger() -> None:
    """Keep the ledger as it is now beside the archives too: it counts for older ones as well."""
    kept = settings.BACKUP_DIR / LEDGER
    if settings.ERASURE_LEDGER.exists() and settings.ERASURE_LEDGER.resolve() != kept.resolve():
        with folder.written_whole(kept) as partial:
            shutil.copyfile(settings.ERASURE_LEDGER, partial)
