"""What all tests stand on: the company's content in the database, and storage that goes away."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.core.files.storage import storages as storage_handler
from django.core.management import call_command
from django.http import HttpRequest
from django.test import TransactionTestCase, override_settings
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from scripts.legal_texts import FOLDER

if TYPE_CHECKING:
    from documents.models import Document


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out on PostgreSQL what any database does, and on SQLite what is for PostgreSQL."""
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        there = [item for item in items if _asks_a_database(item)]
    else:
        there = [item for item in items if not item.get_closest_marker("postgresql")]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(there)])
    items[:] = there


WITH_DATABASE = ("django_db", "browser", "processes", "stack", "faults")


def _asks_a_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("any_database"):
        return False
    if any(item.get_closest_marker(name) for name in WITH_DATABASE):
        return True
    if {"db", "transactional_db"} & set(getattr(item, "fixturenames", ())):
        return True
    of = getattr(item, "cls", None)
    return of is not None and issubclass(of, TransactionTestCase)


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hash passwords in no time: production's hash is slow on purpose, and a test signs in a dozen times."""
    quick = "django.contrib.auth.hashers.MD5PasswordHasher"
    with override_settings(PASSWORD_HASHERS=[quick, "django.contrib.auth.hashers.PBKDF2PasswordHasher"]):
        yield


@pytest.fixture(scope="session", autouse=True)
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep uploaded files in a folder of the test run."""
    folder = tmp_path_factory.mktemp("files")
    storages = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": folder, "base_url": "/admin/documents/version/file/"},
        },
        "attachments": {
            "BACKEND": "complaints.storage.WholeFiles",
            "OPTIONS": {"location": folder / "attachments", "base_url": None},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    from complaints.models import Attachment

    ledger = folder / "erasures.jsonl"
    with override_settings(STORAGES=storages, ERASURE_LEDGER=ledger), pytest.MonkeyPatch.context() as patched:
        # The field has asked for its storage when the models were loaded.
        patched.setattr(Attachment._meta.get_field("file"), "storage", storage_handler["attachments"])
        yield folder


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any, storage: Path) -> None:
    """Load the company's content once; every test starts from it and leaves it as it was."""
    with django_db_blocker.unblock():
        call_command("load_content", verbosity=0)


@pytest.fixture(autouse=True)
def clean_slate(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Start every test with an empty cache, in French, and in the middle of a window of every rate limit."""
    cache.clear()
    monkeypatch.setattr("core.throttle.time", lambda: 1_800_000_030)
    # What a test has written it sees at once.
    monkeypatch.setattr("core.stamps.RECHECK_SECONDS", 0)
    monkeypatch.setattr("core.stamps.FAILING_SECONDS", 0)
    with translation.override("fr"):
        yield


@pytest.fixture
def django_assert_num_queries(
    django_assert_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> Callable[[int], AbstractContextManager[Any]]:
    """Count the queries of a process that remembers contact details and banner, and asks for no stamp."""
    from core.contact import context

    @contextmanager
    def count(number: int) -> Iterator[Any]:
        shown = context(HttpRequest())
        bool(shown["contact"]), bool(shown["banner"])
        with monkeypatch.context() as patched:
            patched.setattr("core.stamps.RECHECK_SECONDS", 60)
            with django_assert_num_queries(number) as captured:
                yield captured

    return count


@pytest.fixture(scope="session")
def legal_texts() -> Iterator[Path]:
    """Return the folder of the legal texts that nobody wrote for the portal, made when they are not there.

    Each is read once: to read sixty pages takes seconds.
    """
    subprocess.run(["scripts/legal_texts.sh"], check=True, cwd=Path(__file__).parent)  # noqa: S607
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("documents.pdf.MOST_KEPT", 100)
        yield FOLDER


@pytest.fixture
def real_document(db: None, legal_texts: Path) -> "Callable[[str], Document]":
    """Return what stores one of these documents, of documents.tests.real_texts.NAMES, with its versions."""
    from documents.tests.real_texts import store

    return store
