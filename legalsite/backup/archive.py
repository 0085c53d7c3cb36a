"""The archive: one compressed tar file, with a manifest of everything in it.

The manifest is its last member: an archive that was cut short has none. What is read is checked as a whole
(checksum of the compression, size and SHA-256 of each member, nothing missing, nothing besides) before
anybody uses it.
"""

import contextlib
import gzip
import hashlib
import io
import json
import shutil
import tarfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Self

from legalsite.backup.refusal import BackupRefused

FORMAT = 1
MANIFEST, LEDGER = "manifest.json", "erasures.jsonl"
DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
"""By engine, as Django names it."""
FOLDERS = {"default": "files", "attachments": "attachments"}
"""By storage, as STORAGES names it."""

PIECE = 1 << 20


@dataclass(frozen=True)
class Member:
    """One file in the archive."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What an archive holds."""

    version: str
    """Of the portal that made it."""
    made_at: str
    engine: str
    migrations: tuple[tuple[str, str], ...]
    rows: Mapping[str, int]
    """By table."""
    storages: Mapping[str, str]
    """By storage: "included", or who keeps its files."""
    faults: tuple[str, ...]
    """Files that were lost or damaged before the backup was made."""
    members: tuple[Member, ...] = ()


class Writer:
    """Writes an archive, one member after the other, without holding it in memory."""

    def __init__(self, target: IO[bytes]) -> None:
        self._gzip = gzip.GzipFile(filename="", fileobj=target, mode="wb", compresslevel=6)
        self._tar = tarfile.TarFile.open(fileobj=self._gzip, mode="w|", format=tarfile.PAX_FORMAT)
        self.members: list[Member] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Let go of what was not finished: there is nowhere to write the rest to."""
        for each in (self._tar, self._gzip):
            with contextlib.suppress(OSError):
                each.close()

    def add(self, name: str, content: IO[bytes], size: int) -> Member:
        """Add `size` bytes of `content`; return what was added. Raises OSError when there are fewer."""
        header = tarfile.TarInfo(name)
        header.size, header.mode = size, 0o600
        hashed = _Hashed(content)
        self._tar.addfile(header, hashed)
        member = Member(name, size, hashed.sha256.hexdigest())
        self.members.append(member)
        return member

    def add_file(self, name: str, path: Path) -> None:
        """Add a file."""
        with path.open("rb") as content:
            self.add(name, content, path.stat().st_size)

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest, completed by the members, and end the archive."""
        facts = asdict(manifest) | {"format": FORMAT, "members": [asdict(each) for each in self.members]}
        text = json.dumps(facts, indent=1, sort_keys=True).encode()
        header = tarfile.TarInfo(MANIFEST)
        header.size, header.mode = len(text), 0o600
        self._tar.addfile(header, io.BytesIO(text))
        self._tar.close()
        self._gzip.close()


def unpack(source: IO[bytes], folder: Path, wanted: Callable[[str], bool]) -> Manifest:
    """Check a whole archive and put its members that are `wanted` into `folder`.

    Raises BackupRefused, with a sentence, for whatever is not exactly as the manifest says; what was put into
    the folder must not be used then.
    """
    found: dict[str, Member] = {}
    text: bytes | None = None
    try:
        with gzip.GzipFile(fileobj=source, mode="rb") as plain:
            with tarfile.open(fileobj=plain, mode="r|") as tar:
                for header in tar:
                    name = _safe(header, found)
                    if text is not None:
                        raise BackupRefused(f"{name} stands behind the manifest.")
                    content = tar.extractfile(header)
                    if content is None:
                        raise BackupRefused(f"{name} is no file.")
                    if name == MANIFEST:
                        text = content.read()
                    else:
                        found[name] = _take(content, folder / name if wanted(name) else None, name)
            # The checksum of the compression stands behind the end of the tar file.
            while plain.read(PIECE):
                pass
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, UnicodeError) as error:
        raise BackupRefused(f"The archive is damaged or was cut short ({type(error).__name__}).") from error
    if text is None:
        raise BackupRefused("The archive has no manifest: it was cut short, or is none of this portal.")
    return _compared(_manifest(text), found)


def _safe(header: tarfile.TarInfo, found: Mapping[str, Member]) -> str:
    """Return the name of a member that may be written below a folder. Raises BackupRefused."""
    name, path = header.name, PurePosixPath(header.name)
    known = name in (MANIFEST, LEDGER, *DATABASES.values())
    inside = path.parts[:1] and path.parts[0] in FOLDERS.values() and len(path.parts) > 1
    plain = str(path) == name and ".." not in path.parts and "\\" not in name and name.isprintable()
    if not header.isreg() or not plain or not (known or inside) or name in found:
        raise BackupRefused(f"The archive has a member that does not belong there: {name[:100]!r}.")
    return name


def _take(content: IO[bytes], path: Path | None, name: str) -> Member:
    hashed, size = _Hashed(content), 0
    if path is None:
        while piece := hashed.read(PIECE):
            size += len(piece)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as target:
            shutil.copyfileobj(hashed, target, PIECE)
            size = target.tell()
    return Member(name, size, hashed.sha256.hexdigest())


def _manifest(text: bytes) -> Manifest:
    try:
        facts = json.loads(text)
        if facts.pop("format") != FORMAT:
            raise BackupRefused("The archive has a format that this version of the portal does not know.")
        facts["members"] = tuple(Member(**each) for each in facts["members"])
        facts["migrations"] = tuple((str(app), str(name)) for app, name in facts["migrations"])
        facts["faults"] = tuple(facts["faults"])
        return Manifest(**facts)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupRefused("The manifest of the archive cannot be read.") from error


def _compared(manifest: Manifest, found: Mapping[str, Member]) -> Manifest:
    listed = {member.name: member for member in manifest.members}
    wrong = _first(name for name in found if name in listed and found[name] != listed[name])
    if wrong:
        raise BackupRefused(f"{wrong} is not what the manifest says: the archive was changed or damaged.")
    if missing := _first(name for name in listed if name not in found):
        raise BackupRefused(f"{missing} is missing from the archive.")
    if more := _first(name for name in found if name not in listed):
        raise BackupRefused(f"{more} is in the archive and not in its manifest.")
    if DATABASES.get(manifest.engine) not in found:
        raise BackupRefused("The archive holds no database.")
    return manifest


def _first(names: Iterable[str]) -> str:
    return next(iter(names), "")


class _Hashed:
    """Reads a file and takes its checksum on the way."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece: Any = self._file.read(size)
        self.sha256.update(piece)
        return bytes(piece)
