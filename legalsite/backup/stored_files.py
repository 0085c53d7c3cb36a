"""The files of a backup: every one that the copied database names, and where they go when it comes back.

They are taken after the database: a file is stored before its row, so what a row names is there, unless it
was erased since, which is as it should be. A published file never changes.
"""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.db import transaction

from legalsite.backup.archive import FOLDERS, Writer
from legalsite.backup.database import FILES, Copy
from legalsite.backup.refusal import BackupRefused

INCLUDED = "included"


def kept_by() -> dict[str, str]:
    """Return by storage who keeps its files: this archive ("included"), or the storage itself."""
    return {alias: INCLUDED if folder_of(alias) else type(storages[alias]).__name__ for alias in FOLDERS}


def folder_of(alias: str) -> Path | None:
    """Return the folder of a storage; None for one that is not on a file system, as object storage."""
    storage = storages[alias]
    return Path(storage.location) if isinstance(storage, FileSystemStorage) else None


def add_all(writer: Writer, copied: Copy) -> tuple[str, ...]:
    """Add the files that the copied rows name; return those that were lost or damaged before."""
    faults: list[str] = []
    for alias, named in copied.files.items():
        folder = folder_of(alias)
        if folder is None:
            continue
        absent = []
        for name, digest in named:
            try:
                with (folder / name).open("rb") as file:
                    member = writer.add(f"{FOLDERS[alias]}/{name}", file, os.fstat(file.fileno()).st_size)
            except FileNotFoundError:
                absent.append(name)
                continue
            if member.sha256 != digest:
                faults.append(f"{member.name} (changed)")
        faults += [f"{FOLDERS[alias]}/{name} (lost)" for name in _still_named(alias, absent)]
    return tuple(faults)


def _still_named(alias: str, names: Iterable[str]) -> list[str]:
    """Return which of these files the database names now: the others were erased since it was copied."""
    model, field, _digest = FILES[alias]
    still: list[str] = []
    for name in names:
        # The lock waits for an erasure that is under way: its file goes a moment before its row.
        with transaction.atomic():
            rows = model._default_manager.select_for_update().filter(**{field: name})
            still.extend(rows.values_list(field, flat=True))
    return still


def occupied() -> list[str]:
    """Return the folders of files in which there is something."""
    folders = [folder for alias in FOLDERS if (folder := folder_of(alias))]
    return [str(folder) for folder in folders if folder.is_dir() and any(_kept(folder))]


def check_storages(storages_of_archive: Iterable[tuple[str, str]]) -> None:
    """Raise BackupRefused when the archive holds files of a storage that has no folder here."""
    for alias, kept in storages_of_archive:
        if kept == INCLUDED and folder_of(alias) is None:
            raise BackupRefused(
                f"The archive holds the files of the storage “{alias}”, which has no folder here. Restore "
                "with storage on the file system, then copy the folder to the storage."
            )


def put_in_place(unpacked: Path, aside: Path) -> None:
    """Move unpacked files to where the portal has them, and what is there now `aside`."""
    for alias, name in FOLDERS.items():
        folder = folder_of(alias)
        if folder is None:
            continue
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        _move_content(folder, aside / name)
        if (unpacked / name).is_dir():
            for path in (unpacked / name).rglob("*"):
                path.chmod(0o750 if path.is_dir() else settings.FILE_UPLOAD_PERMISSIONS)
            _move_content(unpacked / name, folder)


def _move_content(source: Path, target: Path) -> None:
    """Move what is in a folder; the folder itself may be a link, or a disk of its own."""
    for path in list(_kept(source)):
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.move(path, target / path.name)


def _kept(folder: Path) -> Iterable[Path]:
    # A disk of its own has this folder, which belongs to the file system.
    return (path for path in folder.iterdir() if path.name != "lost+found")
