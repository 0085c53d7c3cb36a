"""The whole portal under load, in docs/performance.md: readers, lookups, searches, downloads, complaints.

usage: python -m bench.stack [--rounds N] [--seconds N] [--no-writing]
Starts what `make stack` starts. Quiet phases and phases in which 30 slow clients hold a download each take
turns, so that whatever else the machine does meets both. Exits with 1 when an answer was an error or missing,
when a reference that was shown is not stored, or when pages wait twice as long beside slow downloads.
"""

import argparse
import itertools
import math
import os
import re
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Sequence
from contextlib import nullcontext

from bench.rows import place_names
from bench.traffic import Held, Reader, Record, Writers
from bench.written import machine, write
from scripts.stack import Stack, up

READERS = 12
WRITERS = 6
SLOW = 30
PAUSE = 0.25
"""Seconds between two requests of a reader, on average."""

PAGES = (
    "/en/",
    "/fr/",
    "/en/documents/",
    "/fr/documents/",
    "/en/documents/ict-terms/",
    "/en/documents/data-protection/",
    "/fr/documents/data-protection/",
    "/fr/roaming/zones/",
    "/en/complaints/",
    "/en/complaints/new/",
    "/en/complaints/follow/",
)
SEARCHES = ("roaming", "données", "contract", "réclamation", "article 3", "TVA", "liability", "xyzzy")

LARGE = 20_000_000
"""Bytes of the file that slow clients take: more than the kernel holds for all of them."""

MOST = 2.0
"""How many times their quiet 99th percentile pages may take while slow clients hold downloads."""

REFERENCES = (
    "from complaints.models import Complaint; print(*Complaint.objects.values_list('reference', flat=True))"
)


def main() -> int:
    """Run, print and write the results; return the exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=int, default=10, help="of each phase; a round has two")
    parser.add_argument("--no-writing", action="store_true", help="leave docs/performance.md as it is")
    options = parser.parse_args()
    # Mails are made and printed into the log; how quick a mail server is does not matter here.
    with up(EMAIL_URL="consolemail://") as stack:
        record = Record()
        writers = load(stack, record, options.rounds, options.seconds)
        stored = set(stack.run("manage.py", "shell", "--verbosity", "0", "-c", REFERENCES).split())
    shown = {reference for each in writers for person in each.people for reference in person.references}
    wrong = [*record.errors, *(f"{reference} was shown and is not stored" for reference in shown - stored)]
    if doubled := len(stored - shown):
        wrong.append(f"{doubled} complaints are stored whose reference nobody was shown")
    ratio = percentile(record.seconds["page", "slow"], 99) / percentile(record.seconds["page", "quiet"], 99)
    if ratio >= MOST:
        wrong.append(f"pages take {ratio:.1f} times as long while slow clients hold downloads")
    text = report(record, options, len(shown), len(stored), ratio)
    print(text)
    for sentence in wrong[:20]:
        print(f"!! {sentence}", file=sys.stderr)
    if not options.no_writing:
        write("bench.stack", text)
    return 1 if wrong else 0


def load(stack: Stack, record: Record, rounds: int, seconds: int) -> list[Writers]:
    """Put the load on, phase after phase, and return who wrote."""
    numbers = itertools.count()
    writers = [Writers(stack, record, numbers) for _number in range(WRITERS)]
    readers = [Reader(stack, record, number, _addresses(stack), PAUSE) for number in range(READERS)]
    held = Held(stack, _large_file(stack), SLOW)
    people: list[Writers | Reader] = [*writers, *readers]
    for each in people:
        each.start()
    try:
        # Each process makes each page once.
        record.phase = "warm-up"
        time.sleep(seconds)
        for _round in range(rounds):
            for phase in ("quiet", "slow"):
                with held.downloading() if phase == "slow" else nullcontext():
                    record.phase = phase
                    time.sleep(seconds)
                    record.phase = "between"
    finally:
        for each in people:
            each.stopped.set()
        for each in people:
            each.join()
    record.errors += held.broken
    return writers


def _addresses(stack: Stack) -> Sequence[tuple[str, str]]:
    """Return what readers ask for, each kind as often as it stands here."""
    places = place_names()[:400]
    pages = [("page", address) for address in PAGES] * 40
    lookups = [("lookup", f"/en/roaming/?q={place}") for place in places[:100]]
    lookups += [("lookup, API", f"/api/destinations/?lang=en&q={place}") for place in places[100:200]]
    searches = [("search", f"/en/search/?q={urllib.parse.quote(word)}") for word in SEARCHES] * 10
    return [*pages, *lookups, *searches, *[("download", file_address(stack, "ict-terms"))] * 60]


def file_address(stack: Stack, slug: str) -> str:
    """Return the address of the file of a document in force."""
    page = read(stack, f"/en/documents/{slug}/").decode()
    found = re.search(r'href="(/documents/[^"]+/en\.pdf)"', page)
    if found is None:
        raise RuntimeError(f"{slug} has no file")
    return found[1]


def read(stack: Stack, address: str) -> bytes:
    url, tls = stack.url + address, stack.tls()
    with urllib.request.urlopen(url, timeout=30, context=tls) as answer:  # noqa: S310  # loopback
        content: bytes = answer.read()
        return content


def _large_file(stack: Stack) -> str:
    """Make one published file large, on the disk, and return its address."""
    address = file_address(stack, "data-protection-policy")
    content = read(stack, address)
    for path in (stack.data_dir("web1") / "files").rglob("*.pdf"):
        if path.read_bytes() == content:
            path.write_bytes(content + bytes(LARGE))
    return address


def report(record: Record, options: argparse.Namespace, shown: int, stored: int, ratio: float) -> str:
    """Return the results as Markdown."""
    kinds = list(dict.fromkeys(kind for kind, _phase in sorted(record.seconds)))
    answers = sum(
        len(found) for (_kind, phase), found in record.seconds.items() if phase in ("quiet", "slow")
    )
    seconds = 2 * options.rounds * options.seconds
    lines = [
        f"{machine()}. nginx with TLS, two gunicorns of eight threads, a mail worker, PostgreSQL, Redis and "
        f"the clients on the same cores; {options.rounds} rounds of {options.seconds} s quiet and "
        f"{options.seconds} s with {SLOW} slow downloads; {READERS} readers and {WRITERS} complainants at a "
        f"time; the machine's load was {os.getloadavg()[1]:.1f}.",
        "",
        "| asked for | answers | quiet: p50 | p99 | beside slow downloads: p50 | p99 |",
        "|---|---|---|---|---|---|",
    ]
    for kind in kinds:
        cells = [
            f"{percentile(record.seconds[kind, phase], share) * 1000:.0f} ms"
            for phase in ("quiet", "slow")
            for share in (50, 99)
        ]
        number = sum(len(record.seconds[kind, phase]) for phase in ("quiet", "slow"))
        lines.append(f"| {kind} | {number} | {' | '.join(cells)} |")
    verdict = "under" if ratio < MOST else "**not under**"
    lines += [
        "",
        f"{answers / seconds:.0f} answers a second; errors and missing answers: {len(record.errors)}; "
        f"references shown: {shown}, complaints stored: {stored}. While slow clients hold downloads, the "
        f"99th percentile of pages is {ratio:.2f} of the quiet one, {verdict} {MOST:.0f}.",
    ]
    return "\n".join(lines)


def percentile(seconds: Sequence[float], share: int) -> float:
    """Return the value below which `share` percent of the values are; not a number without any."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)] if ordered else math.nan


if __name__ == "__main__":
    sys.exit(main())
