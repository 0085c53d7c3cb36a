"""Many example documents of ten versions each, in words as frequent as those of a language."""

import datetime
import random
from collections.abc import Iterator
from itertools import accumulate

VERSIONS = 10
ARTICLES = 8
VOCABULARY = 20_000
"""Words that are drawn: the second half as often as the first, the third a third as often, and so on."""

AT_ONCE = 100
"""Documents that are stored at a time, with versions and editions."""


def fill(numbers: range, words: int) -> None:
    """Store documents, versions and editions in bulk, as published ones; their texts are not indexed yet."""
    from django.utils import timezone

    from documents.models import Document, Edition, Section, State, Version

    section = Section.objects.get(slug="ict")
    texts = _texts(numbers.start, words)
    for start in range(numbers.start, numbers.stop, AT_ONCE):
        documents = Document.objects.bulk_create(
            Document(
                slug=f"example-{number}",
                section=section,
                title_fr=f"Exemple {number}",
                title_en=f"Example {number}",
            )
            for number in range(start, min(start + AT_ONCE, numbers.stop))
        )
        versions = Version.objects.bulk_create(
            Version(
                document=document,
                effective_on=datetime.date(2015 + number, 1, 1),
                state=State.PUBLISHED,
                published_at=timezone.now(),
            )
            for document in documents
            for number in range(VERSIONS)
        )
        Edition.objects.bulk_create(
            Edition(version=version, language="fr", text=next(texts)) for version in versions
        )


def _texts(seed: int, words: int) -> Iterator[str]:
    chance = random.Random(seed)
    vocabulary = [f"mot{number}" for number in range(1, VOCABULARY + 1)]
    weights = list(accumulate(1 / number for number in range(1, VOCABULARY + 1)))
    while True:
        articles = (chance.choices(vocabulary, cum_weights=weights, k=words) for _ in range(ARTICLES))
        yield "\n\n".join(
            f"## Article {number}\n\n{' '.join(article)}" for number, article in enumerate(articles, start=1)
        )
