"""Threads of one process that write to SQLite, one after the other."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

LONGEST_WAIT = 1.0
"""Seconds. Whoever waits longer asks SQLite itself: another process holds the database then."""

_turn = threading.Lock()


@contextmanager
def in_turn() -> Iterator[None]:
    """Let one thread at a time begin the transaction that is opened inside; on SQLite, which has one writer.

    SQLite has whoever finds it locked sleep and ask again, up to a tenth of a second later: the unlucky one
    waits for a second while others pass. Nothing but the waiting depends on this: SQLite locks all the same.
    """
    waits = connection.vendor == "sqlite" and not connection.in_atomic_block
    has_turn = waits and _turn.acquire(timeout=LONGEST_WAIT)
    try:
        yield
    finally:
        if has_turn:
            _turn.release()
