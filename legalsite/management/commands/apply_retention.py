"""`manage.py apply_retention`: erases what has been kept long enough."""

import logging
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

import privacy.retention
from complaints import attachments, retention
from core import audit
from core.sign_in import failures
from legalsite import erasure_ledger
from privacy.connecting import asked_about

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
        keep = asked_about(today)
        if options["dry_run"]:
            self.stdout.write(
                f"{retention.due(today, keep).count()} complaints, "
                f"{privacy.retention.due(today).count()} requests "
                f"and {audit.due(timezone.now()).count()} entries of the audit log are due to be erased."
            )
            return
        due = retention.due(today, keep).count()
        erased = 0
        for _case in retention.apply(today, keep):
            erased += 1
            if erased % SAID_EVERY == 0 and options["verbosity"] > 0:
                self.stdout.write(f"{erased} of {due} complaints erased so far.")
        requests = sum(1 for _request in privacy.retention.apply(today))
        unconfirmed = privacy.retention.remove_unconfirmed()
        drafts = attachments.remove_expired_drafts()
        links = retention.remove_old_links() + privacy.retention.remove_old_links()
        entries = audit.remove_old()
        failures.remove_old()
        call_command("clearsessions")
        done = (
            f"{erased} complaints, {requests + unconfirmed} requests ({unconfirmed} never confirmed), "
            f"{drafts} drafts, {links} links, {entries} entries of the audit log"
        )
        logger.info("retention: erased %s", done)
        if noted := erasure_ledger.complete():
            logger.info("retention: %d erasures noted in the ledger that it lacked", noted)
        if files := attachments.remove_unknown_files():
            logger.warning("retention: %d files removed that no row named", files)
        if options["verbosity"] > 0:
            self.stdout.write(f"Erased: {done}.")
