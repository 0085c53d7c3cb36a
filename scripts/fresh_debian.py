"""Follow docs/operate.md literally on a fresh Debian: install, look, upgrade, roll back, back up.

usage: python -m scripts.fresh_debian [--base FOLDER]
As root, with the Debian packages debootstrap and systemd-container. Makes a minimal Debian 12 in a temporary
folder (or copies the one that debootstrap has made in FOLDER), boots it with its own systemd, and types every
command of the sections Install, Upgrade and Roll back as they stand, the latter while a client asks all the
time. It shares the network of this machine, whose ports 80, 443, 5432 and 6379 must be free. Exits with 1
when a step fails or a request does.
"""

import argparse
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import OK, HTTPSConnection
from pathlib import Path

from scripts.portal import ROOT

HOST = "legal.example.lu"
HANDBOOK = ROOT / "docs" / "operate.md"
REPOSITORY = "/mnt/legal-portal.git"
UNITS = ("web.socket", "web.service", "mail.service", "daily.timer", "backup.timer")
START_SECONDS = 60

BEYOND = {
    "ADDRESS-OF-THIS-REPOSITORY": REPOSITORY,
    # What the command asks for, on a machine without a keyboard.
    "createsuperuser": "createsuperuser --noinput --username example-admin --email admin@example.lu",
}
"""What an operator fills in."""


class Failed(Exception):
    """A step did not do what the handbook says."""


