"""A whole portal of our own, as `make run` starts it, on a free port with its data in a given folder."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.postgres import free_port

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 180

STRICT = {
    "DEBUG": "False",
    "SECRET_KEY": "only-for-this-test-run-" + "x" * 40,
    "ALLOWED_HOSTS": "127.0.0.1",
    "MAIL_FROM": "portal@example.lu",
    "HTTPS": "False",
    "LOAD_SPECIMENS": "True",
}
"""Settings of production, as far as loopback without TLS allows."""


@dataclass(frozen=True)
class Portal:
    """A running portal."""

    url: str
    """Its address, without a slash at the end."""
    log: Path
    """Where the output of its processes goes, mails included."""
    environment: dict[str, str]

    def manage(self, *arguments: str) -> str:
        """Run a management command on the portal's data and return what it prints."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def wait_for_log(self, words: str, seconds: float = 20) -> str:
        """Return the log as soon as it holds `words`. Raises TimeoutError when that takes too long."""
        deadline = time.monotonic() + seconds
        while words not in (text := self.log.read_text(encoding="utf-8", errors="replace")):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{words!r} never appeared in:\n{text}")
            time.sleep(0.1)
        return text


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[Portal]:
    """Start web process and mail worker with `settings` in the environment; stop both at the end."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "PORT": str(port), "SITE_URL": url, "DATA_DIR": str(folder), **settings}
    log = folder / "portal.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [ROOT / "scripts" / "run.sh"],
            cwd=ROOT,
            env={**environment, "PYTHONUNBUFFERED": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_it_answers(url, process, log)
        yield Portal(url, log, environment)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=START_SECONDS)


def _wait_until_it_answers(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):  # noqa: S310 - a loopback address
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The portal did not start:\n{log.read_text()}") from None
            time.sleep(0.1)
