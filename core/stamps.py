"""Telling, without reading it, whether content has changed since it was read.

The database itself renews the stamp: a trigger on each table of content, in the transaction of the write,
whichever way it comes: the admin, a command, a write of many rows, `loaddata`, SQL by hand.
"""

import logging
import threading
import uuid
from collections.abc import Callable, Mapping
from functools import cache
from time import monotonic, time
from typing import Generic, TypeVar

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper

from core.models import ContentStamp

logger = logging.getLogger(__name__)

T = TypeVar("T")

RECHECK_SECONDS = 0.5
"""How long a process goes by the stamps that it has read: half of the second in which each sees a change."""

FAILING_SECONDS = 5
"""The same while the database is gone: whoever asks waits for it (core.database_options)."""

RENEW = """
CREATE OR REPLACE FUNCTION core_renew_stamp() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS
$$BEGIN
  INSERT INTO core_contentstamp (name, value)
    VALUES (TG_ARGV[0], replace(gen_random_uuid()::text, '-', ''))
    ON CONFLICT (name) DO UPDATE SET value = excluded.value;
  RETURN NULL;
END$$
"""
"""The value is random and not counted up, so that a value seen in a transaction that is then undone never
comes back for other content."""

ON_POSTGRESQL = """
CREATE TRIGGER {table}_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION core_renew_stamp('{name}')
"""

ON_SQLITE = """
CREATE TRIGGER {table}_stamp_{event} AFTER {event} ON {table} BEGIN
  INSERT INTO core_contentstamp (name, value) VALUES ('{name}', lower(hex(randomblob(16))))
    ON CONFLICT (name) DO UPDATE SET value = excluded.value;
END
"""

EVENTS = ("insert", "update", "delete")


def watch(connection: BaseDatabaseWrapper, name: str, *tables: str) -> None:
    """Let every write to the tables renew the stamp `name`, and renew it now. For migrations.

    SQLite loses the triggers of a table that a later migration alters: that one must call this again. A test
    compares the triggers with the tables of content.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(RENEW)
        for table in tables:
            for statement in _triggers(connection, table):
                cursor.execute(statement.format(table=table, name=name))
        # For what was written while nobody watched.
        cursor.execute(
            "INSERT INTO core_contentstamp (name, value) VALUES (%s, %s) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [name, uuid.uuid4().hex],
        )


def unwatch(connection: BaseDatabaseWrapper, *tables: str) -> None:
    """Take away what `watch` made."""
    with connection.cursor() as cursor:
        for table in tables:
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_stamp ON {table}")
            else:
                for event in EVENTS:
                    cursor.execute(f"DROP TRIGGER IF EXISTS {table}_stamp_{event}")


def stamp(name: str) -> str:
    """Return a text that changes whenever content under `name` changes, in whichever process.

    Read it before the content: what is then read is as new as the stamp or newer.
    """
    return str(ContentStamp.objects.filter(name=name).values_list("value", flat=True).first() or "")


def recent_stamps() -> Mapping[str, str]:
    """Return all stamps by name, as they were at most RECHECK_SECONDS ago: at most two queries a second.

    While the database does not answer, those that were read last: nobody can change content meanwhile.
    Raises django.db.DatabaseError when none were read yet.
    """
    return _recent().get()


def fresh_stamps() -> Mapping[str, str] | None:
    """Return what recent_stamps would without asking the database; None when it has to be asked."""
    return _recent().fresh()


def second_of_stamps() -> int:
    """Return the second, counted since 1970, in which the stamps were last read; 0 while that fails."""
    return _recent().second


class _Recent:
    """The stamps that this process read last."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.stamps: Mapping[str, str] | None = None
        self.read_at = 0.0
        self.second = 0
        self.is_failing = False

    def fresh(self) -> Mapping[str, str] | None:
        patience = FAILING_SECONDS if self.is_failing else RECHECK_SECONDS
        return self.stamps if monotonic() - self.read_at < patience else None

    def get(self) -> Mapping[str, str]:
        if (fresh := self.fresh()) is not None:
            return fresh
        known = self.stamps
        # One asks. The others go on with what is known, so that a database that hangs does not hold them up.
        if not self.lock.acquire(blocking=known is None):
            return known or {}
        try:
            return self._read(known)
        finally:
            self.lock.release()

    def _read(self, known: Mapping[str, str] | None) -> Mapping[str, str]:
        began, second = monotonic(), int(time())
        try:
            found: Mapping[str, str] = dict(ContentStamp.objects.values_list("name", "value"))
            self.is_failing = False
        except DatabaseError as error:
            if known is None:
                raise
            if not self.is_failing:
                logger.warning("stamps of content: the database does not answer (%s)", type(error).__name__)
            self.is_failing, found, second = True, known, 0
        # To be refused may have taken seconds.
        self.stamps, self.read_at = found, monotonic() if self.is_failing else began
        # Last: whoever sees the new second gets the new stamps.
        self.second = second
        return found


@cache
def _recent() -> _Recent:
    return _Recent()


class Kept(Generic[T]):
    """What was read of content, read anew when its stamp has changed."""

    def __init__(self, name: str, read: Callable[[], T]) -> None:
        self._name = name
        self._read = read
        self._lock = threading.Lock()
        self._last: tuple[str, T] | None = None

    def get(self) -> T:
        """Return what `read` returned under the stamp of now (recent_stamps)."""
        now = recent_stamps().get(self._name, "")
        with self._lock:
            if self._last is None or self._last[0] != now:
                # The stamp is older than what is read now, so that nothing newer is ever missed.
                self._last = (now, self._read())
            return self._last[1]


def _triggers(connection: BaseDatabaseWrapper, table: str) -> list[str]:
    if connection.vendor == "postgresql":
        return [ON_POSTGRESQL]
    return [ON_SQLITE.replace("{event}", event) for event in EVENTS]
