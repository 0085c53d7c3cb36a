"""`manage.py verify_backup ARCHIVE`: can it be restored?"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from legalsite.backup.refusal import BackupRefused
from legalsite.backup.restoring import verify


class Command(BaseCommand):
    """Reads the whole archive and compares it with its manifest; changes nothing."""

    help = "Check every checksum of a backup, and that its database can be read."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("archive", type=Path)
        parser.add_argument(
            "--identity", type=Path, help="file with the age identity of an encrypted archive"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            manifest = verify(options["archive"], identity=options["identity"])
        except BackupRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"Whole: version {manifest.version}, made {manifest.made_at}, {manifest.engine}, "
            f"{sum(manifest.rows.values())} rows, {len(manifest.members)} members."
        )
        for fault in manifest.faults:
            self.stdout.write(f"Not as it was already when the backup was made: {fault}")
