"""The erasure ledger: which records were erased, in a file that no restored backup takes back.

A backup still holds what was erased after it was made. The ledger lies outside the database
(ERASURE_LEDGER), so that a restored backup is cleared again by it (legalsite/erasure_ledger.py). It holds
what the tombstones hold: references, dates, how a record ended, and no word about a person. A line an
erasure, only ever added to.
"""

import datetime
import fcntl
import json
import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models, transaction

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Erasure:
    """One record that was erased."""

    kind: str
    """Its model, as "complaints.complaint"."""
    reference: str
    ended: Mapping[str, Any]
    """Fields of the tombstone that may have changed since a backup, with their values."""

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from all others."""
        return self.kind, self.reference


def erasure_of(row: Any, fields: Iterable[str]) -> Erasure:
    """Return the erasure of a record that has a reference, with these fields of its tombstone."""
    return Erasure(row._meta.label_lower, row.reference, {name: getattr(row, name) for name in fields})


def values(erasure: Erasure, model: type[models.Model]) -> dict[str, Any]:
    """Return the fields of the tombstone as the model has them: in the ledger dates are text."""
    fields = {name: model._meta.get_field(name) for name in erasure.ended}
    return {
        name: field.to_python(erasure.ended[name])
        for name, field in fields.items()
        if isinstance(field, models.Field)
    }


def note_after_commit(erasure: Erasure) -> None:
    """Write an erasure down once the open transaction has been committed.

    Not before: the ledger must not name what stayed. A process that ends in between, or a disk that takes
    nothing, leaves a gap that the next daily run fills from the tombstones.
    """

    def write() -> None:
        try:
            note([erasure])
        except OSError as error:
            logger.error("the erasure ledger cannot be written (%s)", type(error).__name__)

    transaction.on_commit(write)


def note(erasures: Iterable[Erasure]) -> None:
    """Add erasures to the ledger; they are on the disk when this returns. Raises OSError."""
    lines = "".join(json.dumps(asdict(each), default=_iso) + "\n" for each in erasures)
    descriptor = os.open(settings.ERASURE_LEDGER, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with open(descriptor, "r+b") as file:  # noqa: PTH123 - a descriptor, for the mode of the file
        fcntl.flock(file, fcntl.LOCK_EX)
        # A full disk may have cut the last line short: the next one must not be part of it.
        if file.seek(0, os.SEEK_END) and not _ends_with_a_line(file):
            lines = "\n" + lines
        file.write(lines.encode())
        file.flush()
        os.fsync(file.fileno())


def read(path: Path) -> dict[tuple[str, str], Erasure]:
    """Return what a ledger holds, by kind and reference; nothing if there is no such file.

    A line that was cut short is passed over: its erasure is in the database still, and is noted again.
    """
    found: dict[tuple[str, str], Erasure] = {}
    if not path.exists():
        return found
    for number, line in enumerate(_lines(path), start=1):
        try:
            entry = json.loads(line)
            erasure = Erasure(str(entry["kind"]), str(entry["reference"]), dict(entry["ended"]))
        except (ValueError, KeyError, TypeError):
            logger.warning("the erasure ledger has a line that cannot be read: %d", number)
            continue
        found[erasure.key] = erasure
    return found


def _iso(moment: datetime.date) -> str:
    return moment.isoformat()


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from (line for line in file if line.strip())


def _ends_with_a_line(file: Any) -> bool:
    file.seek(-1, os.SEEK_END)
    return bool(file.read(1) == b"\n")
