"""Scanning of attachments, against a small server that speaks clamd's INSTREAM."""

import io
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from complaints import scanning
from complaints.scanning import Verdict, scan

EICAR_LIKE = b"recognisably-an-example-of-malware"
SIZE_LIMIT = 1_000_000

Behaviour = Callable[[socket.socket], None]


def read_exactly(connection: socket.socket, count: int) -> bytes:
    """Return `count` bytes. Raises EOFError when the other side hangs up before."""
    received = b""
    while len(received) < count:
        more = connection.recv(count - len(received))
        if not more:
            raise EOFError
        received += more
    return received


def scanner(connection: socket.socket) -> None:
    """Do what clamd does, with one signature and a limit of SIZE_LIMIT bytes."""
    assert read_exactly(connection, 10) == b"zINSTREAM\0"
    content = b""
    while length := int.from_bytes(read_exactly(connection, 4), "big"):
        content += read_exactly(connection, length)
        if len(content) > SIZE_LIMIT:
            connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")
            return
    infected = EICAR_LIKE in content
    connection.sendall(b"stream: Example.Test-1 (a) FOUND\0" if infected else b"stream: OK\0")


def answering(reply: bytes, pause: float = 0) -> Behaviour:
    """Return a server that reads the whole file and answers `reply`, byte by byte when it pauses."""

    def behave(connection: socket.socket) -> None:
        read_exactly(connection, 10)
        while length := int.from_bytes(read_exactly(connection, 4), "big"):
            read_exactly(connection, length)
        for at in range(len(reply)) if pause else ():
            connection.sendall(reply[at : at + 1])
            time.sleep(pause)
        if not pause:
            connection.sendall(reply)

    return behave


def silent(connection: socket.socket) -> None:
    """Read nothing and say nothing, until the other side hangs up or some seconds pass."""
    time.sleep(1.5)


def dropping(connection: socket.socket) -> None:
    """Hang up after the command."""
    read_exactly(connection, 10)


Serve = Callable[[Behaviour], None]


@pytest.fixture(params=["unix", "tcp"])
def serve(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Iterator[Serve]:
    """Run a server of a given behaviour for one connection, and tell the portal of it."""
    unix = request.param == "unix"
    listener = socket.socket(socket.AF_UNIX if unix else socket.AF_INET)
    listener.bind(str(tmp_path / "clamd.ctl") if unix else ("127.0.0.1", 0))
    listener.listen(1)
    settings.CLAMAV_SOCKET = (
        f"unix:{tmp_path}/clamd.ctl" if unix else f"tcp:127.0.0.1:{listener.getsockname()[1]}"
    )
    threads = []

    def start(behaviour: Behaviour) -> None:
        def answer() -> None:
            connection, _address = listener.accept()
            with connection:
                try:
                    behaviour(connection)
                except (EOFError, OSError):
                    return

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        threads.append(thread)

    yield start
    for thread in threads:
        thread.join(5)
    listener.close()


def messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == scanning.__name__]


@pytest.mark.parametrize("size", [0, 1, scanning.BLOCK, 3 * scanning.BLOCK + 1])
def test_clean(serve: Serve, caplog: pytest.LogCaptureFixture, size: int) -> None:
    serve(scanner)
    file = io.BytesIO(b"a" * size)
    file.seek(size)
    assert scan(file) == (Verdict.CLEAN, "")
    assert file.tell() == 0
    assert messages(caplog) == []


def test_infected_names_the_signature(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    serve(scanner)
    half = scanning.BLOCK - 10  # Parted between two chunks.
    assert scan(io.BytesIO(b"a" * half + EICAR_LIKE)) == (Verdict.INFECTED, "Example.Test-1 (a)")
    assert messages(caplog) == []


def test_larger_than_the_scanner_allows(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    serve(scanner)
    assert scan(io.BytesIO(b"a" * 8 * SIZE_LIMIT)) == (Verdict.NOT_SCANNED, "")
    # Whether its reason still arrives depends on how the connection ends.
    assert len(messages(caplog)) == 1


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (b"INSTREAM size limit exceeded. ERROR\0", "larger than StreamMaxLength"),
        (b"stream: Can't allocate memory ERROR\0", "an error"),
        (b"UNKNOWN COMMAND\0", "strange"),
        (b"\0", "strange"),
        (b"stream: ok\0", "strange"),
        (b"stream: OK FOUNDATION\0", "strange"),
        (b"stream:  FOUND\0", "strange"),
        (b"stream: \xff\xfe FOUND\0", "strange"),
        (b"stream: a\nb FOUND\0", "strange"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "no whole answer"),
        (b"stream: OK", "no whole answer"),
        (b"", "no whole answer"),
        (b"a" * 100_000, "no whole answer"),
    ],
)
def test_other_answers(serve: Serve, caplog: pytest.LogCaptureFixture, reply: bytes, reason: str) -> None:
    serve(answering(reply))
    assert scan(io.BytesIO(b"a")) == (Verdict.NOT_SCANNED, "")
    (message,) = messages(caplog)
    assert reason in message or "ConnectionResetError" in message


def test_long_signature_is_cut(serve: Serve) -> None:
    serve(answering(b"stream: " + b"a" * 1000 + b" FOUND\0"))
    assert scan(io.BytesIO(b"a")) == (Verdict.INFECTED, "a" * scanning.LONGEST_SIGNATURE)


@pytest.mark.parametrize("behaviour", [silent, answering(b"stream: OK" + b" " * 90, pause=0.05)])
def test_slow(
    serve: Serve, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour
) -> None:
    monkeypatch.setattr(scanning, "PATIENCE", 0.4)
    serve(behaviour)
    begun = time.monotonic()
    assert scan(io.BytesIO(b"a" * 10_000_000)) == (Verdict.NOT_SCANNED, "")
    assert time.monotonic() - begun < 3
    assert messages(caplog) == ["attachment not scanned: clamd took too long"]


@pytest.mark.parametrize("size", [1, 10_000_000])
def test_hangs_up(serve: Serve, caplog: pytest.LogCaptureFixture, size: int) -> None:
    serve(dropping)
    assert scan(io.BytesIO(b"a" * size)) == (Verdict.NOT_SCANNED, "")
    assert len(messages(caplog)) == 1


def test_without_a_scanner(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    settings.CLAMAV_SOCKET = ""
    assert scan(io.BytesIO(b"a")) == (Verdict.NOT_SCANNED, "")
    assert messages(caplog) == []


@pytest.mark.parametrize(
    "address",
    [
        "unix:/nowhere/private-name.ctl",
        "unix:" + "/long" * 100,
        "tcp:127.0.0.1:1",
        "tcp:127.0.0.1:99999",
        "tcp:127.0.0.1",
        "tcp:" + "a" * 64 + ".invalid:3310",
        "unix:",
        "/run/clamav/clamd.ctl",
        "http://127.0.0.1:3310",
    ],
)
def test_nobody_there(settings: Settings, caplog: pytest.LogCaptureFixture, address: str) -> None:
    settings.CLAMAV_SOCKET = address
    assert scan(io.BytesIO(b"a")) == (Verdict.NOT_SCANNED, "")
    (message,) = messages(caplog)
    assert "private-name" not in message


def test_log_says_nothing_of_the_file(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    serve(dropping)
    file = io.BytesIO(b"private content")
    file.name = "private-name.pdf"
    scan(file)
    assert "private" not in "".join(messages(caplog))


def test_file_that_cannot_be_read(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("private-name.pdf")

    serve(scanner)
    assert scan(Broken(b"a")) == (Verdict.NOT_SCANNED, "")
    assert messages(caplog) == ["attachment not scanned: OSError"]
