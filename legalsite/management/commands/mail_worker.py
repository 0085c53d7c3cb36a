"""`manage.py mail_worker`: sends what stands in the stored mail queue, for ever, and tidies up once a day."""

import datetime
import fcntl
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone
from post_office.mail import get_queued, send_queued

import privacy.reminders
from complaints import reminders

logger = logging.getLogger(__name__)

PAUSE = 2.0
"""Seconds between two looks at the queue."""

AGAIN = 900.0
"""Seconds until a part of the daily work that failed is tried again."""

DAILY: dict[str, Callable[[datetime.date], object]] = {
    "reminders of complaints": reminders.remind,
    "digest of complaints": reminders.send_digest,
    "reminders of data requests": privacy.reminders.remind,
    "digest of data requests": privacy.reminders.send_digest,
    "retention": lambda _today: call_command("apply_retention", verbosity=0),
}
"""The parts of the daily work, by the words under which the log names them."""

LOCK = 0x6D61696C
"""Number of the lock in PostgreSQL ("mail"); nothing else in this database takes locks of this kind."""


@contextmanager
def sole_sender() -> Iterator[bool]:
    """Whether nobody else is sending; nobody else begins while the block runs.

    On this machine the kernel holds the lock and drops it with the process, however that ends. A lock that
    names a process by its number outlives a kill, and for ever when the number is given to another process.
    Across machines PostgreSQL holds it, and drops it with the connection.
    """
    with (settings.DATA_DIR / "mail_worker.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            with _sole_in_the_database() as alone:
                yield alone


@contextmanager
def _sole_in_the_database() -> Iterator[bool]:
    """Whether no other connection holds LOCK; SQLite is for one machine, and needs no second lock."""
    if connection.vendor != "postgresql":
        yield True
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        (alone,) = cursor.fetchone()
    try:
        yield alone
    finally:
        # A connection that broke took the lock with it.
        if alone and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


class Command(BaseCommand):
    """One sender a portal: a second one on the same machine waits for the first."""

    help = "Send queued mail until stopped; run exactly one beside the web processes."

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.stop = threading.Event()
        self.done_on: dict[str, datetime.date] = {}
        """The day on which this process last did each part of the daily work; a new one begins with all."""
        self.again_at = 0.0
        """When what has failed is tried again, on the clock of time.monotonic."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="send what is due now, then stop")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = self.stop
        if not options["once"]:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: stop.set())
        while True:
            self.tidy_up()
            self.send_due()
            if options["once"] or stop.wait(PAUSE):
                return
            # Drops a connection that the database has ended meanwhile.
            close_old_connections()

    def send_due(self) -> None:
        """Send every mail that is due; what fails is put back by the queue and tried again later.

        Addresses and texts never reach the log: only how many were sent, put back or given up.
        """
        try:
            if not get_queued().exists():
                return
            with sole_sender() as alone:
                if not alone:
                    logger.warning("mail: another worker is sending")
                    return
                self.empty_queue()
        except DatabaseError as error:
            logger.warning("mail: the database cannot be reached (%s); trying again", type(error).__name__)

    def empty_queue(self) -> None:
        """Send one due mail after the other, each marked as sent before the next leaves.

        A worker that is killed in between sends this one mail again, with the same Message-ID.
        """
        total = [0, 0, 0]
        while get_queued().exists() and not self.stop.is_set():
            total = [sum(pair) for pair in zip(total, send_queued(), strict=True)]
        logger.info("mail: %d sent, %d put back for later, %d given up", total[0], total[2], total[1])

    def tidy_up(self) -> None:
        """Once a day, remind staff of what is due and erase what has been kept long enough.

        What fails is logged and tried again AGAIN seconds later, without what has been done. Each reminder
        leaves once, whatever happens. The alarm of the start page and of /readyz says so when an erasure does
        not happen.
        """
        today = timezone.localdate()
        due = [part for part in DAILY if self.done_on.get(part) != today]
        if not due or monotonic() < self.again_at:
            return
        for part in due:
            try:
                DAILY[part](today)
                self.done_on[part] = today
            except (DatabaseError, OSError) as error:
                logger.error("daily work: %s not completed (%s)", part, type(error).__name__)
                self.again_at = monotonic() + AGAIN
