"""The database of a backup: a copy of one moment, made while the portal writes, and back again.

SQLite by its online backup, PostgreSQL by pg_dump and pg_restore (custom format). What is written about the
copy (rows, migrations, names of files) is read from the same moment.
"""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.backends.postgresql.client import DatabaseClient
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model

from complaints.models import Attachment
from documents.models import Edition
from legalsite.backup.archive import DATABASES, Manifest
from legalsite.backup.refusal import BackupRefused

FILES: Mapping[str, tuple[type[Model], str, str]] = {
    "default": (Edition, "file", "file_sha256"),
    "attachments": (Attachment, "file", "sha256"),
}
"""By storage: the model that names its files, and the fields with name and SHA-256."""

LOOKS, PAUSE = 20, 0.1
"""How often, and after how many seconds each, to look for other connections before they count."""

Ask = Callable[[str], list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Copy:
    """A copy of the database, and what was in it."""

    engine: str
    path: Path
    rows: Mapping[str, int]
    migrations: tuple[tuple[str, str], ...]
    files: Mapping[str, tuple[tuple[str, str], ...]]
    """By storage: the names of the files that the rows name, each with its SHA-256."""


def copy(folder: Path) -> Copy:
    """Copy the database into a folder. Raises BackupRefused when the database does not let it happen."""
    path = folder / DATABASES[connection.vendor]
    try:
        return _copy_sqlite(path) if connection.vendor == "sqlite" else _copy_postgresql(path)
    except (DatabaseError, sqlite3.Error) as error:
        raise BackupRefused(f"The database cannot be copied ({type(error).__name__}).") from error


def _copy_sqlite(path: Path) -> Copy:
    connection.ensure_connection()
    with contextlib.closing(sqlite3.connect(path)) as target:
        path.chmod(0o600)
        # In one step: what others write meanwhile would make it begin again after each.
        connection.connection.backup(target, pages=-1)
        # One file by itself; the portal turns its write-ahead log on again.
        target.execute("PRAGMA journal_mode=DELETE")
        return _described(path, lambda sql: target.execute(sql).fetchall())


def _copy_postgresql(path: Path) -> Copy:
    # pg_dump and this connection see the same moment.
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        ask = _asking(cursor)
        snapshot = ask("SELECT pg_export_snapshot()")[0][0]
        _postgresql(
            "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}",
            "--file", str(path),
        )  # fmt: skip
        path.chmod(0o600)
        return _described(path, ask)


def _described(path: Path, ask: Ask) -> Copy:
    name = connection.ops.quote_name
    files = {
        storage: tuple(
            (str(file), str(digest))
            for file, digest in ask(
                f"SELECT {name(field)}, {name(digest)} FROM {name(model._meta.db_table)} "  # noqa: S608 - names of ours
                f"WHERE {name(field)} <> '' ORDER BY 1"
            )
        )
        for storage, (model, field, digest) in FILES.items()
    }
    migrations = ask("SELECT app, name FROM django_migrations ORDER BY id")
    return Copy(
        engine=connection.vendor,
        path=path,
        rows=_counted(connection.introspection.django_table_names(only_existing=True), ask),
        migrations=tuple((str(app), str(migration)) for app, migration in migrations),
        files=files,
    )


def _counted(tables: Iterable[str], ask: Ask) -> dict[str, int]:
    name = connection.ops.quote_name
    return {table: int(ask(f"SELECT COUNT(*) FROM {name(table)}")[0][0]) for table in sorted(tables)}  # noqa: S608


def check_known(manifest: Manifest) -> None:
    """Raise BackupRefused when the archive is of another engine, or of a newer version of the portal."""
    if manifest.engine != connection.vendor:
        raise BackupRefused(
            f"The archive holds a database of {manifest.engine}, and DATABASE_URL names one of "
            f"{connection.vendor}."
        )
    ours = {label for label in MigrationLoader(None).disk_migrations if label[0] in _labels()}
    unknown = [label for label in manifest.migrations if label[0] in _labels() and label not in ours]
    if unknown:
        raise BackupRefused(
            f"The archive comes from version {manifest.version} of the portal, newer than this one: it has "
            f"the migration {'.'.join(unknown[0])}. Install that version, then restore."
        )


def _labels() -> set[str]:
    return {config.label for config in apps.get_app_configs()}


def check_whole(path: Path, manifest: Manifest) -> None:
    """Raise BackupRefused when the copy in `path` cannot be used; on SQLite its rows are counted too."""
    if manifest.engine == "postgresql":
        # Read to its end, and thrown away.
        _run([_program("pg_restore"), "--file", os.devnull, str(path)], {})
        return
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as found:
            if found.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                raise BackupRefused("The database in the archive is damaged.")
            _compare(manifest, lambda sql: found.execute(sql).fetchall())
    except sqlite3.Error as error:
        raise BackupRefused(f"The database in the archive is damaged ({type(error).__name__}).") from error


def _compare(manifest: Manifest, ask: Ask) -> None:
    found = _counted(manifest.rows, ask)
    for table, rows in manifest.rows.items():
        if found[table] != rows:
            raise BackupRefused(f"The table {table} has {found[table]} rows; the archive says {rows}.")


def is_empty() -> bool:
    """Whether the portal's database holds no table yet."""
    if connection.vendor == "sqlite":
        path = sqlite_path()
        return not path.exists() or path.stat().st_size == 0
    with connection.cursor() as cursor:
        return not connection.introspection.table_names(cursor)


def sqlite_path() -> Path:
    """Return where the database lies."""
    return Path(settings.DATABASES["default"]["NAME"])


def in_use() -> bool:
    """Whether other processes have the database open, as far as this account can see.

    Raises django's or psycopg's error when the database cannot be reached.
    """
    if connection.vendor == "sqlite":
        return any(_has_open(process, sqlite_path()) for process in Path("/proc").glob("[0-9]*"))
    connection.close()
    if connection.settings_dict["OPTIONS"].get("pool"):
        connection.close_pool()  # type: ignore[attr-defined]  # of PostgreSQL's wrapper
    with psycopg.connect(**connection.get_connection_params()) as alone, alone.cursor() as cursor:
        # What this process has just closed takes a moment to be gone.
        return all(_others(_asking(cursor)) for _time in range(LOOKS))


def _others(ask: Ask) -> bool:
    time.sleep(PAUSE)
    others = ask(
        "SELECT COUNT(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    ask("SELECT pg_stat_clear_snapshot()")
    return bool(others[0][0])


def _has_open(process: Path, path: Path) -> bool:
    if process.name == str(os.getpid()):
        return False
    try:
        return any(descriptor.readlink() == path.resolve() for descriptor in (process / "fd").iterdir())
    except OSError:
        # It has ended, or is somebody else's.
        return False


FUNCTIONS = """
SELECT function.oid::regprocedure::text FROM pg_proc function
  WHERE function.pronamespace = current_schema()::regnamespace AND NOT EXISTS (
    SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = function.oid AND deptype = 'e')
"""


def fill_postgresql(path: Path, manifest: Manifest) -> None:
    """Put the copy in the place of whatever the database holds. Raises BackupRefused.

    The copy comes back in one transaction. Where that fails the database is empty, and the restore can be
    repeated.
    """
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        if tables:
            # All, also those that the archive does not know: migrations would stumble over them.
            names = ", ".join(map(connection.ops.quote_name, tables))
            cursor.execute(f"DROP TABLE {names} CASCADE")
        # What the triggers call (core/stamps.py); functions of extensions stay.
        cursor.execute(FUNCTIONS)
        for (function,) in cursor.fetchall():
            cursor.execute(f"DROP FUNCTION {function} CASCADE")
    connection.close()
    _postgresql(
        "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", str(path)
    )
    with connection.cursor() as cursor:
        _compare(manifest, _asking(cursor))
    connection.close()


def _asking(cursor: Any) -> Ask:
    def ask(sql: str) -> list[tuple[Any, ...]]:
        cursor.execute(sql)
        return list(cursor.fetchall())

    return ask


def _postgresql(program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL on the portal's database; the password goes by its environment."""
    command, environment = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    *access, database = command[1:]
    _run([_program(program), *access, "--dbname", database, *arguments], environment or {})


def _run(command: list[str], environment: Mapping[str, str]) -> None:
    done = subprocess.run(  # noqa: S603 - our own arguments, no shell
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"status {done.returncode}"]
        raise BackupRefused(f"{Path(command[0]).name} failed: {said[0]}")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise BackupRefused(f"The program {name} is missing: install the Debian package postgresql-client.")
    return found
