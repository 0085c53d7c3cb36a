"""`manage.py index_texts`: the search index, made anew."""

from typing import Any

from django.core.management.base import BaseCommand

from documents.indexing import rebuild


class Command(BaseCommand):
    """Indexes every published text; needed only after a database was filled by other means, as `loaddata`."""

    help = "Make the search index of the published texts anew. Safe to repeat at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Indexed {rebuild()} passages.")
