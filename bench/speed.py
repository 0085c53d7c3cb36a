"""How fast the portal is beside an empty Django, in docs/performance.md.

usage: python -m bench.speed [--rounds N] [--seconds N] [--check]
Starts base (bench/base.py), the portal and, where it is installed, nginx, and asks each row of bench/rows.py
right after base, round by round, so that whatever else the machine does meets both. Writes the medians
between the two marks in docs/performance.md; with --check writes nothing, and fails where a number is missed.
"""

import argparse
import os
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.load import Load, Outcome, send
from bench.rows import Row, nginx_row, rows
from bench.servers import Server, all_servers, portal
from bench.written import machine, write

MOST_MEGABYTES = 90
MOST_SECONDS_TO_FIRST_PAGE = 1.0
STARTS = 5

BASE = Load([("/", "")])


@dataclass(frozen=True)
class Figure:
    """One line of the table: what was measured, and what must be reached."""

    name: str
    measured: str
    wanted: str
    is_reached: bool
    details: str = ""


def main() -> None:
    """Measure, then write the table or check it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="portal-speed-") as name:
        figures = measure(Path(name), options.rounds, options.seconds)
    table = _table(figures)
    print(table)
    if options.check:
        missed = [figure.name for figure in figures if not figure.is_reached]
        sys.exit(f"Not reached: {', '.join(missed)}" if missed else 0)
    write("bench.speed", f"{_machine(options.rounds, options.seconds)}\n\n{table}")


def measure(folder: Path, rounds: int, seconds: int) -> list[Figure]:
    """Run all rounds and return the lines of the table."""
    with all_servers(folder) as servers:
        wanted = rows({name: server.url for name, server in servers.items()}) + (
            [nginx_row()] if "nginx" in servers else []
        )
        for row in wanted:
            send(servers[row.server], row.load, seconds)
        stored, sent = _stored(servers), 0
        outcomes: dict[str, list[tuple[Outcome, Outcome]]] = defaultdict(list)
        for number in range(rounds):
            for row in wanted:
                beside = send(servers[row.server if row.beside else "base"], row.beside or BASE, seconds)
                outcome = send(servers[row.server], row.load, seconds)
                outcomes[row.name].append((beside, outcome))
                sent += outcome.answers if row.load.body else 0
            print(f"round {number + 1} of {rounds}", file=sys.stderr)
        figures = [_figure(row, outcomes[row.name]) for row in wanted]
        figures += [_counted(_stored(servers) - stored, sent, rounds), _memory(servers)]
    return [*figures, _starts(folder)]


def _figure(row: Row, outcomes: Sequence[tuple[Outcome, Outcome]]) -> Figure:
    by_answers = statistics.median(outcome.per_second / beside.per_second for beside, outcome in outcomes)
    by_time = statistics.median(beside.processor_us / outcome.processor_us for beside, outcome in outcomes)
    ratio = by_answers if row.waits_for_the_disk else by_time
    rate, p50, p95, p99, time = (
        statistics.median(values)
        for values in zip(
            *((one.per_second, one.p50_ms, one.p95_ms, one.p99_ms, one.processor_us) for _, one in outcomes),
            strict=True,
        )
    )
    wanted = f"≥ {row.least}" if row.least else ""
    is_reached = row.least is None or ratio >= row.least
    if row.most_p95_ms:
        wanted += f", p95 < {row.most_p95_ms:.0f} ms"
        is_reached = is_reached and p95 < row.most_p95_ms
    if row.most_p99_ms:
        wanted += f", p99 ≤ {row.most_p99_ms:.0f} ms"
        is_reached = is_reached and p99 <= row.most_p99_ms
    waited = f"p50 {p50:.1f}, p95 {p95:.1f}, p99 {p99:.1f} ms"
    details = f"{time:.0f} µs; {rate:.0f}/s, {by_answers:.2f} of base; {waited}"
    return Figure(row.name, f"{ratio:.2f}", wanted, is_reached, details)


def _counted(stored: int, sent: int, rounds: int) -> Figure:
    """Return whether every complaint is there that was answered with its confirmation."""
    # What wrk breaks off at the end of a round is stored and not counted as answered, on both databases.
    most = sent + 2 * 16 * rounds
    return Figure(
        "complaints answered, stored", f"{sent}, {stored}", "no fewer stored", sent <= stored <= most
    )


def _stored(servers: Mapping[str, Server]) -> int:
    return sum(servers[name].complaints() for name in ("portal", "postgresql"))


def _memory(servers: Mapping[str, Server]) -> Figure:
    size = servers["portal"].megabytes()
    return Figure(
        "worker memory, after all of this", f"{size:.0f} MB", f"≤ {MOST_MEGABYTES} MB", size <= MOST_MEGABYTES
    )


def _starts(folder: Path) -> Figure:
    """Return how long it takes from starting gunicorn to the first page."""
    seconds = []
    for _start in range(STARTS):
        with portal(folder / "portal") as server:
            seconds.append(server.seconds_to_first_page)
    median = statistics.median(seconds)
    return Figure(
        "cold start to the first page",
        f"{median:.2f} s",
        f"≤ {MOST_SECONDS_TO_FIRST_PAGE} s",
        median <= MOST_SECONDS_TO_FIRST_PAGE,
        f"{min(seconds):.2f} to {max(seconds):.2f} s",
    )


def _table(figures: Sequence[Figure]) -> str:
    lines = ["| work | measured | must be | | processor time an answer; answers |", "|---|---|---|---|---|"]
    for figure in figures:
        verdict = "" if not figure.wanted else "reached" if figure.is_reached else "**not reached**"
        lines.append(
            f"| {figure.name} | {figure.measured} | {figure.wanted} | {verdict} | {figure.details} |"
        )
    return "\n".join(lines)


def _machine(rounds: int, seconds: int) -> str:
    return (
        f"{machine()}. Servers on one core, wrk on the others; {rounds} rounds of {seconds} s, medians; the "
        f"machine's load was {os.getloadavg()[2]:.1f}."
    )


if __name__ == "__main__":
    main()
