"""`manage.py apply_retention`: erases what has been kept long enough."""

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

import privacy.retention
from complaints import attachments, retention

logger = logging.getLogger(__name__)

SAID_EVERY = 100
"""Complaints after which a person who watches is told how far it is."""


class Command(BaseCommand):
    """Erases personal data whose time is over. The mail worker runs it every day; safe to repeat."""

    help = "Erase what has been kept long enough: complaints, requests about data, drafts, old links."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many are due")

    def handle(self, *args: Any, **options: Any) -> None:
        today = timezone.localdate()
        if options["dry_run"]:
            self.stdout.write(
                f"{retention.due(today).count()} complaints, {privacy.retention.due(today).count()} requests "
                "are due to be erased."
            )
            return
        due = retention.due(today).count()
        erased = 0
        for _case in retention.apply(today):
            erased += 1
            if erased % SAID_EVERY == 0 and options["verbosity"] > 0:
                self.stdout.write(f"{erased} of {due} complaints erased so far.")
        requests = sum(1 for _request in privacy.retention.apply(today))
        unconfirmed = privacy.retention.remove_unconfirmed()
        drafts = attachments.remove_expired_drafts()
        links = retention.remove_old_links() + privacy.retention.remove_old_links()
        done = (
            f"{erased} complaints, {requests + unconfirmed} requests ({unconfirmed} never confirmed), "
            f"{drafts} drafts, {links} links"
        )
        logger.info("retention: erased %s", done)
        if files := attachments.remove_unknown_files():
            logger.warning("retention: %d files removed that no row named", files)
        if options["verbosity"] > 0:
            self.stdout.write(f"Erased: {done}.")
