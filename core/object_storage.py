"""Stored files as objects of an S3-compatible service, behaving as files on disk do."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any
from urllib.parse import quote

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage

BLOCK = 256 * 1024
"""Bytes read ahead."""

CONNECT_PATIENCE, READ_PATIENCE = 5, 20
"""Seconds for a connection, and for the service to say anything more."""

TRIES = 2


class StorageRefused(OSError):
    """The service did not do what it was asked; the argument is the kind of the error, without any name."""


@contextmanager
def as_on_disk() -> Iterator[None]:
    """Turn the errors of the service into those that a disk has.

    The portal then says what it says of a full disk. Raises FileNotFoundError for an object that is not
    there, StorageRefused for everything else.
    """
    try:
        yield
    except ClientError as error:
        answer = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if answer == 404:
            raise FileNotFoundError("no such object") from error
        raise StorageRefused(f"status {answer}") from error
    except BotoCoreError as error:
        raise StorageRefused(type(error).__name__) from error


class ObjectReader(io.RawIOBase):
    """Reads an object from any position: one request for all that is read in a row, none for a seek."""

    def __init__(self, obj: Any) -> None:
        super().__init__()
        self._object = obj
        with as_on_disk():
            self._size: int = obj.content_length
        self._position = 0
        self._body: Any = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        position = max(0, start + offset)
        if position != self._position:
            self._let_go()
            self._position = position
        return position

    def readinto(self, buffer: Any) -> int:
        if self._position >= self._size:
            return 0
        with as_on_disk():
            if self._body is None:
                self._body = self._object.get(Range=f"bytes={self._position}-")["Body"]
            block: bytes = self._body.read(len(buffer))
        if not block:
            raise StorageRefused("the object ended early")
        buffer[: len(block)] = block
        self._position += len(block)
        return len(block)

    def close(self) -> None:
        self._let_go()
        super().close()

    def _let_go(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None


class ObjectStorage(S3Storage):  # type: ignore[misc]  # django-storages ships no types
    """A bucket, or a folder of it, that only the portal reads; names are never given twice.

    `base_url` is where the portal itself hands the files out, None when nothing does: no address of the
    service ever reaches a browser.
    """

    def __init__(self, *, base_url: str | None, **options: Any) -> None:
        self.base_url = base_url
        super().__init__(
            **options,
            file_overwrite=False,
            client_config=Config(
                connect_timeout=CONNECT_PATIENCE,
                read_timeout=READ_PATIENCE,
                retries={"mode": "standard", "total_max_attempts": TRIES},
                signature_version="s3v4",
                # What is compatible with S3 has seldom a name of its own for each bucket.
                s3={"addressing_style": "path" if options.get("endpoint_url") else "auto"},
                # Newer checksums are Amazon's own; others refuse what carries them.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
            transfer_config=TransferConfig(use_threads=False),
        )

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        """Return the portal's own address of a file. Raises ValueError when it has none."""
        if self.base_url is None:
            raise ValueError("This file has no address.")
        return self.base_url + quote(name)

    def exists(self, name: str) -> bool:
        return bool(self._as_on_disk(super().exists, name))

    def delete(self, name: str) -> None:
        self._as_on_disk(super().delete, name)

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        folders, files = self._as_on_disk(super().listdir, name)
        return list(folders), list(files)

    def size(self, name: str) -> int:
        return int(self._as_on_disk(super().size, name))

    def get_modified_time(self, name: str) -> Any:
        return self._as_on_disk(super().get_modified_time, name)

    def _open(self, name: str, mode: str = "rb") -> "File[Any]":
        if mode != "rb":
            raise ValueError("Objects are read as bytes, and written whole.")
        reader = ObjectReader(self.bucket.Object(self._normalize_name(name)))
        return File(io.BufferedReader(reader, BLOCK), name)

    def _save(self, name: str, content: IO[Any]) -> str:
        return str(self._as_on_disk(super()._save, name, content))

    def _as_on_disk(self, method: Callable[..., Any], *args: Any) -> Any:
        with as_on_disk():
            return method(*args)
