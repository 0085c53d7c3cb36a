"""The tables that hold complaints already take the new columns, and give them back."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps.registry import Apps
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

BEFORE, AFTER = ("complaints", "0001_initial"), ("complaints", "0002_case_and_its_clocks")
LAST = ("complaints", "0015_indexes_of_statistics")

pytestmark = pytest.mark.django_db(transaction=True)

COMMON = {
    "language": "fr", "answer_due_on": "2026-02-28", "full_name": "Example Customer", "address": "1, rue",
    "phone": "+352 00 00 00", "email": "customer@example.com", "answer_by": "email", "kind": "financial",
    "summary": "Invoice sent twice", "description": "It arrived twice.",
}  # fmt: skip
MOMENT = "2026-01-31T12:00:00Z"

OLD: dict[str, dict[str, Any]] = {
    "received": {},
    "assigned": {"with_people": True},
    "delayed": {"delay_causes": "A document.", "delayed_until_on": "2026-03-31"},
    "answered": {"with_people": True, "answer": "No.", "answered_at": MOMENT},
    "closed": {"answer": "No.", "answered_at": MOMENT, "outcome": "rejected", "closed_at": MOMENT},
    "by_post": {"answer_by": "post", "email": ""},
}


def migrate(*target: tuple[str, str]) -> Apps:
    executor = MigrationExecutor(connection)
    executor.migrate(list(target))
    return MigrationExecutor(connection).loader.project_state(list(target)).apps


@pytest.fixture
def old() -> Iterator[Apps]:
    """Return the models as they were before; afterwards the tables are empty, as they are now."""
    call_command("flush", interactive=False, verbosity=0)
    try:
        yield migrate(BEFORE)
    finally:
        call_command("flush", interactive=False, verbosity=0)
        migrate(*MigrationExecutor(connection).loader.graph.leaf_nodes())
        call_command("flush", interactive=False, verbosity=0)


def fill(old: Apps) -> None:
    user, complaint = old.get_model("auth", "User"), old.get_model("complaints", "Complaint")
    people = [user.objects.create(username=f"example-{number}") for number in range(2)]
    for name, values in OLD.items():
        given = {**COMMON, **values, "reference": name, "submission_key": name, "received_at": MOMENT}
        status = {"delayed": "received", "by_post": "received"}.get(name, name)
        if given.pop("with_people", False):
            given.update(owner_id=people[0].pk, sponsor_id=people[1].pk)
        stored = complaint.objects.create(**given, status=status)
        stored.events.create(action="received", at=MOMENT, note=f"Note of {name}")


def rows(apps: Apps, *columns: str) -> dict[str, dict[str, Any]]:
    complaints = apps.get_model("complaints", "Complaint").objects.values(*columns)
    return {row["reference"]: row for row in complaints}


def test_old_complaints_go_forward_and_back_unharmed(old: Apps) -> None:
    fill(old)
    columns = [field.attname for field in old.get_model("complaints", "Complaint")._meta.concrete_fields]
    before, events = rows(old, *columns), list(old.get_model("complaints", "Event").objects.values())
    assert before.keys() == OLD.keys()

    new = migrate(AFTER)
    assert rows(new, *columns) == before
    assert list(new.get_model("complaints", "Event").objects.values()) == events
    added = rows(new, "reference", "channel", "stage", "stage_began_on", "involved", "suspicions")
    expected: dict[str, Any] = {
        "channel": "web",
        "stage": "first",
        "stage_began_on": None,
        "involved": "",
        "suspicions": [],
    }
    assert added == {name: {"reference": name, **expected} for name in OLD}
    complaint = new.get_model("complaints", "Complaint")
    with pytest.raises(IntegrityError), transaction.atomic():
        complaint.objects.filter(reference="answered").update(status="closed")
    with pytest.raises(IntegrityError), transaction.atomic():
        complaint.objects.filter(reference="closed").update(erased_at=MOMENT)

    back = migrate(BEFORE)
    assert rows(back, *columns) == before
    with pytest.raises(IntegrityError), transaction.atomic():
        back.get_model("complaints", "Complaint").objects.filter(reference="closed").update(outcome="")


def test_what_the_old_tables_cannot_hold_is_given_up_on_the_way_back(old: Apps) -> None:
    fill(old)
    new = migrate(LAST)
    complaint = new.get_model("complaints", "Complaint")
    # An outcome with the answer, before closing: the old constraint wants both at once.
    complaint.objects.filter(reference="answered").update(outcome="rejected")
    emptied = ("full_name", "email", "phone", "address", "description", "answer", "delay_causes")
    empty = dict.fromkeys(emptied, "")
    complaint.objects.filter(reference="closed").update(erased_at=MOMENT, **empty)
    withdrawn = {"status": "withdrawn", "withdrawn_at": MOMENT}
    complaint.objects.filter(reference="received").update(erased_at=MOMENT, **withdrawn, **empty)
    back = migrate(BEFORE)
    assert rows(back, "reference").keys() == OLD.keys()
    assert rows(back, "reference", "outcome")["answered"]["outcome"] == ""
