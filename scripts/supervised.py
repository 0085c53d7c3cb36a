"""A portal whose processes are started again when they end, as a service manager does; made to be killed."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.portal import ROOT, START_SECONDS, STRICT
from scripts.postgres import free_port

GUNICORN = ("-m", "gunicorn", "legalsite.wsgi", "--config", "deploy/gunicorn.conf.py")

PREPARE = """
import django, os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "legalsite.settings")
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("load_content", verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0)
"""
"""One process for all three: most of the time of each is its start."""


class Supervised:
    """Web process and mail worker of one portal, and the means to kill them."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            **STRICT,
            "SITE_URL": self.url,
            "DATA_DIR": str(folder),
            # Whoever calls says from which network.
            "TRUSTED_PROXIES": "1",
            "PYTHONUNBUFFERED": "1",
            **settings,
        }
        self.apart: dict[str, dict[str, str]] = {}
        """By the name of a process, "web" or "mail": what only its environment holds."""
        self.log = folder / "portal.log"
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._commands = {
            "web": [*GUNICORN, "--bind", f"127.0.0.1:{self.port}"],
            "mail": ["manage.py", "mail_worker"],
        }
        self._stopping = threading.Event()

    def run(self, *arguments: str, given: str = "") -> str:
        """Run a Python program with the portal's settings and return what it prints."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            input=given,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout

    @contextmanager
    def up(self) -> Iterator["Supervised"]:
        """Prepare the data, start both processes and keep them running until the block ends."""
        self.run("-c", PREPARE)
        keeper = threading.Thread(target=self._keep_running)
        keeper.start()
        try:
            self.wait_until_it_answers()
            yield self
        finally:
            self._stopping.set()
            keeper.join()
            for process in self._running.values():
                process.terminate()
            for process in self._running.values():
                process.wait(timeout=START_SECONDS)

    def wait_until_it_answers(self) -> None:
        """Return when the web process answers. Raises TimeoutError when that takes too long."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(urllib.error.URLError, OSError):
                urllib.request.urlopen(f"{self.url}/healthz", timeout=2).close()  # noqa: S310 - loopback
                return
            time.sleep(0.05)
        raise TimeoutError(f"The portal does not answer:\n{self.log.read_text(errors='replace')[-5000:]}")

    def kill(self, what: str) -> None:
        """Kill "mail", the mail worker; "web", the web process with its master; or "worker", its child."""
        process = self._running[what if what != "worker" else "web"]
        if what != "worker":
            process.kill()
            return
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        with contextlib.suppress(OSError):
            for child in children.read_text().split():
                os.kill(int(child), signal.SIGKILL)

    def _keep_running(self) -> None:
        with self.log.open("ab") as output:
            while not self._stopping.wait(0.05):
                for name, command in self._commands.items():
                    process = self._running.get(name)
                    if process is not None and process.poll() is None:
                        continue
                    if process is not None:
                        # As a service manager does: nothing of the old process survives in its group.
                        with contextlib.suppress(ProcessLookupError):
                            os.killpg(process.pid, signal.SIGKILL)
                    self._running[name] = subprocess.Popen(
                        [sys.executable, *command],
                        cwd=ROOT,
                        env={**self.environment, **self.apart.get(name, {})},
                        stdout=output,
                        stderr=subprocess.STDOUT,
                        start_new_session=True,
                    )


class Killer(threading.Thread):
    """Kills a process of a portal at random moments, and counts what it killed."""

    def __init__(self, portal: Supervised, seed: int, at_most: int | None = None) -> None:
        super().__init__()
        self.portal = portal
        self.at_most = at_most
        self.kills = {"worker": 0, "web": 0, "mail": 0}
        self.stopped = threading.Event()
        self.failure: TimeoutError | None = None
        """Set when the portal did not come back."""
        self._random = random.Random(seed)  # noqa: S311 - only moments

    def run(self) -> None:
        """Kill until stopped: mostly the worker child, now and then the master or the mail worker."""
        while self.at_most is None or sum(self.kills.values()) < self.at_most:
            # Counted from when the portal answers: starting takes longer than most pauses.
            try:
                self.portal.wait_until_it_answers()
            except TimeoutError as failure:
                self.failure = failure
                return
            if self.stopped.wait(self._random.uniform(0.3, 2)):
                return
            what = self._random.choice(("worker", "worker", "worker", "web", "mail"))
            self.portal.kill(what)
            self.kills[what] += 1

    def stop(self) -> None:
        """End the killing. Raises TimeoutError when the portal did not come back after a kill."""
        self.stopped.set()
        self.join()
        if self.failure:
            raise self.failure
