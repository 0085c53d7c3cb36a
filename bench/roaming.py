"""How long one lookup of a place takes, and what the index costs, beside other libraries in the same run.

usage: python -m bench.roaming [FILE.jsonl ...]
Each FILE has one JSON object a line with the text to look up under "query". Without files, the queries are
names of territories in eight languages, a third of them with a slip, a sixth cut short, a sixth shuffled.
Needs the packages of bench/requirements.txt; `make bench` sees to them.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

SEED = 20260101
QUERIES = 1200
RANDOM_STRINGS = 100_000
LONGEST = 200
ROUND = 50
"""Queries that one library answers before it is the next one's turn."""

SLOW_SHARE = 0.02
"""Share of the random strings that libraries of milliseconds a lookup are given too."""

Lookup = Callable[[str], object]


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DEBUG": "True", "DATA_DIR": folder}
        os.environ.pop("DATABASE_URL", None)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "legalsite.settings")
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("load_content", verbosity=0)
        _cost_of_the_index()
        libraries = _libraries()
        queries = _queries(sys.argv[1:])
        _table(f"{len(queries)} queries", libraries, queries)
        strings = _random_strings(RANDOM_STRINGS)
        ours = dict(list(libraries.items())[:2])
        _table(f"{len(strings)} random strings of up to {LONGEST} characters", ours, strings)
        few = strings[: int(len(strings) * SLOW_SHARE)]
        _table(f"the first {len(few)} of them", libraries, few)


def _libraries() -> dict[str, Lookup]:
    import countrynames
    import pycountry
    from rapidfuzz import fuzz, process

    from roaming import gazetteer
    from roaming.lookup import Reader, look_up

    reader = Reader.now()
    names = [name.text for name in gazetteer.near_names()]

    def search_fuzzy(query: str) -> object:
        try:
            return pycountry.countries.search_fuzzy(query)
        except LookupError:
            return None

    return {
        "this portal, index at hand": reader.answer,
        "this portal, with the query for changes": lambda query: look_up([query]),
        "countrynames to_code(fuzzy=True), cache emptied": lambda query: (
            countrynames.to_code.cache_clear(),
            countrynames.to_code(query, fuzzy=True),
        ),
        f"rapidfuzz WRatio over our {len(names)} names": lambda query: process.extractOne(
            query, names, scorer=fuzz.WRatio
        ),
        "pycountry search_fuzzy": search_fuzzy,
    }


def _cost_of_the_index() -> None:
    """Measure, in a process of its own, the memory and the time that the first lookup costs."""
    program = (
        "import django, resource, time; django.setup();"
        "from roaming.lookup import look_up;"
        "from django.db import connection; connection.ensure_connection();"
        "size = lambda: int(open('/proc/self/statm').read().split()[1]) * resource.getpagesize();"
        "before, start = size(), time.perf_counter();"
        "look_up(['Tunisie']);"
        "print((size() - before) / 1e6, (time.perf_counter() - start) * 1e3)"
    )
    runs = [
        [
            float(figure)
            for figure in subprocess.run(
                [sys.executable, "-c", program], check=True, capture_output=True, text=True
            ).stdout.split()
        ]
        for _ in range(5)
    ]
    memory, milliseconds = (statistics.median(figures) for figures in zip(*runs, strict=True))
    print(f"index: {memory:.1f} MB of memory, {milliseconds:.0f} ms for the first lookup of a process\n")


def _table(title: str, libraries: dict[str, Lookup], queries: Sequence[str]) -> None:
    times: dict[str, list[float]] = {name: [] for name in libraries}
    for start in range(0, len(queries), ROUND):
        for name, lookup in libraries.items():
            for query in queries[start : start + ROUND]:
                began = time.perf_counter()
                lookup(query)
                times[name].append((time.perf_counter() - began) * 1e6)
    print(f"{title}: microseconds a lookup\n{'':50} {'p50':>9} {'p99':>9} {'mean':>9}  ratio of means")
    first = statistics.mean(next(iter(times.values())))
    for name, figures in times.items():
        cuts = statistics.quantiles(figures, n=100)
        mean = statistics.mean(figures)
        print(f"{name:50} {cuts[49]:9.1f} {cuts[98]:9.1f} {mean:9.1f}  {mean / first:8.2f}")
    print()


def _queries(files: Sequence[str]) -> list[str]:
    if files:
        lines = [line for file in files for line in Path(file).read_text(encoding="utf-8").splitlines()]
        return [json.loads(line)["query"] for line in lines]
    from roaming import gazetteer

    chance = random.Random(SEED)
    names = sorted({name.text for name in gazetteer.near_names() if name.language})
    queries = chance.sample(names, QUERIES)
    for place, name in enumerate(queries):
        kind = place % 6
        if kind in (1, 2):
            cut = chance.randrange(len(name))
            queries[place] = name[:cut] + chance.choice("abcdefghijklmnopqrstuvwxyz") + name[cut + 1 :]
        elif kind == 3:
            queries[place] = name[: max(3, len(name) // 2)]
        elif kind == 4:
            queries[place] = "".join(chance.sample(name, len(name)))
    return queries


def _random_strings(number: int) -> list[str]:
    chance = random.Random(SEED)
    signs = "abcdefghijklmnopqrstuvwxyz éèàüöñç-'’ ABCDEFG0123456789,;&().中国日本ءبتжщ🦄\x00\n"
    return ["".join(chance.choices(signs, k=chance.randrange(LONGEST + 1))) for _ in range(number)]


if __name__ == "__main__":
    main()
