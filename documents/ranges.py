"""A part of a file, as HTTP lets a reader ask for it (RFC 9110, section 14)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

BLOCK = 64 * 1024
"""Bytes read at once."""

ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.IGNORECASE)


class NotSatisfiable(Exception):
    """The range lies outside the file."""


@dataclass(frozen=True)
class Range:
    """The bytes from `first` to `last`, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """Number of bytes."""
        return self.last - self.first + 1


def parse(header: str, size: int) -> Range | None:
    """Return the range that a Range header asks for, of a file of `size` bytes.

    None when the whole file is to be sent: for several ranges, other units and what is malformed, which a
    server may ignore. Raises NotSatisfiable for a range outside the file.
    """
    match = ONE_RANGE.fullmatch(header.strip())
    if match is None or match[1] == match[2] == "":
        return None
    if match[1] == "":
        length = min(int(match[2]), size)
        if length == 0:
            raise NotSatisfiable
        return Range(size - length, size - 1)
    first, last = int(match[1]), int(match[2] or size - 1)
    if last < first and match[2]:
        return None
    if first >= size:
        raise NotSatisfiable
    return Range(first, min(last, size - 1))


def blocks(file: IO[bytes], wanted: Range) -> Iterator[bytes]:
    """Yield the bytes of a range, and close the file at the end."""
    with file:
        file.seek(wanted.first)
        left = wanted.length
        while left and (block := file.read(min(BLOCK, left))):
            left -= len(block)
            yield block
