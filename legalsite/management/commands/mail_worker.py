"""`manage.py mail_worker`: sends what stands in the stored mail queue, for ever, and tidies up once a day."""

import datetime
import logging
import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections
from django.utils import timezone
from post_office.lockfile import FileLock, FileLocked
from post_office.mail import get_queued, send_queued

from complaints import reminders

logger = logging.getLogger(__name__)

PAUSE = 2.0
"""Seconds between two looks at the queue."""


class Command(BaseCommand):
    """One sender a portal: a second one on the same machine waits for the first."""

    help = "Send queued mail until stopped; run exactly one beside the web processes."

    tidied_on: datetime.date | None = None
    """The day on which this process last applied the retention rules; a new process begins with that."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="send what is due now, then stop")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
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
            with FileLock(str(settings.DATA_DIR / "mail")):
                sent, failed, requeued = send_queued()
            logger.info("mail: %d sent, %d put back for later, %d given up", sent, requeued, failed)
        except FileLocked:
            logger.warning("mail: another worker is sending")
        except DatabaseError as error:
            logger.warning("mail: the database cannot be reached (%s); trying again", type(error).__name__)

    def tidy_up(self) -> None:
        """Once a day, remind staff of what is due and erase what has been kept long enough.

        A fault is logged and tried again next day. Each reminder leaves once, whatever happens.

        The alarm of the start page and of /readyz says so when an erasure does not happen.
        """
        today = timezone.localdate()
        if self.tidied_on == today:
            return
        self.tidied_on = today
        try:
            reminders.remind(today)
            reminders.send_digest(today)
            call_command("apply_retention", verbosity=0)
        except (DatabaseError, OSError) as error:
            logger.error("daily work: not completed (%s)", type(error).__name__)
