"""A PostgreSQL server of our own for the tests: free port, temporary folder, gone afterwards.

usage: python -m scripts.postgres COMMAND [ARGUMENT ...]
runs COMMAND with DATABASE_URL pointing at the server and exits with its status.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 30

# The kernel stops the program when ours ends, however that ends (SIGINT: at once).
WITH_PARENT = ("setpriv", "--pdeathsig", "INT", "--")

HASTY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""For tests in which losing the data in a crash does not matter, and speed does."""


def binary(name: str) -> str:
    """Return the path of a PostgreSQL program. Raises RuntimeError when none is installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    path = os.pathsep.join([*(str(folder) for folder in folders), os.environ.get("PATH", "")])
    found = shutil.which(name, path=path)
    if found is None:
        raise RuntimeError("PostgreSQL is missing: install the Debian package postgresql.")
    return found


def free_port() -> int:
    """Return a TCP port of the loopback address that nobody uses right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """A server that can be stopped and started again, with its data in `folder`.

    As in production what it has confirmed is on the disk, unless it is `hasty`.
    """

    def __init__(self, folder: Path, *, hasty: bool) -> None:
        # The server refuses to run as root; Debian's package brings the user "postgres".
        self._user = "postgres" if os.getuid() == 0 else None
        self._folder, self._port = folder, free_port()
        self._options = ("listen_addresses=127.0.0.1", *(HASTY if hasty else ()))
        if self._user:
            shutil.chown(folder, self._user)
        subprocess.run(
            [
                binary("initdb"),
                "-D",
                self._data,
                "-U",
                "portal",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "-A",
                "trust",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            user=self._user,
            cwd=folder,
        )
        self.start()

    @property
    def url(self) -> str:
        """The URL of its database."""
        return f"postgres://portal@127.0.0.1:{self._port}/postgres"

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def start(self) -> None:
        """Start, and return when it answers. Raises RuntimeError when it does not."""
        options = [f"-c{option}" for option in (*self._options, f"unix_socket_directories={self._folder}")]
        with (self._folder / "log").open("ab") as log:
            self._running = subprocess.Popen(
                [*WITH_PARENT, binary("postgres"), "-D", self._data, "-p", str(self._port), *options],
                stdout=log,
                stderr=subprocess.STDOUT,
                user=self._user,
                cwd=self._folder,
                start_new_session=True,
            )
        self._wait_until_ready()

    def stop(self) -> None:
        """Stop, and end every connection ("fast")."""
        self._running.send_signal(signal.SIGINT)
        self._running.wait(timeout=START_SECONDS)

    def kill(self) -> None:
        """Kill every process of the server."""
        os.killpg(self._running.pid, signal.SIGKILL)
        self._running.wait(timeout=START_SECONDS)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        probe = [binary("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self._port)]
        while subprocess.run(probe, check=False).returncode != 0:
            if time.monotonic() > deadline:
                log = (self._folder / "log").read_text(errors="replace")
                raise RuntimeError(f"PostgreSQL did not start:\n{log}")
            time.sleep(0.1)


@contextmanager
def running(*, hasty: bool) -> Iterator[Server]:
    """Start a server, and stop it and remove its data at the end."""
    with tempfile.TemporaryDirectory(prefix="portal-postgres-") as name:
        server = Server(Path(name), hasty=hasty)
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def server() -> Iterator[str]:
    """Start a hasty server and yield the URL of its database."""
    with running(hasty=True) as started:
        yield started.url


def main() -> int:
    """Run the command line's command against a server of its own."""
    with server() as url:
        return subprocess.run(sys.argv[1:], check=False, env={**os.environ, "DATABASE_URL": url}).returncode


if __name__ == "__main__":
    sys.exit(main())
