"""`manage.py load_content`: the company's content, as the reviewed files have it."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

import complaints.loading
import core.loading
import documents.loading
import roaming.loading
from core.loader import ContentLoader
from legalsite import groups


class Command(BaseCommand):
    """Loads contact details, staff groups, legal texts and roaming zones; never undoes staff's edits."""

    help = "Load the company's content from the files beside each app. Safe to repeat at any time."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        loader = ContentLoader()
        core.loading.load(loader)
        groups.load(loader)
        complaints.loading.load(loader)
        documents.loading.load(loader, specimens=settings.LOAD_SPECIMENS)
        roaming.loading.load(loader)
        counts = ", ".join(f"{number} {verdict}" for verdict, number in sorted(loader.counts.items()))
        if options["verbosity"] > 0:
            self.stdout.write(f"Content: {counts}.")
        if options["verbosity"] > 1:
            for key in loader.kept:
                self.stdout.write(f"  left as staff have it: {key}")
