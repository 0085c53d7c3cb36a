"""`manage.py after_restore`: what an older state of the database must go through before it serves."""

from pathlib import Path
from typing import Any

from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from legalsite import erasure_ledger


class Command(BaseCommand):
    """Part of `restore`; by hand after a database came back by other means, as a provider's snapshot."""

    help = "Erase again who was erased since, apply the retention rules, end all sessions. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--ledger", type=Path, action="append", default=[], help="a further copy of the erasure ledger"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            again = erasure_ledger.replay(*options["ledger"])
            erasure_ledger.complete()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise CommandError(f"Not all are erased again ({reason}): do not start the portal.") from error
        call_command("apply_retention", verbosity=0)
        # Who has signed out, or may no longer sign in, must not be in again.
        Session.objects.all().delete()
        self.stdout.write(f"Erased again: {again}.")
