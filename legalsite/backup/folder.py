"""The folder of backups: names of archives, how one is written whole or not at all, which ones are kept."""

import datetime
import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from legalsite.backup.refusal import BackupRefused

NAME = re.compile(r"portal-(\d{8}T\d{6}Z)\.tar\.gz(\.age)?")
"""With the moment (UTC) of the copy of the database. `.age`: encrypted."""

STAMP = "%Y%m%dT%H%M%SZ"
UNFINISHED = ".unfinished"


def archives() -> list[Path]:
    """Return the archives that are kept, the newest first."""
    if not settings.BACKUP_DIR.is_dir():
        return []
    found = (path for path in settings.BACKUP_DIR.iterdir() if NAME.fullmatch(path.name))
    return sorted(found, key=lambda path: path.name, reverse=True)


def newest_at() -> datetime.datetime | None:
    """Return when the newest archive was made, None when there is none."""
    for path in archives():
        if named := NAME.fullmatch(path.name):
            return datetime.datetime.strptime(named[1], STAMP).replace(tzinfo=datetime.UTC)
    return None


def free_name(encrypted: bool) -> str:
    """Return the name of an archive that is made now."""
    at = timezone.now()
    taken = {path.name.partition(".")[0] for path in archives()}
    while (name := f"portal-{at.astimezone(datetime.UTC).strftime(STAMP)}") in taken:
        at += datetime.timedelta(seconds=1)
    return f"{name}.tar.gz{'.age' if encrypted else ''}"


def remove_old() -> int:
    """Remove the archives beyond BACKUP_KEEP, the oldest; return how many there were."""
    old = archives()[settings.BACKUP_KEEP :]
    for path in old:
        path.unlink()
    return len(old)


@contextmanager
def alone() -> Iterator[None]:
    """Make sure that one backup or restore is at work, and remove what an interrupted one has left.

    Raises BackupRefused when another is at work.
    """
    settings.BACKUP_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (settings.DATA_DIR / "backup.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupRefused("Another backup or restore is at work.") from None
        for left in settings.BACKUP_DIR.glob(f"*{UNFINISHED}"):
            left.unlink()
        yield


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a name to write to, which becomes `path` when all of it is on the disk.

    Whatever happens before, there is no `path`: a full disk, a fault, a kill. Only the owner can read it.
    """
    partial = path.with_name(path.name + UNFINISHED)
    try:
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        yield partial
        _sync(partial)
        partial.rename(path)
        _sync(path.parent)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
