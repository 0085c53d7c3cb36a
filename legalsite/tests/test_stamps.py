"""The stamps of content change with every way of writing it, and with nothing else."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.test import Client
from django.urls import get_resolver

from core.models import Banner, ContactDetails
from core.page_cache import READING_PAGES
from core.stamps import EVENTS, recent_stamps, stamp, unwatch, watch
from documents.models import Document, Edition, Section, Summary, Version
from documents.publishing import publish
from documents.tests.factories import make_document, make_version
from roaming.models import Alias, Destination, Listing, Zone

pytestmark = pytest.mark.django_db

WATCHED = {
    "contact": (ContactDetails, Banner),
    "documents": (Section, Document, Version, Edition, Summary),
    "roaming": (Zone, Destination, Listing, Alias),
}
"""The models whose tables renew each stamp."""

TABLES = {model._meta.db_table: name for name, models in WATCHED.items() for model in models}


def tunisia() -> Destination:
    return Destination.objects.get(iso="TN")


def draft() -> Version:
    return make_version(make_document("example-draft"), "2030-01-01", published=False)


def by_hand(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def fixture(tmp_path: Path) -> None:
    file = tmp_path / "aliases.json"
    fields = {"destination": tunisia().pk, "name": "Example", "key": "example"}
    file.write_text(json.dumps([{"model": "roaming.alias", "pk": 999_999, "fields": fields}]))
    call_command("loaddata", file, verbosity=0)


WRITES: dict[str, tuple[str, Callable[[Path], Any]]] = {
    "save": ("roaming", lambda _: tunisia().save()),
    "create": ("roaming", lambda _: Alias.objects.create(destination=tunisia(), name="Example")),
    "bulk_create": (
        "roaming",
        lambda _: Alias.objects.bulk_create([Alias(destination=tunisia(), name="Example", key="example")]),
    ),
    "bulk_create, ignoring conflicts": (
        "roaming",
        lambda _: Alias.objects.bulk_create(
            [Alias(destination=tunisia(), name="Example", key="example")], ignore_conflicts=True
        ),
    ),
    "update": ("roaming", lambda _: Zone.objects.filter(code="TOP").update(name_fr="Exemple")),
    "bulk_update": ("roaming", lambda _: Zone.objects.bulk_update(list(Zone.objects.all()), ["name_fr"])),
    "delete": ("roaming", lambda _: Listing.objects.filter(destination__iso="TN").get().delete()),
    "delete many": ("roaming", lambda _: Listing.objects.filter(destination__iso="TN").delete()),
    "through a relation": ("roaming", lambda _: tunisia().listings.update(position=7)),
    "loaddata": ("roaming", fixture),
    "SQL by hand": ("roaming", lambda _: by_hand("UPDATE roaming_zone SET position = position + 1")),
    "a draft": ("documents", lambda _: draft()),
    "publication": (
        "documents",
        lambda _: publish(version=Version.objects.get(document__slug="example"), by=None),
    ),
    "a section": ("documents", lambda _: Section.objects.update(name_en="Example")),
    "a document": ("documents", lambda _: Document.objects.filter(slug="cookies").update(position=9)),
    "an edition": ("documents", lambda _: by_hand("UPDATE documents_edition SET file_size = 1")),
    "contact details": ("contact", lambda _: ContactDetails.objects.update(brand="Example")),
    "a banner": ("contact", lambda _: Banner.objects.create(text_fr="Exemple", text_en="Example")),
}


@pytest.mark.parametrize("what", WRITES)
def test_every_write_changes_the_stamp_of_its_content_alone(what: str, tmp_path: Path) -> None:
    if what == "publication":
        make_version(make_document("example"), "2030-01-01", published=False)
    name, write = WRITES[what]
    before = dict(recent_stamps())
    assert set(before) == set(WATCHED)
    write(tmp_path)
    after = recent_stamps()
    assert {each for each in WATCHED if after[each] != before[each]} == {name}
    assert after[name] == stamp(name)


def test_reading_leaves_it() -> None:
    before = dict(recent_stamps())
    assert Zone.objects.count() == 4
    assert recent_stamps() == before


def test_a_stamp_seen_in_an_undone_transaction_never_comes_back() -> None:
    seen = set()
    for _ in range(3):
        with transaction.atomic():
            tunisia().save()
            seen.add(stamp("roaming"))
            transaction.set_rollback(True)
    assert len(seen) == 3
    assert stamp("roaming") not in seen


def triggers() -> set[tuple[str, str]]:
    """Return table and event of every trigger that the database has for a stamp."""
    statement = (
        "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE '%_stamp'"
        if connection.vendor == "postgresql"
        else "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_stamp_%'"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return {(table, name.removeprefix(f"{table}_stamp").lstrip("_")) for table, name in cursor.fetchall()}


def test_every_table_of_content_still_has_its_triggers_after_all_migrations() -> None:
    """SQLite drops those of a table that a migration alters: it must set them again."""
    events = ("",) if connection.vendor == "postgresql" else EVENTS
    assert triggers() == {(table, event) for table in TABLES for event in events}


def test_triggers_can_be_taken_away_and_set_again() -> None:
    before = triggers()
    unwatch(connection, "roaming_zone")
    seen = stamp("roaming")
    Zone.objects.update(position=1)
    assert stamp("roaming") == seen
    watch(connection, "roaming", "roaming_zone")
    assert stamp("roaming") != seen
    assert triggers() == before


def reading_addresses() -> list[str]:
    return [
        "/en/",
        "/en/documents/",
        "/en/documents/ict-terms/",
        "/en/documents/ict-terms/2025-01-01/",
        "/en/documents/ict-terms/compare/2025-01-01...2026-03-01/",
        "/en/complaints/",
        "/en/roaming/",
        "/en/roaming/zones/",
        "/en/roaming/a-z/",
        "/en/roaming/changes/",
    ]


def test_the_pages_that_are_kept_read_no_table_that_is_not_watched(client: Client) -> None:
    read: set[str] = set()
    views = set()
    # What a process remembers under a stamp is read again.
    for model in (ContactDetails, Zone):
        model._default_manager.update(id=F("id"))

    def note(execute: Any, sql: str, *arguments: Any) -> Any:
        read.update(re.findall(r'(?:FROM|JOIN) "(\w+)"', sql))
        return execute(sql, *arguments)

    for address in reading_addresses():
        with connection.execute_wrapper(note):
            assert client.get(address).status_code == 200
        views.add(get_resolver().resolve(address).func)
    assert views == set(READING_PAGES)
    assert len(read) > 10
    assert read - set(TABLES) == {"core_contentstamp"}


def refuse(execute: Any, sql: str, *arguments: Any) -> Any:
    raise DatabaseError("gone")


class TestOutage:
    """The database does not answer."""

    def test_what_was_read_last_stays_and_is_read_again_when_it_is_back(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = dict(recent_stamps())
        with connection.execute_wrapper(refuse):
            assert recent_stamps() == before
        tunisia().save()
        # So soon after it was gone nobody asks.
        monkeypatch.setattr("core.stamps.FAILING_SECONDS", 60)
        assert recent_stamps() == before
        monkeypatch.setattr("core.stamps.FAILING_SECONDS", 0)
        assert recent_stamps()["roaming"] not in ("", before["roaming"])

    def test_without_any_it_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from core import stamps

        never_read = stamps._Recent()
        monkeypatch.setattr("core.stamps._recent", lambda: never_read)
        with connection.execute_wrapper(refuse), pytest.raises(DatabaseError):
            recent_stamps()


def test_stamps_are_asked_for_twice_a_second_at_most(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    recent_stamps()
    monkeypatch.setattr("core.stamps.RECHECK_SECONDS", 60)
    before = recent_stamps()
    tunisia().save()
    with django_assert_num_queries(0):
        assert recent_stamps() == before
