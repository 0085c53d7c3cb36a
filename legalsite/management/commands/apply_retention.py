"""`manage.py apply_retention`: erases what has been kept long enough."""

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from complaints import attachments, retention

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Erases personal data whose time is over. The mail worker runs it every day; safe to repeat."""

    help = "Erase the personal data of complaints kept for three years, of drafts and of old links."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many complaints are due")

    def handle(self, *args: Any, **options: Any) -> None:
        today = timezone.localdate()
        if options["dry_run"]:
            self.stdout.write(f"{retention.due(today).count()} complaints are due to be erased.")
            return
        erased = sum(1 for _case in retention.apply(today))
        drafts, links = attachments.remove_expired_drafts(), retention.remove_old_links()
        files = attachments.remove_unknown_files()
        logger.info("retention: %d complaints erased, %d drafts and %d links removed", erased, drafts, links)
        if files:
            logger.warning("retention: %d files removed that no row named", files)
        if options["verbosity"] > 0:
            self.stdout.write(f"Erased: {erased} complaints, {drafts} drafts, {links} links.")
