"""A file of sorted lines, of which each is found with one read where it lies."""

import os
from bisect import bisect_right
from pathlib import Path

BLOCK = 4096
"""Bytes between two places whose keys are in memory, to the end of a line."""


class SortedLines:
    """The lines of a file, sorted by their bytes; each begins with a key of its own and a tab.

    Of the file, the first key of each block is in memory, and nothing else. Raises OSError when it cannot be
    read.
    """

    def __init__(self, path: Path) -> None:
        # Stays open as long as the process: whoever reads says from where.
        self._file = os.open(path, os.O_RDONLY)
        size = os.fstat(self._file).st_size
        self._starts = [0]
        while (start := self._next_line(self._starts[-1] + BLOCK, size)) < size:
            self._starts.append(start)
        self._keys = [self._key(start) for start in self._starts]
        self._starts.append(size)

    def _next_line(self, place: int, size: int) -> int:
        """Return where the first line begins that begins after a place."""
        while place < size:
            end = os.pread(self._file, BLOCK, place).find(b"\n")
            if end >= 0:
                return place + end + 1
            place += BLOCK
        return size

    def _key(self, start: int) -> bytes:
        return os.pread(self._file, BLOCK, start).partition(b"\t")[0] + b"\t"

    def find(self, key: str) -> str | None:
        """Return what follows a key and its tab on its line; None without such a line."""
        wanted = f"{key}\t".encode()
        number = bisect_right(self._keys, wanted) - 1
        if number < 0:
            return None
        start, end = self._starts[number : number + 2]
        # So that each line has one before it.
        block = b"\n" + os.pread(self._file, end - start, start)
        place = block.find(b"\n" + wanted)
        if place < 0:
            return None
        place += 1 + len(wanted)
        return block[place : block.find(b"\n", place)].decode()
