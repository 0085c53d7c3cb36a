"""Sends requests with wrk, from another core than that of the servers, and counts the answers."""

import os
import secrets
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.servers import Server

SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True)
class Load:
    """What a server is asked."""

    addresses: Sequence[tuple[str, str]]
    """Path with query, and an entity tag that the reader has, or ""; asked for in turn."""
    connections: int = 8
    headers: Mapping[str, str] | None = None
    body: str = ""
    """A form to be sent to the first address; NUMBER in it becomes another word each time, in every run."""


@dataclass(frozen=True)
class Outcome:
    """What came of it."""

    answers: int
    seconds: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    processor_us: float
    """Processor time of the server for one answer."""

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds


def send(server: Server, load: Load, seconds: float) -> Outcome:
    """Send the load for some seconds. Raises RuntimeError when an answer is a refusal or missing."""
    with tempfile.TemporaryDirectory() as name:
        addresses, body = Path(name) / "addresses", Path(name) / "body"
        addresses.write_text("".join(f"{address}\t{tag}\n" for address, tag in load.addresses))
        command = ["wrk", "-t1", f"-c{load.connections}", f"-d{seconds:.0f}s", "-s", str(SCRIPT)]
        # A machine that is busy with other things is no fault of the portal.
        command += ["--timeout", "30s"]
        for header, value in (load.headers or {}).items():
            command += ["-H", f"{header}: {value}"]
        command += [server.url, "--", str(addresses)]
        if load.body:
            body.write_text(load.body.replace("NUMBER", f"{secrets.token_hex(4)}NUMBER"))
            command.append(str(body))
        used = server.processor_seconds()
        printed = subprocess.run(
            command, check=True, capture_output=True, text=True, preexec_fn=_off_first_core
        ).stdout
        used = server.processor_seconds() - used
    figures = next(line for line in printed.splitlines() if line.startswith("RESULT")).split()[1:]
    answers, duration, errors, p50, p95, p99 = map(int, figures)
    if errors or not answers:
        raise RuntimeError(f"{load.addresses[0][0]}: {errors} of {answers} requests failed\n{printed}")
    return Outcome(answers, duration / 1e6, p50 / 1e3, p95 / 1e3, p99 / 1e3, used * 1e6 / answers)


def _off_first_core() -> None:
    cores = os.sched_getaffinity(0)
    if len(cores) > 1:
        os.sched_setaffinity(0, cores - {min(cores)})
