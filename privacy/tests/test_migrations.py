"""The table that holds requests already takes the new columns and rules, and gives them back."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps.registry import Apps

from core.tests.migrating import emptied, migrate

BEFORE, AFTER = ("privacy", "0001_initial"), ("privacy", "0002_by_letter_and_reminders")

pytestmark = pytest.mark.django_db(transaction=True)

MOMENT = "2026-01-31T12:00:00Z"
WORDS = {"full_name": "Example Customer", "email": "customer@example.com", "text": "What do you hold on me?"}
RECEIVED = {"received_at": MOMENT, "due_on": "2026-02-28"}
ANSWERED = {**RECEIVED, "status": "answered", "answered_at": MOMENT}

EXTENDED = {"extended_until_on": "2026-04-28", "extension_reasons": "Many files."}

OLD: dict[str, dict[str, Any]] = {
    "unconfirmed": {**WORDS, "status": "unconfirmed"},
    "received": {**WORDS, **RECEIVED, "status": "received"},
    "extended": {**WORDS, **RECEIVED, **EXTENDED, "status": "received"},
    "answered": {**WORDS, **ANSWERED, "answer": "Done."},
    "erased": {**ANSWERED, "full_name": "", "email": "", "text": "", "erased_at": MOMENT},
}


@pytest.fixture
def old() -> Iterator[Apps]:
    """Return the models as they were before."""
    with emptied():
        yield migrate(BEFORE)


def rows(apps: Apps, *columns: str) -> list[dict[str, Any]]:
    return list(apps.get_model("privacy", "Request").objects.order_by("reference").values(*columns))


def test_old_requests_go_forward_and_back_unharmed(old: Apps) -> None:
    model = old.get_model("privacy", "Request")
    for name, values in OLD.items():
        stored = model.objects.create(
            reference=name, submission_key=name, language="fr", right="access", sent_at=MOMENT, **values
        )
        stored.events.create(action="sent", at=MOMENT, note=f"Note of {name}")
    columns = [field.attname for field in model._meta.concrete_fields]
    before, events = rows(old, *columns), list(old.get_model("privacy", "Event").objects.values())
    assert len(before) == len(OLD)

    new = migrate(AFTER)
    assert rows(new, *columns) == before
    assert list(new.get_model("privacy", "Event").objects.values()) == events
    for row in rows(new, "channel", "address", "answer_by", "identity", "outcome"):
        assert row == {"channel": "web", "address": "", "answer_by": "email", "identity": "", "outcome": ""}

    back = migrate(BEFORE)
    assert rows(back, *columns) == before
