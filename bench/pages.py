"""What pages take, asked through Django's own client, and table and plot of how that grows."""

import math
import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from bench.written import DOCUMENT, machine, write


class Figure(NamedTuple):
    """What one page takes."""

    p50: float
    """Milliseconds, as p95 and first."""
    p95: float
    first: float
    """What asking for the first time takes."""
    processor: float
    """Milliseconds of processor time, that of the database included: what else runs counts little."""
    queries: int

    @property
    def short(self) -> str:
        """Processor time, and p50."""
        return f"{_rounded(self.processor)} ({_rounded(self.p50)})"


Pages = Mapping[str, Callable[[], object]]
"""What asks for a page, by its name."""


def measured(pages: Pages, rounds: int) -> dict[str, Figure]:
    """Ask for each page in turn; print and return what each takes."""
    print(f"{'milliseconds':34} {'p50':>8} {'p95':>8} {'first':>8} {'processor':>10} {'queries':>8}")
    return {name: _measure(name, ask, rounds) for name, ask in pages.items()}


def _measure(name: str, ask: Callable[[], object], rounds: int) -> Figure:
    from django.db import connection

    queries: list[str] = []

    def note(execute: Any, sql: str, *arguments: Any) -> Any:
        queries.append(sql)
        return execute(sql, *arguments)

    with connection.execute_wrapper(note):
        began = time.perf_counter()
        ask()
        first = (time.perf_counter() - began) * 1e3
    times, before = [], processor_seconds()
    for _ in range(rounds):
        began = time.perf_counter()
        ask()
        times.append((time.perf_counter() - began) * 1e3)
    cuts, processor = statistics.quantiles(times, n=20), (processor_seconds() - before) * 1e3 / rounds
    figure = Figure(cuts[9], cuts[18], first, processor, len(queries))
    print(
        f"{name:34} {figure.p50:8.1f} {figure.p95:8.1f} {first:8.1f} {processor:10.1f} {len(queries):8}",
        flush=True,
    )
    return figure


def processor_seconds() -> float:
    """Return the processor time of this process and, where it is one of this machine, of its PostgreSQL."""
    from django.db import connection

    seconds = time.process_time()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (number,) = cursor.fetchone()
        fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
        seconds += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return seconds


def write_growth(
    name: str,
    what: str,
    sizes: Sequence[int],
    found: Sequence[Mapping[str, Figure]],
    beside: Mapping[str, Sequence[float]],
) -> None:
    """Write table and plot of `name` into docs/performance.md and docs/: a column for each size.

    `what` is counted by the sizes; `beside` are other figures, in milliseconds of processor time.
    """
    from django.db import connection

    database = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor]
    plot = DOCUMENT.with_name(f"growth-{name.rpartition('.')[2]}.svg")
    lines = {page: [each[page].processor for each in found] for page in found[0]} | dict(beside)
    plot.write_text(
        _plot(f"Milliseconds of processor time, {database}", what, sizes, lines), encoding="utf-8"
    )
    columns = " | ".join(f"{size:,}" for size in sizes)
    rows = [
        f"| milliseconds of processor time (p50 of all time) | {columns} | queries |",
        "|---" * (len(sizes) + 2) + "|",
        *(
            f"| {page} | {' | '.join(each[page].short for each in found)} "
            f"| {_span(sorted({each[page].queries for each in found}))} |"
            for page in found[0]
        ),
        *(f"| {each} | {' | '.join(map(_rounded, values))} | |" for each, values in beside.items()),
    ]
    head = f"{machine()}, {database}; {what} at the head of each column; the machine's load was "
    write(
        name,
        f"{head}{os.getloadavg()[2]:.1f}.\n\n" + "\n".join(rows) + f"\n\n![How it grows]({plot.name})",
    )


def _span(numbers: Sequence[int]) -> str:
    return f"{numbers[0]}–{numbers[-1]}" if numbers[0] < numbers[-1] else str(numbers[0])


def _rounded(milliseconds: float) -> str:
    return f"{milliseconds:.1f}" if milliseconds < 10 else f"{milliseconds:,.0f}"


WIDTH, HEIGHT, LEFT, TOP, BOTTOM, NAMES = 860, 460, 60, 40, 60, 260
"""Pixels: of the drawing, of its margins, and of the names at the right."""

BETWEEN_NAMES = 15


def _plot(title: str, what: str, sizes: Sequence[int], lines: Mapping[str, Sequence[float]]) -> str:
    """Return an SVG with a line for each name, both axes in powers of ten: straight and flat is well."""
    values = [value for each in lines.values() for value in each]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    first, last = math.log10(sizes[0]), math.log10(sizes[-1])

    def x(size: float) -> float:
        return LEFT + (math.log10(size) - first) / (last - first) * (WIDTH - LEFT - NAMES)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (math.log10(value) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(title)}</title>",
        "<style>text{font:13px sans-serif;fill:#1c1530}line{stroke:#d8d3e3}"
        "polyline{fill:none;stroke-width:2}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="20">{escape(title)}</text>',
        f'<text x="{LEFT}" y="{HEIGHT - 14}">{escape(what)}</text>',
    ]
    for power in range(low, high + 1):
        at = y(10.0**power)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - NAMES}" y1="{at:.0f}" y2="{at:.0f}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{at + 4:.0f}" text-anchor="end">{10.0**power:,g}</text>')
    for size in sizes:
        at = x(size)
        parts.append(f'<line x1="{at:.0f}" x2="{at:.0f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
        parts.append(f'<text x="{at:.0f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{size:,}</text>')
    heights = _apart([y(each[-1]) for each in lines.values()])
    for number, ((name, each), height) in enumerate(zip(lines.items(), heights, strict=True)):
        colour = f"hsl({number * 137 % 360} 65% 38%)"
        points = " ".join(f"{x(size):.0f},{y(value):.0f}" for size, value in zip(sizes, each, strict=True))
        parts.append(f'<polyline stroke="{colour}" points="{points}"/>')
        parts.append(
            f'<polyline stroke="{colour}" stroke-dasharray="2 3" points="{WIDTH - NAMES},{y(each[-1]):.0f} '
            f'{WIDTH - NAMES + 16},{height:.0f}"/>'
        )
        parts.append(f'<text x="{WIDTH - NAMES + 20}" y="{height + 4:.0f}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>\n"])


def _apart(heights: Sequence[float]) -> list[float]:
    """Return the heights, moved until each name has room."""
    order = sorted(range(len(heights)), key=heights.__getitem__)
    moved = list(heights)
    for above, below in pairwise(order):
        moved[below] = max(moved[below], moved[above] + BETWEEN_NAMES)
    if over := max(0, max(moved) - (HEIGHT - BOTTOM)):
        places = {number: place for place, number in enumerate(order)}
        moved = [max(TOP + places[number] * BETWEEN_NAMES, each - over) for number, each in enumerate(moved)]
    return moved
