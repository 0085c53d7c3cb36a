"""Keeping what the search reads: the passages of published editions and the rows of the full-text index."""

from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction

from documents import fulltext
from documents.models import Document, Edition, Passage, Version
from documents.models.library import titles_row
from documents.passages import parts

MOST_PASSAGES = (1 << fulltext.BITS) - 1
"""What a key has room for; the 1,000 pages of the longest PDF leave room for as many articles."""


def index_edition(edition: Any, model: Any = Passage) -> None:
    """Store the passages of an edition that is being published, and index them.

    `edition` and `model` may be those of a migration.
    """
    found = parts(edition.text, edition.file_text)[:MOST_PASSAGES]
    keys = [fulltext.passage_key(edition.pk, number) for number, _part in enumerate(found, start=1)]
    model.objects.bulk_create(
        model(
            key=key,
            edition_id=edition.pk,
            page=part.page,
            anchor=part.anchor,
            heading=part.heading,
            text=part.text,
        )
        for key, part in zip(keys, found, strict=True)
    )
    rows = [(key, part.heading, part.text) for key, part in zip(keys, found, strict=True)]
    fulltext.index(connection).add(rows)


@transaction.atomic
def rebuild() -> int:
    """Make passages and index anew from the published editions; return how many passages there are.

    For a database that was filled without the portal's own functions, as by `loaddata`.
    """
    fulltext.clear(connection)
    Passage.objects.all().delete()
    fulltext.index(connection).add(map(titles_row, Document.objects.all()))
    for edition in _published():
        index_edition(edition)
    return Passage.objects.count()


def _published() -> Iterable[Edition]:
    return Edition.objects.filter(version__in=Version.objects.published()).iterator(chunk_size=50)
