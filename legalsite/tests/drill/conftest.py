"""A portal with content, examples and people who write, and what it holds, row by row."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from legalsite.tests.prepared import database_url, prepared
from scripts.portal import ROOT, STRICT
from scripts.supervised import Supervised

ROWS = """
import json
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
rows = {}
for model in apps.get_models(include_auto_created=True):
    if not model._meta.proxy and model._meta.label != "sessions.Session":
        found = model._default_manager.order_by("pk").values()
        rows[model._meta.label] = [json.dumps(row, cls=DjangoJSONEncoder, sort_keys=True) for row in found]
print(json.dumps(rows))
"""


class Place:
    """Where a portal keeps its data, its processes stopped; at first, what is there after its first start."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder, self._database = folder, database
        self.backups = folder.with_name(f"{folder.name}-backups")
        self.settings: dict[str, str] = {"BACKUP_DIR": str(self.backups)}
        self.folder.mkdir(mode=0o700)
        if url := prepared(folder, database):
            self.settings["DATABASE_URL"] = url

    def new_database(self) -> None:
        """Begin with an empty database, on the engine under test."""
        if url := database_url(self._database):
            self.settings["DATABASE_URL"] = url

    def destroy(self) -> None:
        """Lose everything but the archives."""
        shutil.rmtree(self.folder)
        self.folder.mkdir(mode=0o700)
        self.new_database()

    @property
    def environment(self) -> dict[str, str]:
        """Return the settings of its processes."""
        return {
            **os.environ,
            **STRICT,
            "SITE_URL": "http://127.0.0.1",
            "DATA_DIR": str(self.folder),
            **self.settings,
        }

    def run(self, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        """Run a Python program on the data, whatever its end."""
        return subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**self.environment, **settings},
            capture_output=True,
            text=True,
            check=False,
        )

    def manage(self, *arguments: str, **settings: str) -> str:
        """Run a command that must succeed, and return what it prints."""
        done = self.run("manage.py", *arguments, **settings)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def refused(self, *arguments: str, **settings: str) -> str:
        """Run a command that must refuse with a sentence, and return the sentence."""
        done = self.run("manage.py", *arguments, **settings)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        return done.stderr.strip().splitlines()[-1]

    def shell(self, code: str) -> str:
        """Run Python within the portal and return what it prints."""
        return self.manage("shell", "--verbosity", "0", "-c", code)

    def rows(self) -> dict[str, list[str]]:
        """Return every row of every table, sessions aside."""
        found: dict[str, list[str]] = json.loads(self.shell(ROWS))
        return found

    def files(self) -> dict[str, str]:
        """Return every stored file with its checksum."""
        return {
            str(path.relative_to(self.folder)): sha256(path.read_bytes()).hexdigest()
            for name in ("files", "attachments")
            for path in (self.folder / name).rglob("*")
            if path.is_file()
        }

    def archives(self) -> list[Path]:
        """Return the archives, the oldest first."""
        return sorted(path for path in self.backups.glob("portal-*") if path.suffix in (".gz", ".age"))

    @contextmanager
    def up(self, **settings: str) -> Iterator[Supervised]:
        """Run the portal's processes on the data."""
        values: dict[str, Any] = {"EMAIL_URL": "consolemail://", **self.settings, **settings}
        with Supervised(self.folder, **values).up() as portal:
            yield portal


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A portal with its content and examples, for the tests of a module."""
    made = Place(tmp_path_factory.mktemp("drill") / "data", "drill")
    made.manage("load_demo", DEBUG="True")
    return made
