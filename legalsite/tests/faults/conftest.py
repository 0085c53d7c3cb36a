"""A portal that is made to be killed, a mail server that misbehaves, and people with an open form each."""

import asyncio
import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as default_policy
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from legalsite.tests.browser.conftest import plain
from legalsite.tests.prepared import prepared
from scripts.complainant import Complainant
from scripts.postgres import free_port
from scripts.supervised import Supervised

PEOPLE = 32
DISK = 300_000
"""Bytes of the disk for attachments."""

SLOW_SECONDS = 1.6

REFUSALS = {"refuse": "550 5.1.1 no such user", "defer": "451 4.7.1 try again later"}


class MailServer:
    """Does with each mail what `manners` says for its recipient, and counts how often it was tried."""

    def __init__(self) -> None:
        self.manners: dict[str, str] = {}
        """By recipient: "refuse", "defer", "drop" or "slow"."""
        self.tries: Counter[str] = Counter()
        """By recipient: how often somebody began to send."""
        self.messages: list[EmailMessage] = []
        """What it has answered with 250."""
        self.on_quit: list[str] = []
        """Empty, or the process to kill when the sender says goodbye."""
        self.portal: Supervised | None = None

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept or refuse a recipient, as aiosmtpd asks."""
        self.tries[address] += 1
        if refusal := REFUSALS.get(self.manners.get(address, "")):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a message, at once, slowly or not at all."""
        manner = self.manners.get(envelope.rcpt_tos[0])
        if manner == "drop":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            return "421 gone"
        if manner == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        self.messages.append(message_from_bytes(content, policy=default_policy))
        return "250 OK"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """The sender has its 250 and has marked nothing yet: the moment to kill it."""
        if self.on_quit and self.portal:
            self.portal.kill(self.on_quit.pop())
        return "221 bye"

    def about(self, reference: str) -> list[EmailMessage]:
        """Return the messages taken that name a case."""
        return [message for message in self.messages if reference in plain(message)]


@pytest.fixture(scope="session")
def mail_server() -> Iterator[tuple[MailServer, int]]:
    """A mail server, and the port it listens on."""
    server, port = MailServer(), free_port()
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    yield server, port
    controller.stop()


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Mount a disk of DISK bytes; whether this machine permits it."""
    folder.mkdir(mode=0o700)
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0700", "none", str(folder)]
    mounted = os.getuid() == 0 and subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S603, S607


@pytest.fixture(scope="session")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path | None]:
    """A small disk, None where none can be mounted."""
    folder = tmp_path_factory.mktemp("disk") / "small"
    with small_disk(folder) as mounted:
        yield folder if mounted else None


@pytest.fixture(scope="session")
def killable(
    tmp_path_factory: pytest.TempPathFactory, mail_server: tuple[MailServer, int], disk: Path | None
) -> Iterator[Supervised]:
    """The portal that these tests share: attachments and uploads on the way lie on the small disk."""
    folder = tmp_path_factory.mktemp("killable")
    settings = {"TMPDIR": str(disk)} if disk else {}
    if disk:
        (folder / "attachments").symlink_to(disk)
    if url := prepared(folder, "faults"):
        settings["DATABASE_URL"] = url
    portal = Supervised(
        folder,
        DJANGO_SETTINGS_MODULE="legalsite.tests.faults.impatient",
        LOAD_SPECIMENS="False",
        EMAIL_URL=f"smtp://127.0.0.1:{mail_server[1]}",
        **settings,
    )
    with portal.up():
        mail_server[0].portal = portal
        yield portal


@pytest.fixture(scope="session")
def people(killable: Supervised) -> list[Complainant]:
    """People who opened the form early enough to be taken for people; each test takes some from the end."""
    waiting = [Complainant(killable.url, number) for number in range(PEOPLE)]
    for person in waiting:
        person.open()
    return waiting
