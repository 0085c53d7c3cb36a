"""People who use a portal behind nginx, each from a network of its own, and how long each answer took.

Loopback is 127.0.0.0/8: whoever connects from 127.10.3.1 is another network for nginx and for the rate
limits than 127.10.4.1, without any header that says so. So the limits stay as they are in production, and
are not met.
"""

import contextlib
import http.client
import random
import re
import socket
import ssl
import threading
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator, Sequence
from http.client import HTTPSConnection

from scripts.complainant import Complainant, GaveUp, OverTLS
from scripts.stack import HOST, Stack

PATIENCE = 30
"""Seconds after which an answer counts as missing."""


def network(group: int, number: int) -> tuple[str, int]:
    """Return the address from which a person connects: one network (/24) each."""
    return f"127.{10 + group}.{number}.1", 0


class Record:
    """Seconds of each answer, by what was asked for and by phase, and what went wrong."""

    def __init__(self) -> None:
        self.phase = "quiet"
        self.seconds: dict[tuple[str, str], list[float]] = defaultdict(list)
        """By kind and phase. What ends in another phase than it began in counts in neither."""
        self.errors: list[str] = []

    @contextlib.contextmanager
    def timed(self, kind: str) -> Iterator[None]:
        """Take the time of what happens inside; what fails is noted and has none."""
        phase, began = self.phase, time.perf_counter()
        try:
            yield
        except (OSError, http.client.HTTPException) as error:
            self.errors.append(f"{kind}: {error!r}")
        else:
            if phase == self.phase:
                self.seconds[kind, phase].append(time.perf_counter() - began)


class Reader(threading.Thread):
    """Asks for one address after the other over one connection, as a browser does, with pauses."""

    def __init__(
        self,
        stack: Stack,
        record: Record,
        number: int,
        addresses: Sequence[tuple[str, str]],
        pause: float,
    ) -> None:
        """`addresses`: kind, and path with query; `pause`: seconds on average."""
        super().__init__()
        self.record, self.addresses, self.pause = record, addresses, pause
        self.stopped = threading.Event()
        self._random = random.Random(number)
        self._connection = HTTPSConnection(
            HOST,
            stack.https_port,
            timeout=PATIENCE,
            context=stack.tls(),
            source_address=network(0, number),
        )
        self._headers = {"Host": stack.authority, "Accept-Encoding": "gzip, br"}

    def run(self) -> None:
        """Read until stopped."""
        while not self.stopped.wait(self._random.expovariate(1 / self.pause)):
            kind, address = self._random.choice(self.addresses)
            with self.record.timed(kind):
                self._ask(address)
        self._connection.close()

    def _ask(self, address: str) -> None:
        try:
            self._connection.request("GET", address, headers=self._headers)
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise
        if answer.status != http.client.OK:
            raise http.client.HTTPException(f"{answer.status} for {address.partition('?')[0]}")


class Writer(Complainant):
    """Sends one complaint with a file: the blank form, the check, the sending, each timed."""

    def __init__(self, stack: Stack, record: Record, number: int) -> None:
        source = network(1 + number // 250, number % 250)
        super().__init__(stack.url, number, None, OverTLS(stack.tls(), source))
        self.record = record

    def _read(self, request: str | urllib.request.Request) -> str:
        kind = "complaint: form" if isinstance(request, str) else "complaint: POST"
        phase, began = self.record.phase, time.perf_counter()
        page = super()._read(request)
        if phase == self.record.phase:
            self.record.seconds[kind, phase].append(time.perf_counter() - began)
        return page


class Writers(threading.Thread):
    """Sends complaints one after the other until stopped; numbers are handed out by `numbers`."""

    def __init__(self, stack: Stack, record: Record, numbers: Iterator[int]) -> None:
        super().__init__()
        self.stack, self.record, self.numbers = stack, record, numbers
        self.stopped = threading.Event()
        self.people: list[Writer] = []

    def run(self) -> None:
        """Complain until stopped; a complaint that was begun is sent."""
        while not self.stopped.is_set():
            person = Writer(self.stack, self.record, next(self.numbers))
            self.people.append(person)
            try:
                person.open()
                person.check()
                person.send()
            except (GaveUp, OSError, http.client.HTTPException) as error:
                self.record.errors.append(f"complaint: {error!r}")
            if person.refusals:
                self.record.errors.append(f"complaint: {person.refusals} tries without an answer")


class Held:
    """Clients that take a large file at a few hundred bytes a second, for as long as the block lasts."""

    BYTES, EVERY = 512, 1.0

    def __init__(self, stack: Stack, address: str, number: int) -> None:
        self.stack, self.address, self.number = stack, address, number
        self.broken: list[str] = []
        """What went wrong with a download."""
        self._ended = threading.Event()

    @contextlib.contextmanager
    def downloading(self) -> Iterator[None]:
        """Begin all downloads, read a little of each now and then, and break them off at the end."""
        self._ended.clear()
        with contextlib.ExitStack() as exits:
            connections = [exits.enter_context(self._begun(index)) for index in range(self.number)]
            reading = threading.Thread(target=self._read_slowly, args=[connections])
            reading.start()
            try:
                yield
            finally:
                self._ended.set()
                reading.join()

    def _begun(self, index: int) -> ssl.SSLSocket:
        plain = socket.socket()
        # Little waits in the kernel for somebody slow; the rest has to wait at nginx.
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        plain.bind(network(9, index))
        plain.settimeout(PATIENCE)
        plain.connect((HOST, self.stack.https_port))
        connection = self.stack.tls().wrap_socket(plain, server_hostname=HOST)
        request = f"GET {self.address} HTTP/1.1\r\nHost: {self.stack.authority}\r\n\r\n"
        connection.sendall(request.encode())
        head = connection.recv(self.BYTES)
        # Eight digits: it is the file that was made large.
        if not re.match(rb"HTTP/1.1 200 .*Content-Length: \d{8}\r\n", head, re.DOTALL):
            self.broken.append(f"slow download: {head[:200]!r}")
        return connection

    def _read_slowly(self, connections: Sequence[ssl.SSLSocket]) -> None:
        while not self._ended.wait(self.EVERY):
            for connection in connections:
                try:
                    if not connection.recv(self.BYTES):
                        self.broken.append("slow download: it ended")
                except OSError as error:
                    self.broken.append(f"slow download: {error!r}")
