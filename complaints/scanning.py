"""Has a virus scanner look at an attachment: clamd, over its socket, where the portal is told of one."""

import logging
import re
import socket
import time
from typing import IO, Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)

CONNECT_PATIENCE = 1.0
"""Seconds until a connection must stand."""

PATIENCE = 10.0
"""Seconds for the whole of a scan, connecting included."""

BLOCK = 64 * 1024
"""Bytes sent as one chunk."""

LONGEST_REPLY = 4096
"""Bytes of a reply; the longest signature names are far shorter."""

LONGEST_SIGNATURE = 200
"""Characters kept of a signature's name."""


class Verdict(models.TextChoices):
    """What is known about malware in a file."""

    CLEAN = "clean", _("No malware found")
    INFECTED = "infected", _("Malware found")
    NOT_SCANNED = "not_scanned", _("Not scanned for malware")


class NoAnswer(Exception):
    """The scanner said nothing to go by; the argument says why, in words for the log."""


def scan(file: IO[Any]) -> tuple[Verdict, str]:
    """Have a file scanned from its beginning, leave it there, and return the verdict.

    The second value is the name of the signature when the file is infected, else empty. A file is "not
    scanned" when settings.CLAMAV_SOCKET is empty, and, with a line in the log, whenever the scanner cannot be
    reached, takes longer than PATIENCE, refuses the file or answers anything that is not expected. Raises
    nothing for these.
    """
    address: str = settings.CLAMAV_SOCKET
    if not address:
        return Verdict.NOT_SCANNED, ""
    until = time.monotonic() + PATIENCE
    try:
        with _connected(address) as connection:
            _send(connection, file, until)
            return _verdict(_reply(connection, until))
    except NoAnswer as problem:
        logger.warning("attachment not scanned: %s", problem)
    except TimeoutError:
        logger.warning("attachment not scanned: clamd took too long")
    except (OSError, UnicodeError) as error:
        # Its class alone, for its text may hold a path. UnicodeError comes from host names.
        logger.warning("attachment not scanned: %s", type(error).__name__)
    finally:
        file.seek(0)
    return Verdict.NOT_SCANNED, ""


def _connected(address: str) -> socket.socket:
    """Return a connection to "unix:PATH" or "tcp:HOST:PORT".

    Raises NoAnswer when the address is neither, OSError when nobody answers there.
    """
    scheme, _colon, place = address.partition(":")
    host, _colon, port = place.rpartition(":")
    if scheme == "tcp" and host and port.isdecimal() and 0 < int(port) < 65536:
        return socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_PATIENCE)
    if scheme != "unix" or not place:
        raise NoAnswer("CLAMAV_SOCKET is neither unix:PATH nor tcp:HOST:PORT")
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(CONNECT_PATIENCE)
    try:
        connection.connect(place)
    except OSError:
        connection.close()
        raise
    return connection


def _left(until: float) -> float:
    """Return the seconds until a moment of the monotonic clock, or raise TimeoutError when it is past."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _send(connection: socket.socket, file: IO[Any], until: float) -> None:
    """Send a file as clamd(8) has it under INSTREAM: chunks after their length, and an empty one at the end.

    Raises TimeoutError at `until`. Returns when the scanner hangs up: it may have said why.
    """
    file.seek(0)
    try:
        connection.settimeout(_left(until))
        connection.sendall(b"zINSTREAM\0")
        while block := file.read(BLOCK):
            connection.settimeout(_left(until))
            connection.sendall(len(block).to_bytes(4, "big") + block)
        connection.settimeout(_left(until))
        connection.sendall(bytes(4))
    except (BrokenPipeError, ConnectionResetError):
        return


def _reply(connection: socket.socket, until: float) -> bytes:
    """Return what the scanner replies, which ends with a NUL as the command did.

    Raises TimeoutError at `until`, NoAnswer when the reply has no end.
    """
    reply = b""
    while b"\0" not in reply:
        connection.settimeout(_left(until))
        received = connection.recv(LONGEST_REPLY)
        if not received or len(reply) > LONGEST_REPLY:
            raise NoAnswer("clamd gave no whole answer")
        reply += received
    return reply.partition(b"\0")[0]


FOUND = re.compile(rb"stream: ([!-~](?:[ -~]*[!-~])?) FOUND")


def _verdict(reply: bytes) -> tuple[Verdict, str]:
    """Return what a reply means. Raises NoAnswer for errors and for what clamd does not say."""
    if reply == b"stream: OK":
        return Verdict.CLEAN, ""
    if found := FOUND.fullmatch(reply):
        return Verdict.INFECTED, found[1].decode("ascii")[:LONGEST_SIGNATURE]
    if reply.startswith(b"INSTREAM size limit exceeded"):
        raise NoAnswer("the file is larger than StreamMaxLength of clamd allows")
    raise NoAnswer(
        "clamd answered with an error" if reply.endswith(b"ERROR") else "clamd gave a strange answer"
    )