def commands(section: str) -> list[str]:
    """Return the blocks of commands of a section of the handbook, in their order."""
    text = HANDBOOK.read_text(encoding="utf-8").partition(f"\n## {section}")[2].partition("\n## ")[0]
    blocks = re.findall(r"^```\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    if not blocks:
        raise Failed(f"{HANDBOOK} has no commands under “{section}”")
    for ours, theirs in BEYOND.items():
        blocks = [block.replace(ours, theirs) for block in blocks]
    return blocks


def with_settings(blocks: list[str]) -> Iterator[str]:
    """Yield the blocks, those of settings as the command that writes them, with a key that is drawn."""
    for block in blocks:
        if block.startswith("SECRET_KEY="):
            key = "$(python3 -c 'import secrets; print(secrets.token_urlsafe(50))')"
            filled = re.sub("^SECRET_KEY=.*$", f"SECRET_KEY={key}", block, flags=re.MULTILINE)
            yield f"cat > /etc/legal-portal/portal.env <<FILLED\n{filled}FILLED\n"
        else:
            yield block


class Machine:
    """A Debian of its own, booted."""

    def __init__(self, root: Path, repository: Path) -> None:
        self.root = root
        shutil.copytree(
            "/usr/local/share/ca-certificates", root / "usr/local/share/ca-certificates", dirs_exist_ok=True
        )
        shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
        self._boot = subprocess.Popen(
            [
                "systemd-nspawn",
                "-D",
                root,
                "--register=no",
                "--keep-unit",
                "-b",
                f"--bind-ro={repository}:{REPOSITORY}",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def type(self, script: str) -> str:
        """Run commands as root in one shell that ends at the first that fails; return what they print.

        Raises Failed with the output.
        """
        children = Path(f"/proc/{self._boot.pid}/task/{self._boot.pid}/children").read_text().split()
        if not children:
            raise Failed("the machine has not started")
        enter = [
            "nsenter",
            "--target",
            children[0],
            "--mount",
            "--uts",
            "--ipc",
            "--pid",
            "--root",
            "--wd",
        ]
        given = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root",
            "LANG": "C.UTF-8",
        }
        # Some networks have an authority of their own; and a password would be asked for at a keyboard.
        given |= {
            "PIP_CERT": "/etc/ssl/certs/ca-certificates.crt",
            "DJANGO_SUPERUSER_PASSWORD": "Example-only-4711-halberd",
        }
        done = subprocess.run(
            [*enter, "bash", "-euxo", "pipefail"],
            input=script,
            env=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Failed(f"exit status {done.returncode}:\n{done.stdout[-6000:]}")
        return done.stdout

    def wait_for_systemd(self) -> None:
        """Return when the machine has started. Raises Failed when that takes too long."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.type(
                    "systemctl is-system-running --wait || systemctl is-system-running | grep -q degraded"
                )
                return
            except Failed:
                if time.monotonic() > deadline:
                    raise
                time.sleep(1)

    def stop(self) -> None:
        """Shut down."""
        self._boot.terminate()
        self._boot.wait(timeout=START_SECONDS)


@contextmanager
def booted(base: Path | None) -> Iterator[Machine]:
    """Make a fresh Debian, boot it, and remove it at the end."""
    with tempfile.TemporaryDirectory(prefix="portal-debian-") as name:
        root, repository = Path(name) / "root", Path(name) / "legal-portal.git"
        subprocess.run(["git", "clone", "--quiet", "--bare", ROOT, repository], check=True)
        if base:
            subprocess.run(["cp", "--archive", base, root], check=True)
        else:
            packages = "--include=systemd-sysv,dbus"
            subprocess.run(
                ["debootstrap", "--variant=minbase", packages, "bookworm", root],
                check=True,
                stdout=subprocess.DEVNULL,
            )
        machine = Machine(root, repository)
        try:
            time.sleep(2)
            machine.wait_for_systemd()
            yield machine
        finally:
            machine.stop()


class Client(threading.Thread):
    """Asks for a page all the time, and keeps what was no page."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__()
        self.context = context
        self.answers = 0
        self.slowest = 0.0
        self.errors: list[str] = []
        self.stopped = threading.Event()

    def run(self) -> None:
        """Ask until stopped."""
        while not self.stopped.wait(0.02):
            began = time.monotonic()
            try:
                ask("/en/complaints/follow/", self.context)
            except OSError as error:
                self.errors.append(str(error))
            self.answers += 1
            self.slowest = max(self.slowest, time.monotonic() - began)


def ask(path: str, context: ssl.SSLContext) -> str:
    """Return the page at `path` of this machine. Raises OSError when there is none."""
    plain = socket.create_connection(("127.0.0.1", 443), timeout=60)
    connection = HTTPSConnection(HOST)
    connection.sock = context.wrap_socket(plain, server_hostname=HOST)
    with closing(connection):
        connection.request("GET", path)
        answer = connection.getresponse()
        page = answer.read().decode()
    if answer.status != OK:
        raise OSError(f"{answer.status} for {path}")
    return page


def install(machine: Machine) -> str:
    """Install as the handbook says, and look; return what /readyz answers."""
    # One shell: later blocks stand in the folder to which earlier ones went.
    printed = machine.type("\n".join(with_settings(commands("Install"))))
    ready = printed[printed.rindex("https://legal.example.lu/readyz") :].partition("\n")[2].strip()
    if "false" in ready or "true" not in ready:
        raise Failed(f"/readyz answers {ready}")
    return ready


def look(machine: Machine, context: ssl.SSLContext) -> None:
    """See that the portal is there, that its units run, and that their jobs do."""
    page = ask("/fr/", context)
    style = re.search(r'"(/static/[^"]+\.css)"', page)
    if style is None or not ask(style[1], context):
        raise Failed("the pages have no style sheet")
    for unit in UNITS:
        machine.type(f"systemctl is-active legal-portal-{unit} && systemctl is-enabled legal-portal-{unit}")
    machine.type("systemctl start legal-portal-backup && ls /var/lib/legal-portal/backups/portal-*.tar.gz")
    # Its last step is the check of the settings, which warns of the example's host.
    machine.type("legal-portal apply_retention && legal-portal clearsessions")


def without_refusal(machine: Machine, context: ssl.SSLContext, what: str, script: str) -> None:
    """Run commands while a client asks all the time. Raises Failed when it got anything but pages."""
    client = Client(context)
    client.start()
    began = time.monotonic()
    try:
        machine.type(script)
        # Until what was started answers.
        time.sleep(8)
    finally:
        client.stopped.set()
        client.join()
    seconds = time.monotonic() - began
    print(f"{what}: {seconds:.0f} s, {client.answers} answers, the slowest {client.slowest:.1f} s")
    if client.errors:
        raise Failed(f"{what}: {len(client.errors)} of {client.answers} failed: {client.errors[:5]}")


def main() -> int:
    """Follow the handbook; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m scripts.fresh_debian")
    parser.add_argument("--base", type=Path, help="what debootstrap has made, with systemd-sysv and dbus")
    options = parser.parse_args()
    try:
        with booted(options.base) as machine:
            began = time.monotonic()
            ready = install(machine)
            print(f"installed in {(time.monotonic() - began) / 60:.1f} minutes: {ready}")
            context = ssl.create_default_context(cafile=machine.root / "etc/legal-portal/tls/certificate.pem")
            look(machine, context)
            for word in ("reload", "restart"):
                without_refusal(machine, context, word, f"systemctl {word} legal-portal-web")
            without_refusal(machine, context, "upgrade", "\n".join(commands("Upgrade")))
            without_refusal(machine, context, "roll back", "\n".join(commands("Roll back")))
            print(machine.type("systemd-analyze security --no-pager | grep legal-portal || true"))
    except Failed as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
