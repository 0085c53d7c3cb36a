"""`manage.py backup`: database and files in one archive, while the portal runs."""

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from legalsite.backup.making import make
from legalsite.backup.refusal import BackupRefused
from legalsite.backup.stored_files import INCLUDED

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Writes to BACKUP_DIR, keeps the newest BACKUP_KEEP; ends with 1 when anything is not as it must be."""

    help = "Back up database and files into one archive in BACKUP_DIR. Safe while the portal runs."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = make()
        except BackupRefused as refusal:
            logger.error("backup: not made")
            raise CommandError(str(refusal)) from refusal
        files = len(made.members)
        logger.info("backup: %d members, %d bytes", files, made.path.stat().st_size)
        if options["verbosity"] > 0:
            rows = sum(made.manifest.rows.values())
            self.stdout.write(f"{made.path}: {rows} rows, {files} members, {made.removed} older removed.")
            for alias, kept in made.manifest.storages.items():
                if kept != INCLUDED:
                    self.stdout.write(
                        f"Not in it: the files of “{alias}” ({kept}); its versioning keeps them."
                    )
        if made.manifest.faults:
            names = "\n".join(f"  {name}" for name in made.manifest.faults)
            logger.error("backup: %d files were lost or changed before", len(made.manifest.faults))
            raise CommandError(
                f"The backup is made, but files that the database names are not as they were:\n{names}"
            )
