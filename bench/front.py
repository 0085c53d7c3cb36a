"""How fast pages and files are behind the nginx of deploy/, beside the same bytes that it has on its disk.

usage: python -m bench.front [--rounds N] [--seconds N]
Starts what `make stack` starts, with the limit for one address out of reach, as all of this comes from one,
and asks for page and file in turn with their copies. Writes the medians into docs/performance.md.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import tempfile

from bench.load import SCRIPT
from bench.stack import file_address, read
from bench.written import machine, write
from scripts.stack import Stack, up

PAGE = "/en/documents/ict-terms/"
LIMIT = re.compile(r"rate=\d+r/s")
CONNECTIONS = 8
LARGE = 2_000_000
LEAST = {"page": 0.8, "file": 0.95}
"""Ratios of answers a second that issue and table ask for."""


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    options = parser.parse_args()
    with up(EMAIL_URL="consolemail://") as stack:
        _without_limit(stack)
        addresses = _copied(stack)
        rates: dict[str, list[tuple[float, float]]] = {what: [] for what in addresses}
        for number in range(options.rounds + 1):
            for what, (address, twin) in addresses.items():
                outcome = _rate(stack, twin, options.seconds), _rate(stack, address, options.seconds)
                # The first round warms up.
                if number:
                    rates[what].append(outcome)
    lines = [
        "| behind nginx | answers a second | of the same bytes on its disk | must be | |",
        "|---|---|---|---|---|",
    ]
    for what, measured in rates.items():
        ratio = statistics.median(ours / copy for copy, ours in measured)
        verdict = "reached" if ratio >= LEAST[what] else "**not reached**"
        rate = statistics.median(ours for _copy, ours in measured)
        lines.append(f"| {what} | {rate:,.0f} | {ratio:.2f} | ≥ {LEAST[what]} | {verdict} |")
    text = (
        f"{machine()}. `make stack` with TLS, wrk with {CONNECTIONS} connections on the same cores; "
        f"{options.rounds} rounds of {options.seconds} s in turn, medians; the machine's load was "
        f"{os.getloadavg()[1]:.1f}.\n\n" + "\n".join(lines)
    )
    print(text)
    write("bench.front", text)


def _without_limit(stack: Stack) -> None:
    configuration = stack.folder / "legal-portal.conf"
    written, number = LIMIT.subn("rate=1000000r/s", configuration.read_text(encoding="utf-8"))
    if number != 1:
        raise RuntimeError("the limit of nginx is not where it was")
    configuration.write_text(written, encoding="utf-8")
    stack.stop("nginx")
    stack.start("nginx")
    stack.wait_until_it_answers()


def _copied(stack: Stack) -> dict[str, tuple[str, str]]:
    """Return the addresses of page and file, each with that of a copy among the static files."""
    static = stack.data_dir("web1") / "static"
    file = file_address(stack, "ict-terms")
    for path in (stack.data_dir("web1") / "files").rglob("*.pdf"):
        if path.read_bytes() == read(stack, file):
            path.write_bytes(path.read_bytes() + bytes(LARGE))
            shutil.copy(path, static / "bench.pdf")
    (static / "bench.html").write_bytes(read(stack, PAGE))
    return {"page": (PAGE, "/static/bench.html"), "file": (file, "/static/bench.pdf")}


def _rate(stack: Stack, address: str, seconds: int) -> float:
    """Return how many answers a second nginx gives. Raises RuntimeError when one is a refusal or missing."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as addresses:
        addresses.write(f"{address}\t\n")
        addresses.flush()
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "30s", "-s", str(SCRIPT)]
        command += ["-H", f"Host: {stack.authority}", stack.url, "--", addresses.name]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    figures = next(line for line in printed.splitlines() if line.startswith("RESULT")).split()[1:]
    answers, duration, errors = map(int, figures[:3])
    if errors or not answers:
        raise RuntimeError(f"{address}: {errors} of {answers} requests failed\n{printed}")
    return answers / duration * 1e6


if __name__ == "__main__":
    main()
