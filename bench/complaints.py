"""How long staff wait for their pages with many complaints, and what forgetting costs.

usage: python -m bench.complaints
Fills a database of its own, SQLite in a folder that goes away or the one of DATABASE_URL, with COMPLAINTS
complaints over five years, and asks the pages through Django's own client: no server, no network.
"""

import datetime
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

COMPLAINTS = 200_000
ERASED = 20_000
ROUNDS = 12


def main() -> None:
    """Print p50, p95 and the number of queries of each page, and the time and memory of the erasures."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DEBUG": "True", "DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "legalsite.settings"}
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command
        from django.db import connection

        settings.ALLOWED_HOSTS = ["*"]
        settings.DEBUG = False
        call_command("migrate", verbosity=0)
        call_command("load_content", verbosity=0)
        began = time.perf_counter()
        _fill()
        print(
            f"{connection.vendor}, {COMPLAINTS} complaints, filled in {time.perf_counter() - began:.0f} s\n"
        )
        print(f"{'milliseconds':34} {'p50':>8} {'p95':>8} {'queries':>8}")
        for name, ask in _pages().items():
            _measure(name, ask)
        _erase()


def _fill() -> None:
    """Store complaints, most of them closed, each with an event and a message."""
    from django.utils import timezone

    from complaints.deadlines import answer_due_on
    from complaints.models import Complaint, Event, Message

    today = timezone.now()
    kinds = ("administrative", "financial", "commercial", "technical", "other")

    def made(number: int) -> Complaint:
        # Five years; the oldest are long due to be erased, the last thousand still open.
        received_at = today - datetime.timedelta(minutes=number * 13)
        answered_at = received_at + datetime.timedelta(days=number % 40)
        is_open = number < 1_000
        return Complaint(
            reference=f"R-{number:06}",
            submission_key=str(number),
            language=("fr", "en")[number % 2],
            status="received" if is_open else "closed",
            received_at=received_at,
            answer_due_on=answer_due_on(received_at.date()),
            full_name=f"Example Customer {number}",
            company=f"Example {number % 5_000} S.à r.l.",
            address="1, rue de l’Exemple",
            phone="+352 00 00 00",
            email=f"customer{number}@example.com",
            answer_by="email",
            kind=kinds[number % 5],
            summary="Example of a complaint",
            description="Example of a description. " * 20,
            invoice_reference=f"EXAMPLE-{number}",
            search_text=f" r {number:06} example customer {number} example {number % 5_000} s a r l",
            answer="" if is_open else "Example of an answer.",
            answered_at=None if is_open else answered_at,
            closed_at=None if is_open else answered_at,
            outcome="" if is_open else "upheld",
        )

    for start in range(0, COMPLAINTS, 5_000):
        complaints = Complaint.objects.bulk_create(map(made, range(start, start + 5_000)))
        Event.objects.bulk_create(Event(complaint=one, action="received") for one in complaints)
        Message.objects.bulk_create(
            Message(complaint=one, text="Example of a message.") for one in complaints
        )


def _pages() -> dict[str, Callable[[], object]]:
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client()
    client.force_login(User.objects.create_superuser("example-admin"))

    def get(address: str) -> Callable[[], object]:
        def ask() -> object:
            response = client.get(address)
            if response.status_code != HTTPStatus.OK:
                raise RuntimeError(f"{address}: {response.status_code}")
            return response.getvalue()

        return ask

    inbox = "/admin/complaints/complaint/"
    return {
        "inbox": get(inbox),
        "inbox, overdue": get(f"{inbox}?waiting=overdue"),
        "inbox, mail not delivered": get(f"{inbox}?waiting=mail"),
        "search by reference": get(f"{inbox}?q=R-012345"),
        "search by name": get(f"{inbox}?q=Customer+54321"),
        "search by company": get(f"{inbox}?q=Example+4321"),
        "case": get(f"{inbox}1000/change/"),
        "start page": get("/admin/"),
        "statistics": get(f"{inbox}report/"),
    }


def _measure(name: str, ask: Callable[[], object]) -> None:
    from django.db import connection

    queries: list[str] = []

    def note(execute: Any, sql: str, *arguments: Any) -> Any:
        queries.append(sql)
        return execute(sql, *arguments)

    with connection.execute_wrapper(note):
        ask()
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        ask()
        times.append((time.perf_counter() - began) * 1e3)
    cuts = statistics.quantiles(times, n=20)
    print(f"{name:34} {cuts[9]:8.1f} {cuts[18]:8.1f} {len(queries):8}")


def _erase() -> None:
    from itertools import islice

    from django.utils import timezone

    from complaints import retention

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    number = sum(1 for _case in islice(retention.apply(timezone.localdate()), ERASED))
    seconds = time.perf_counter() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"\n{number} complaints erased in {seconds:.0f} s; peak memory grew by {grown:.1f} MB")


if __name__ == "__main__":
    main()
