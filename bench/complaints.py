"""How long staff wait for their pages with many complaints, what forgetting costs, and how both grow.

usage: python -m bench.complaints [--growth [--to NUMBER]]
Fills a database of its own, SQLite in a folder that goes away or the one of DATABASE_URL, with COMPLAINTS
complaints of five years, and asks the pages through Django's own client: no server, no network. With --growth
it asks at each size of SIZES up to NUMBER, in one database that grows, and writes table and plot into
docs/performance.md.
"""

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from itertools import islice

from bench.pages import Figure, measured, processor_seconds, write_growth

COMPLAINTS = 200_000
ERASED = 20_000
SIZES = (1_000, 10_000, 100_000, 1_000_000)
ERASED_OF_EACH_SIZE = 100
ROUNDS = 12
SOUGHT = 500
"""The number of a complaint that is there at every size, and not erased."""


def main() -> None:
    """Measure and print; with --growth write table and plot, too."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--to", type=int, default=SIZES[-1], choices=SIZES[1:])
    options = parser.parse_args()
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
        if options.growth:
            _grow([size for size in SIZES if size <= options.to])
        else:
            _measured(range(COMPLAINTS))
            _erase(ERASED)


def _grow(sizes: Sequence[int]) -> None:
    found, erasures, stored = [], [], 0
    for size in sizes:
        found.append(_measured(range(stored, size)))
        erasures.append(_erase(ERASED_OF_EACH_SIZE))
        stored = size
    write_growth("bench.complaints", "complaints stored", sizes, found, {"erasing one complaint": erasures})


def _measured(numbers: range) -> dict[str, Figure]:
    """Store complaints of these numbers beside those that are there; print and return what pages take."""
    from django.db import connection

    from bench.many_complaints import fill

    began = time.perf_counter()
    fill(numbers)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # As it does by itself in time.
            cursor.execute("VACUUM ANALYZE")
    seconds = time.perf_counter() - began
    print(f"\n{connection.vendor}, {numbers.stop} complaints, {len(numbers)} stored in {seconds:.0f} s\n")
    return measured(_pages(), ROUNDS)


def _pages() -> dict[str, Callable[[], object]]:
    from django.contrib.auth.models import User
    from django.core.cache import cache
    from django.test import Client

    from complaints.models import Complaint

    client = Client()
    account = User.objects.filter(username="admin").first() or User.objects.create_superuser("admin")
    client.force_login(account)

    def get(address: str) -> Callable[[], object]:
        def ask() -> object:
            # Statistics and nothing else of these pages are kept: here they are counted each time.
            cache.clear()
            response = client.get(address)
            if response.status_code != HTTPStatus.OK:
                raise RuntimeError(f"{address}: {response.status_code}")
            return response.getvalue()

        return ask

    inbox = "/admin/complaints/complaint/"
    sought = Complaint.objects.get(reference=f"R-{SOUGHT:07}")
    return {
        "inbox": get(inbox),
        "inbox, overdue": get(f"{inbox}?waiting=overdue"),
        "inbox, mail not delivered": get(f"{inbox}?waiting=mail"),
        "search by reference": get(f"{inbox}?q={sought}"),
        "search by name": get(f"{inbox}?q=Customer+{SOUGHT}"),
        "search by company": get(f"{inbox}?q=Example+{SOUGHT}+SARL"),
        "search by invoice": get(f"{inbox}?q=INVOICE-{SOUGHT:07}"),
        "search, found in all": get(f"{inbox}?q=example"),
        "case": get(f"{inbox}{sought.pk}/change/"),
        "start page": get("/admin/"),
        "statistics": get(f"{inbox}report/"),
    }


def _erase(most: int) -> float:
    """Erase what is due, so many at most; return the milliseconds of processor time that each took."""
    from django.utils import timezone

    from complaints import retention

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, used = time.perf_counter(), processor_seconds()
    number = sum(1 for _case in islice(retention.apply(timezone.localdate()), most))
    seconds, used = time.perf_counter() - began, processor_seconds() - used
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"\n{number} complaints erased in {seconds:.1f} s; peak memory grew by {grown:.1f} MB",
        flush=True,
    )
    return used * 1e3 / max(number, 1)


if __name__ == "__main__":
    main()
