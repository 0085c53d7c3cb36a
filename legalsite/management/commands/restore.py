"""`manage.py restore ARCHIVE`: a backup in the place of what the portal has."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from legalsite.backup.refusal import BackupRefused
from legalsite.backup.restoring import restore


class Command(BaseCommand):
    """Checks the whole archive, prepares it, erases again who was erased since, and puts it in place."""

    help = "Restore a backup. Stop the portal first; who was erased since the backup was made stays erased."
    # There may be no database yet.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("archive", type=Path)
        parser.add_argument("--replace", action="store_true", help="also where there is something already")
        parser.add_argument(
            "--identity", type=Path, help="file with the age identity of an encrypted archive"
        )
        parser.add_argument(
            "--ledger", type=Path, action="append", default=[], help="a further copy of the erasure ledger"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for ledger in options["ledger"]:
            if not ledger.is_file():
                raise CommandError(f"There is no erasure ledger {ledger}.")
        try:
            restored = restore(
                options["archive"],
                identity=options["identity"],
                replace=options["replace"],
                ledgers=options["ledger"],
            )
        except BackupRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"Restored: the backup of {restored.manifest.made_at} (version {restored.manifest.version}). "
            f"{restored.said}"
        )
        for fault in restored.manifest.faults:
            self.stdout.write(f"Not as it was already when the backup was made: {fault}")
        if restored.aside:
            self.stdout.write(
                f"What was there before is in {restored.aside}. It holds personal data: delete it once all "
                "is well."
            )
