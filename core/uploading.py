"""Receiving large files: a full disk spoils the file that was sent, not the form it came with."""

import contextlib
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class UnstoredFile(SimpleUploadedFile):
    """Stands in for a file that no disk had room for. It is empty, so that every form refuses it."""

    def __init__(self, name: str) -> None:
        super().__init__(name, b"")


class LastingUploadHandler(TemporaryFileUploadHandler):
    """Streams a file to disk as Django does, and hands over an UnstoredFile when the disk refuses."""

    unstored = False

    def new_file(self, *args: Any, **options: Any) -> None:
        """Begin a file."""
        self.unstored = False
        try:
            super().new_file(*args, **options)
        except OSError:
            self.unstored = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a part of it."""
        if self.unstored:
            return
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError:
            self._give_up()

    def file_complete(self, file_size: int) -> "UploadedFile[Any] | None":
        """Hand the file over."""
        if not self.unstored:
            try:
                return super().file_complete(file_size)
            except OSError:
                self._give_up()
        return UnstoredFile(self.file_name or "file")

    def _give_up(self) -> None:
        self.unstored = True
        # Closing would write the rest, which has no room either; the file is gone all the same.
        with contextlib.suppress(OSError):
            self.file.close()
