"""A PostgreSQL server of our own for the tests: free port, temporary folder, gone afterwards.

usage: python -m scripts.postgres COMMAND [ARGUMENT ...]
runs COMMAND with DATABASE_URL pointing at the server and exits with its status.
"""

import os
import shutil
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

# Losing the data in a crash does not matter here, speed does.
SERVER_OPTIONS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=127.0.0.1")


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


@contextmanager
def server() -> Iterator[str]:
    """Start a server and yield the URL of its database."""
    # The server refuses to run as root; Debian's package brings the user "postgres".
    user = "postgres" if os.getuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="portal-postgres-") as name:
        folder = Path(name)
        if user:
            shutil.chown(folder, user)
        data, port = folder / "data", free_port()
        subprocess.run(
            [binary("initdb"), "-D", data, "-U", "portal", "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust"],
            check=True,
            stdout=subprocess.DEVNULL,
            user=user,
            cwd=folder,
        )
        options = [f"-c{option}" for option in (*SERVER_OPTIONS, f"unix_socket_directories={folder}")]
        with (folder / "log").open("wb") as log:
            running = subprocess.Popen(
                [*WITH_PARENT, binary("postgres"), "-D", data, "-p", str(port), *options],
                stdout=log,
                stderr=subprocess.STDOUT,
                user=user,
                cwd=folder,
            )
        try:
            _wait_until_ready(port, folder / "log")
            yield f"postgres://portal@127.0.0.1:{port}/postgres"
        finally:
            running.terminate()
            running.wait(timeout=START_SECONDS)


def _wait_until_ready(port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    probe = [binary("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    while subprocess.run(probe, check=False).returncode != 0:
        if time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")
        time.sleep(0.1)


def main() -> int:
    """Run the command line's command against a server of its own."""
    with server() as url:
        return subprocess.run(sys.argv[1:], check=False, env={**os.environ, "DATABASE_URL": url}).returncode


if __name__ == "__main__":
    sys.exit(main())
