"""An archive that is not exactly as its manifest says is refused, whatever is wrong with it."""

import dataclasses
import gzip
import io
import json
import sqlite3
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import FileField
from pytest_django.fixtures import Settings

from legalsite.backup import encryption, folder
from legalsite.backup.archive import FOLDERS, MANIFEST, Manifest, Writer, unpack
from legalsite.backup.database import FILES
from legalsite.backup.refusal import BackupRefused
from legalsite.backup.restoring import verify

PUBLISHED, SENT = "files/documents/example.pdf", "attachments/ab/abcdef"
CONTENT = {PUBLISHED: b"%PDF-" + b"p" * 5000, SENT: b"A letter.\n" * 300}

Members = list[tuple[tarfile.TarInfo, bytes]]


@pytest.fixture(autouse=True)
def data_folder(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR, settings.BACKUP_DIR = tmp_path, tmp_path / "backups"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return a small archive that is as it should be."""
    database = tmp_path / "made.sqlite3"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE example (word TEXT)")
        connection.executemany("INSERT INTO example VALUES (?)", [("one",), ("two",)])
    connection.close()
    path = tmp_path / "portal-20260101T000000Z.tar.gz"
    with path.open("wb") as target, Writer(target) as writer:
        writer.add_file("database.sqlite3", database)
        for name, content in CONTENT.items():
            writer.add(name, io.BytesIO(content), len(content))
        writer.finish(
            Manifest(
                version="0.1.0",
                made_at="2026-01-01T00:00:00+00:00",
                engine="sqlite",
                migrations=(("core", "0001_initial"),),
                rows={"example": 2},
                storages={"default": "included", "attachments": "included"},
                faults=(),
            )
        )
    return path


def read(path: Path) -> Members:
    with tarfile.open(path) as tar:
        return [(header, (tar.extractfile(header) or io.BytesIO()).read()) for header in tar]


def write(path: Path, members: Members) -> None:
    with tarfile.open(path, "w:gz") as tar:
        for header, content in members:
            tar.addfile(header, io.BytesIO(content))


def named(name: str, content: bytes = b"", **values: Any) -> tuple[tarfile.TarInfo, bytes]:
    header = tarfile.TarInfo(name)
    header.size = len(content)
    for field, value in values.items():
        setattr(header, field, value)
    return header, content


def place(members: Members, name: str) -> int:
    return next(number for number, (header, _content) in enumerate(members) if header.name == name)


def test_a_whole_archive_is_taken(archive: Path, tmp_path: Path) -> None:
    manifest = verify(archive, identity=None)
    assert manifest.rows == {"example": 2}
    assert {member.name for member in manifest.members} == {"database.sqlite3", *CONTENT}
    target = tmp_path / "unpacked"
    with archive.open("rb") as source:
        unpack(source, target, wanted=bool)
    assert {name: (target / name).read_bytes() for name in CONTENT} == CONTENT


def test_every_flipped_bit_is_found(archive: Path, tmp_path: Path) -> None:
    whole = archive.read_bytes()
    damaged = tmp_path / "damaged.tar.gz"
    # The header of gzip holds fields without meaning for the content (flags aside): time, level, system.
    for at in [0, 1, 2, 3, *range(10, len(whole), 97), *range(len(whole) - 8, len(whole))]:
        damaged.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
        with pytest.raises(BackupRefused):
            verify(damaged, identity=None)


def test_a_bit_that_changed_before_compression_is_found(archive: Path, tmp_path: Path) -> None:
    whole = gzip.decompress(archive.read_bytes())
    at = whole.index(CONTENT[SENT]) + 1000
    (tmp_path / "changed").write_bytes(gzip.compress(whole[:at] + b"!" + whole[at + 1 :]))
    with pytest.raises(BackupRefused, match=f"{SENT} is not what the manifest says"):
        verify(tmp_path / "changed", identity=None)


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.9, 0.999])
def test_an_archive_that_was_cut_short_is_refused(archive: Path, tmp_path: Path, share: float) -> None:
    whole = archive.read_bytes()
    (tmp_path / "cut").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(BackupRefused):
        verify(tmp_path / "cut", identity=None)


CHANGES: dict[str, tuple[Callable[[Members], Any], str]] = {
    "a missing file": (lambda all_: all_.pop(place(all_, SENT)), "is missing"),
    "a missing database": (lambda all_: all_.pop(place(all_, "database.sqlite3")), "is missing"),
    "a missing manifest": (lambda all_: all_.pop(place(all_, MANIFEST)), "no manifest"),
    "a file more": (lambda all_: all_.insert(0, named("files/more", b"x")), "not in its manifest"),
    "a file behind": (lambda all_: all_.append(named("files/more", b"x")), "behind the manifest"),
    "the same twice": (lambda all_: all_.insert(0, all_[place(all_, SENT)]), "does not belong"),
    "a way up": (lambda all_: all_.insert(0, named("files/../../evil", b"x")), "does not belong"),
    "an absolute path": (lambda all_: all_.insert(0, named("/tmp/evil", b"x")), "does not belong"),  # noqa: S108
    "another folder": (lambda all_: all_.insert(0, named("static/evil.js", b"x")), "does not belong"),
    "a folder itself": (lambda all_: all_.insert(0, named("files", b"x")), "does not belong"),
    "a dot": (lambda all_: all_.insert(0, named("files/./evil", b"x")), "does not belong"),
    "a new line": (lambda all_: all_.insert(0, named("files/a\nb", b"x")), "does not belong"),
    "a link": (
        lambda all_: all_.insert(0, named("files/link", type=tarfile.SYMTYPE, linkname="/etc/passwd")),
        "does not belong",
    ),
    "a hard link": (
        lambda all_: all_.insert(0, named("files/link", type=tarfile.LNKTYPE, linkname="/etc/passwd")),
        "does not belong",
    ),
    "a device": (lambda all_: all_.insert(0, named("files/null", type=tarfile.CHRTYPE)), "does not belong"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_members_that_do_not_belong_there_are_refused(archive: Path, tmp_path: Path, change: str) -> None:
    members, (apply, words) = read(archive), CHANGES[change]
    apply(members)
    write(tmp_path / "changed", members)
    target = tmp_path / "below" / "unpacked"
    with (tmp_path / "changed").open("rb") as source, pytest.raises(BackupRefused, match=words):
        unpack(source, target, wanted=bool)
    assert not list(tmp_path.rglob("evil*"))
    assert not [path for path in target.rglob("*") if path.is_symlink()]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"format": 2}, "format"),
        ({"members": "none"}, "cannot be read"),
        ({"unknown": 1}, "cannot be read"),
        ({"engine": "oracle"}, "no database"),
        ({"rows": {"example": 3}}, "2 rows; the archive says 3"),
    ],
)
def test_a_manifest_that_says_something_else_is_refused(
    archive: Path, tmp_path: Path, facts: dict[str, Any], words: str
) -> None:
    members = read(archive)
    at = place(members, MANIFEST)
    members[at] = named(MANIFEST, json.dumps(json.loads(members[at][1]) | facts).encode())
    write(tmp_path / "changed", members)
    with pytest.raises(BackupRefused, match=words):
        verify(tmp_path / "changed", identity=None)


def test_a_database_that_is_none_is_refused(archive: Path, tmp_path: Path) -> None:
    path = tmp_path / "none"
    with path.open("wb") as target, Writer(target) as writer:
        writer.add("database.sqlite3", io.BytesIO(b"nothing" * 1000), 7000)
        writer.finish(dataclasses.replace(verify(archive, identity=None), members=()))
    with pytest.raises(BackupRefused, match="damaged"):
        verify(path, identity=None)


def test_the_command_says_what_it_found(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify_backup", archive)
    assert "Whole: version 0.1.0" in capsys.readouterr().out
    archive.write_bytes(b"nothing of the kind")
    with pytest.raises(CommandError, match="damaged or was cut short"):
        call_command("verify_backup", archive)
    with pytest.raises(CommandError, match="No such file"):
        call_command("verify_backup", archive.with_name("absent"))


class TestFolder:
    """Names, one archive after the other, and none that is half written."""

    def test_half_an_archive_has_no_name(self, tmp_path: Path) -> None:
        path = tmp_path / "portal-20260101T000000Z.tar.gz"

        def break_off() -> None:
            with folder.written_whole(path) as partial:
                partial.write_bytes(b"half")
                assert not path.exists()
                raise OSError("full")

        with pytest.raises(OSError, match="full"):
            break_off()
        assert list(tmp_path.iterdir()) == []

    def test_what_is_written_is_for_its_owner_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "portal-20260101T000000Z.tar.gz"
        with folder.written_whole(path) as partial:
            partial.write_bytes(b"whole")
        assert path.read_bytes() == b"whole"
        assert path.stat().st_mode & 0o777 == 0o600

    def test_the_newest_stay(self, settings: Settings) -> None:
        settings.BACKUP_KEEP = 2
        settings.BACKUP_DIR.mkdir()
        others = ["erasures.jsonl", "portal-20250101T000000Z.tar.gz.unfinished", "notes.txt"]
        for name in [*others, *(f"portal-2026010{day}T000000Z.tar.gz" for day in (1, 3, 2))]:
            (settings.BACKUP_DIR / name).touch()
        assert folder.remove_old() == 1
        left = sorted(path.name for path in settings.BACKUP_DIR.iterdir())
        assert left == sorted([*others, "portal-20260102T000000Z.tar.gz", "portal-20260103T000000Z.tar.gz"])
        newest = folder.newest_at()
        assert newest is not None
        assert newest.isoformat() == "2026-01-03T00:00:00+00:00"

    def test_without_a_folder_there_is_none(self) -> None:
        assert folder.newest_at() is None

    def test_two_in_one_second_have_two_names(self, settings: Settings) -> None:
        settings.BACKUP_DIR.mkdir()
        first = folder.free_name(encrypted=False)
        (settings.BACKUP_DIR / first).touch()
        assert folder.free_name(encrypted=True).partition(".")[0] > first.partition(".")[0]

    def test_one_is_at_work_at_a_time(self) -> None:
        with folder.alone(), pytest.raises(BackupRefused, match="at work"), folder.alone():
            pass


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A pair of keys of age: the public one, and the file with the other."""
    path = tmp_path_factory.mktemp("keys") / "identity"
    subprocess.run(["age-keygen", "-o", str(path)], check=True, capture_output=True)  # noqa: S603, S607
    public = path.read_text().split("public key: ")[1].split()[0]
    return public, path


class TestEncryption:
    """With a public key nobody reads the archive who has not the other one."""

    @pytest.fixture
    def encrypted(self, archive: Path, identity: tuple[str, Path]) -> Path:
        path = archive.with_name("encrypted")
        with encryption.writing(path, identity[0]) as target:
            target.write(archive.read_bytes())
        return path

    def test_only_the_identity_opens_it(
        self, archive: Path, encrypted: Path, identity: tuple[str, Path], tmp_path: Path
    ) -> None:
        assert CONTENT[SENT][:10] not in encrypted.read_bytes()
        assert verify(encrypted, identity=identity[1]).rows == {"example": 2}
        with pytest.raises(BackupRefused, match="--identity"):
            verify(encrypted, identity=None)
        other = tmp_path / "other"
        subprocess.run(["age-keygen", "-o", str(other)], check=True, capture_output=True)  # noqa: S603, S607
        with pytest.raises(BackupRefused, match="no identity matched"):
            verify(encrypted, identity=other)

    def test_every_change_is_found(self, encrypted: Path, identity: tuple[str, Path]) -> None:
        whole = encrypted.read_bytes()
        for changed in (whole[:-20], whole[:-500] + b"!" + whole[-499:], whole[:50]):
            encrypted.write_bytes(changed)
            with pytest.raises(BackupRefused):
                verify(encrypted, identity=identity[1])

    def test_a_key_that_is_none_is_refused_before_anything_is_done(self) -> None:
        with pytest.raises(BackupRefused, match="BACKUP_PUBLIC_KEY"):
            encryption.check_key("age1nonsense")

    def test_without_age_it_says_what_to_install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "/nowhere")
        with pytest.raises(BackupRefused, match="Debian package age"):
            encryption.check_key("age1nonsense")


def test_every_file_that_a_row_can_name_is_backed_up() -> None:
    ours = ("core", "documents", "roaming", "complaints", "privacy")
    named = {
        (model, field.name)
        for app in ours
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, FileField)
    }
    assert named == {(model, field) for model, field, _digest in FILES.values()}
    assert FILES.keys() == FOLDERS.keys() == set(settings.STORAGES) - {"staticfiles"}
