"""How long the pages of the library take with many documents, and what a redline and a download cost.

usage: python -m bench.documents [--growth [--to NUMBER]]
Fills a database of its own, SQLite in a folder that goes away or the one of DATABASE_URL, with DOCUMENTS
documents of ten versions each, and asks the pages through Django's own client: no server, no network. With
--growth it asks at each size of SIZES up to NUMBER, of shorter texts, in one database that grows, and writes
table and plot into docs/performance.md.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from itertools import count

from bench.many_documents import VERSIONS, fill
from bench.pages import measured, write_growth

DOCUMENTS = 500
SIZES = (10, 100, 1_000, 10_000)
ROUNDS = 40
WORDS = 100
"""Words of each article."""

SHORTER = 8
"""With --growth an article has so many words: 100,000 editions fit into some hundred megabytes."""


def main() -> None:
    """Measure and print; with --growth write table and plot, too."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--to", type=int, default=SIZES[-1], choices=SIZES[1:])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DEBUG": "True", "DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "legalsite.settings"}
        # Each page is made anew.
        os.environ["PAGE_CACHE_MB"] = "0"
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command

        settings.ALLOWED_HOSTS = ["*"]
        settings.DEBUG = False
        call_command("migrate", verbosity=0)
        call_command("load_content", verbosity=0)
        if options.growth:
            _grow([size for size in SIZES if size <= options.to])
        else:
            _fill(range(DOCUMENTS), WORDS)
            measured(_pages() | _files(), ROUNDS)


def _grow(sizes: Sequence[int]) -> None:
    found, stored = [], 0
    for size in sizes:
        _fill(range(stored, size), SHORTER)
        found.append(measured(_pages(), ROUNDS))
        stored = size
    write_growth("bench.documents", "documents of ten versions each", sizes, found, {})


def _fill(numbers: range, words: int) -> None:
    """Store documents, index their texts, and print what that took."""
    from django.db import connection

    from documents.indexing import rebuild

    fill(numbers, words)
    began = time.perf_counter()
    passages = rebuild()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # As it does by itself in time.
            cursor.execute("VACUUM ANALYZE")
    print(
        f"\n{connection.vendor}, {numbers.stop * VERSIONS} editions beside the company's own; {passages} "
        f"passages indexed in {time.perf_counter() - began:.1f} s\n"
    )


def _get(address: str) -> Callable[[], object]:
    """Return what asks for an address, each time from another network, so that no limit is met."""
    from django.test import Client

    client = Client()

    def ask() -> object:
        number = next(_numbers)
        response = client.get(address, REMOTE_ADDR=f"10.{number // 250 % 250}.{number % 250}.1")
        if response.status_code != HTTPStatus.OK:
            raise RuntimeError(f"{address}: {response.status_code}")
        return response.getvalue()

    return ask


_numbers = count()


def _anew(address: str) -> Callable[[], object]:
    """Return what asks for an address when nothing is kept."""
    from django.core.cache import cache

    ask = _get(address)

    def forget_and_ask() -> object:
        cache.clear()
        return ask()

    return forget_and_ask


def _pages() -> dict[str, Callable[[], object]]:
    return {
        "home": _anew("/fr/"),
        "library": _anew("/fr/documents/"),
        "library, of a day": _anew("/fr/documents/?on=2020-06-01"),
        "document": _anew("/fr/documents/example-7/"),
        "version": _anew("/fr/documents/example-7/2020-01-01/"),
        "feed": _anew("/fr/documents/feed/"),
        "search, a word of every text": _get("/fr/recherche/?q=%22mot1%22"),
        "search, beginning of many words": _get("/fr/recherche/?q=mot1"),
        "search, a word of few texts": _get("/fr/recherche/?q=mot15000"),
        "search, two words": _get("/fr/recherche/?q=mot30+mot70"),
        "search, a sequence": _get("/fr/recherche/?q=%22mot3+mot2%22"),
        "search, a word of no text": _get("/fr/recherche/?q=zzzz"),
        "search, all versions": _get("/fr/recherche/?q=mot30+mot70&superseded=on"),
        "search, another day": _get("/fr/recherche/?q=mot30+mot70&on=2018-05-05"),
    }


def _files() -> dict[str, Callable[[], object]]:
    redline = "/fr/documents/ict-terms/comparer/2025-01-01...2026-03-01/"
    return {
        "texts of a day": _get("/fr/documents/a-une-date/?on=2020-06-01"),
        "redline of two files, cold": _anew(redline),
        "redline of two files, cached": _get(redline),
        "download of a file": _get("/documents/ict-terms/2026-03-01/fr.pdf"),
    }


if __name__ == "__main__":
    main()
