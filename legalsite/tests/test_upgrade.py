"""Every migration from the first release on, over tables that are filled, and the way back."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps.registry import Apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from complaints.tests.test_migrations import COMMON, MOMENT, OLD
from core.folding import fold
from privacy.tests.factories import make_request

FIRST: list[tuple[str, str | None]] = [
    ("core", "0001_initial"),
    ("documents", "0001_initial"),
    ("roaming", "0001_initial"),
    ("complaints", "0001_initial"),
    ("privacy", None),
]
"""What the first release had."""

OURS = ("core", "documents", "roaming", "complaints")

Rows = dict[str, list[dict[str, Any]]]

pytestmark = pytest.mark.django_db(transaction=True)


def migrate(targets: list[Any]) -> Apps:
    MigrationExecutor(connection).migrate(targets)
    there = [target for target in targets if target[1]]
    return MigrationExecutor(connection).loader.project_state(there).apps


def newest() -> list[Any]:
    return list(MigrationExecutor(connection).loader.graph.leaf_nodes())


@pytest.fixture
def emptied() -> Iterator[None]:
    """Begin with empty tables, and leave them empty, as they are now."""
    call_command("flush", interactive=False, verbosity=0)
    try:
        yield
    finally:
        # A withdrawn case has no date in the first release, and cannot come forward again without one.
        call_command("flush", interactive=False, verbosity=0)
        migrate(newest())
        call_command("flush", interactive=False, verbosity=0)


def fill(old: Apps) -> None:
    """Store what a portal of the first release held."""

    def make(model: str, **values: Any) -> Any:
        return old.get_model(model)._default_manager.create(**values)

    people = [make("auth.User", username=f"example-{number}") for number in range(2)]
    make("core.Banner", text_fr="Exemple", text_en="Example", shown_from_on="2026-01-01")
    make("core.LoadedContent", key="example", fingerprints={"a": "b"})
    names = {"name_fr": "Exemple", "name_en": "Example"}
    section = make("documents.Section", slug="example", **names)
    titles = {"title_fr": "Conditions", "title_en": "Quarterstaff terms"}
    document = make(
        "documents.Document",
        slug="example",
        section=section,
        search_text=f" {fold('Conditions Quarterstaff terms  ')}",
        **titles,
    )
    for day, published_at in (("2026-01-01", MOMENT), ("2026-06-01", None)):
        version = make(
            "documents.Version",
            document=document,
            effective_on=day,
            published_at=published_at,
            published_by=people[0] if published_at else None,
        )
        text = f"## Article 1\n\nThe halberd of {day}."
        make("documents.Edition", version=version, language="en", text=text, search_text=f" {fold(text)} ")
    zone = make("roaming.Zone", code="TOP", **names)
    destination = make("roaming.Destination", iso="TN", **names)
    make("roaming.Listing", zone=zone, destination=destination, position=1, name_as_published="Tunisie")
    make("roaming.Alias", destination=destination, name="Carthage", key="carthage")
    for name, values in OLD.items():
        given = {**COMMON, **values, "reference": name, "submission_key": name, "received_at": MOMENT}
        if given.pop("with_people", False):
            given.update(owner=people[0], sponsor=people[1])
        status = {"delayed": "received", "by_post": "received"}.get(name, name)
        complaint = make("complaints.Complaint", **given, status=status)
        make("complaints.Event", complaint=complaint, action="received", at=MOMENT, note=f"Note of {name}")


def rows(apps: Apps, columns: dict[str, list[str]]) -> Rows:
    """Return every row of some tables, with some columns."""
    return {
        label: list(apps.get_model(label)._default_manager.order_by("pk").values(*names))
        for label, names in columns.items()
    }


def columns_of(apps: Apps) -> dict[str, list[str]]:
    return {
        model._meta.label: [field.attname for field in model._meta.concrete_fields]
        for app in OURS
        for model in apps.get_app_config(app).get_models()
        if not model._meta.proxy
    }


def test_what_the_first_release_held_goes_forward_and_back(emptied: None, client: Client) -> None:
    old = migrate(FIRST)
    fill(old)
    columns = columns_of(old)
    before = rows(old, columns)
    assert all(before[label] for label in columns if label != "core.ContactDetails"), columns

    new = migrate(newest())
    dropped = {"documents.Document": "search_text", "documents.Edition": "search_text"}
    stay = {label: [name for name in names if name != dropped.get(label)] for label, names in columns.items()}
    now = rows(new, stay)
    then = {
        label: [{name: row[name] for name in stay[label]} for row in found] for label, found in before.items()
    }
    assert now == then
    states = (
        new.get_model("documents", "Version").objects.order_by("effective_on").values_list("state", flat=True)
    )
    assert list(states) == ["published", "draft"]

    # And it works: content comes beside it, and the text is found.
    call_command("load_content", verbosity=0)
    assert "halberd" in client.get("/en/documents/example/2026-01-01/").text
    assert "Quarterstaff" in client.get("/en/search/", {"q": "halberd"}).text
    assert client.get("/readyz").json()["migrations"] is True
    call_command("flush", interactive=False, verbosity=0)


@pytest.mark.any_database
def test_the_way_back_gives_the_old_release_what_it_knew(emptied: None) -> None:
    old = migrate(FIRST)
    fill(old)
    columns = columns_of(old)
    before = rows(old, columns)
    migrate(newest())
    assert rows(migrate(FIRST), columns) == before


def test_a_portal_of_today_goes_back_to_the_first_release(emptied: None, settings: Any) -> None:
    settings.DEBUG = True
    call_command("load_content", verbosity=0)
    call_command("load_demo", verbosity=0)
    make_request()
    old = migrate(FIRST)
    counts = {label: len(found) for label, found in rows(old, columns_of(old)).items()}
    assert counts["complaints.Complaint"] == 30
    assert counts["roaming.Listing"] == 218
    assert counts["documents.Edition"] > 20
