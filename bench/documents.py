"""How long the pages of the library take with many documents, and what a redline and a download cost.

usage: python -m bench.documents
Fills a database of its own, SQLite in a folder that goes away or the one of DATABASE_URL, with DOCUMENTS
documents of ten versions each, and asks the pages through Django's own client: no server, no network.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from http import HTTPStatus
from itertools import accumulate, count
from typing import Any

DOCUMENTS = 500
VERSIONS = 10
ROUNDS = 40
ARTICLES = 8
WORDS = 100
"""Words of each article, drawn as in a language: the second word half as often as the first, and so on."""

VOCABULARY = 20_000


def main() -> None:
    """Print p50, p95 and the number of queries of each page."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DEBUG": "True", "DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "legalsite.settings"}
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command

        settings.ALLOWED_HOSTS = ["*"]
        settings.DEBUG = False
        call_command("migrate", verbosity=0)
        call_command("load_content", verbosity=0)
        _fill()
        from django.db import connection

        print(f"{connection.vendor}, {DOCUMENTS * VERSIONS} editions beside the company's own\n")
        print(f"{'milliseconds':34} {'p50':>8} {'p95':>8} {'first':>8} {'queries':>8}")
        for name, ask in _pages().items():
            _measure(name, ask)


def _fill() -> None:
    """Store documents, versions and editions in bulk, as published ones are read."""
    import datetime
    import random

    from django.utils import timezone

    from documents.indexing import rebuild
    from documents.models import Document, Edition, Section, State, Version

    chance = random.Random(1)
    vocabulary = [f"mot{number}" for number in range(1, VOCABULARY + 1)]
    weights = list(accumulate(1 / number for number in range(1, VOCABULARY + 1)))
    section = Section.objects.get(slug="ict")
    Document.objects.bulk_create(
        Document(
            slug=f"example-{number}",
            section=section,
            title_fr=f"Exemple {number}",
            title_en=f"Example {number}",
        )
        for number in range(DOCUMENTS)
    )
    Version.objects.bulk_create(
        Version(
            document=document,
            effective_on=datetime.date(2015 + number, 1, 1),
            state=State.PUBLISHED,
            published_at=timezone.now(),
        )
        for document in Document.objects.filter(slug__startswith="example-")
        for number in range(VERSIONS)
    )

    def text() -> str:
        words = (chance.choices(vocabulary, cum_weights=weights, k=WORDS) for _ in range(ARTICLES))
        return "\n\n".join(
            f"## Article {number}\n\n{' '.join(article)}" for number, article in enumerate(words, start=1)
        )

    Edition.objects.bulk_create(
        (
            Edition(version=version, language="fr", text=text())
            for version in Version.objects.filter(document__slug__startswith="example-")
        ),
        batch_size=500,
    )
    began = time.perf_counter()
    passages = rebuild()
    print(f"{passages} passages indexed in {time.perf_counter() - began:.1f} s")


def _pages() -> dict[str, Callable[[], object]]:
    from django.core.cache import cache
    from django.test import Client

    client = Client()
    numbers = count()

    def get(address: str) -> Callable[[], object]:
        def ask() -> object:
            # Each time from another network, so that no limit is met.
            number = next(numbers)
            response = client.get(address, REMOTE_ADDR=f"10.{number // 250}.{number % 250}.1")
            if response.status_code != HTTPStatus.OK:
                raise RuntimeError(f"{address}: {response.status_code}")
            return response.getvalue()

        return ask

    redline = get("/fr/documents/ict-terms/comparer/2025-01-01...2026-03-01/")

    def cold_redline() -> object:
        cache.clear()
        return redline()

    return {
        "document": get("/fr/documents/example-7/"),
        "version": get("/fr/documents/example-7/2020-01-01/"),
        "library": get("/fr/documents/"),
        "texts of a day": get("/fr/documents/a-une-date/?on=2020-06-01"),
        "search, a word of every text": get("/fr/recherche/?q=%22mot1%22"),
        "search, beginning of many words": get("/fr/recherche/?q=mot1"),
        "search, a word of few texts": get("/fr/recherche/?q=mot15000"),
        "search, two words": get("/fr/recherche/?q=mot30+mot70"),
        "search, a sequence": get("/fr/recherche/?q=%22mot3+mot2%22"),
        "search, a word of no text": get("/fr/recherche/?q=zzzz"),
        "search, all versions": get("/fr/recherche/?q=mot30+mot70&superseded=on"),
        "search, another day": get("/fr/recherche/?q=mot30+mot70&on=2018-05-05"),
        "redline of two files, cold": cold_redline,
        "redline of two files, cached": redline,
        "feed": get("/fr/documents/feed/"),
        "download of a file": get("/documents/ict-terms/2026-03-01/fr.pdf"),
    }


def _measure(name: str, ask: Callable[[], object]) -> None:
    from django.db import connection

    times = []
    queries: list[str] = []

    def note(execute: Any, sql: str, *arguments: Any) -> Any:
        queries.append(sql)
        return execute(sql, *arguments)

    with connection.execute_wrapper(note):
        began = time.perf_counter()
        ask()
        first = (time.perf_counter() - began) * 1e3
    for _ in range(ROUNDS):
        began = time.perf_counter()
        ask()
        times.append((time.perf_counter() - began) * 1e3)
    cuts = statistics.quantiles(times, n=20)
    print(f"{name:34} {cuts[9]:8.1f} {cuts[18]:8.1f} {first:8.1f} {len(queries):8}")


if __name__ == "__main__":
    main()
