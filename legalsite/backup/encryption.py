"""Encryption by a public key, with age (https://age-encryption.org; Debian package age).

The machine that makes backups holds the public key alone: who breaks into it cannot read the old ones.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from legalsite.backup.refusal import BackupRefused

BEGINNING = b"age-encryption.org/"
"""First bytes of an encrypted file."""


def check_key(key: str) -> None:
    """Raise BackupRefused when nothing can be encrypted for this public key."""
    subject = subprocess.run(  # noqa: S603 - the operator's own key, no shell
        [_age(), "--encrypt", "--recipient", key], input=b"", capture_output=True, check=False
    )
    if subject.returncode:
        raise BackupRefused(f"BACKUP_PUBLIC_KEY is not accepted: {_said(subject.stderr)}")


@contextmanager
def writing(path: Path, key: str) -> Iterator[IO[bytes]]:
    """Give what to write to; it reaches `path` encrypted for the key, as it is when the key is empty."""
    with path.open("wb") as target:
        if not key:
            yield target
            return
        age = subprocess.Popen(  # noqa: S603 - the operator's own key, no shell
            [_age(), "--encrypt", "--recipient", key],
            stdin=subprocess.PIPE,
            stdout=target,
            stderr=subprocess.PIPE,
        )
        with _ending(age):
            assert age.stdin  # noqa: S101 - asked for above
            yield age.stdin


@contextmanager
def reading(path: Path, identity: Path | None) -> Iterator[IO[bytes]]:
    """Give the content of an archive, decrypted with the identity (a file) when it is encrypted.

    Raises BackupRefused when it is encrypted and there is no identity, or the wrong one, or it was changed.
    """
    with path.open("rb") as source:
        if source.read(len(BEGINNING)) != BEGINNING:
            source.seek(0)
            yield source
            return
    if identity is None:
        raise BackupRefused("The archive is encrypted: give the file with its identity (--identity FILE).")
    age = subprocess.Popen(  # noqa: S603 - the operator's own files, no shell
        [_age(), "--decrypt", "--identity", str(identity), str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with _ending(age):
        assert age.stdout  # noqa: S101 - asked for above
        yield age.stdout


@contextmanager
def _ending(age: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Wait for age to end. What it says of itself goes before what its end has led to."""
    try:
        yield
    except (OSError, BackupRefused) as error:
        _complain(age, error)
        raise
    except BaseException:
        age.kill()
        age.wait()
        raise
    _complain(age, None)


def _complain(age: "subprocess.Popen[bytes]", because: Exception | None) -> None:
    for pipe in (age.stdin, age.stdout):
        if pipe and not pipe.closed:
            try:
                pipe.close()
            except BrokenPipeError:
                continue
    assert age.stderr  # noqa: S101 - asked for by both callers
    with age.stderr:
        said = age.stderr.read()
    if age.wait() and b"broken pipe" not in said:
        raise BackupRefused(f"The archive cannot be encrypted or decrypted: {_said(said)}") from because


def _age() -> str:
    found = shutil.which("age")
    if found is None:
        raise BackupRefused("The program age is missing: install the Debian package age.")
    return found


def _said(output: bytes) -> str:
    lines = output.decode(errors="replace").strip().splitlines()
    return lines[0] if lines else "age gave no reason."
