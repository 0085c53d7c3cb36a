"""Every migration from the first release on, over tables that are filled, and the way back."""

from typing import Any

import pytest
from django.apps.registry import Apps
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client

from core.folding import fold
from core.tests.migrating import Target, emptied, migrate
from privacy.tests.factories import make_request

FIRST: list[Target] = [
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
    "answered-only": {"answer": "No.", "answered_at": MOMENT},
    "erased": {"answer": "No.", "answered_at": MOMENT, "outcome": "rejected", "closed_at": MOMENT},
    "withdrawn": {},
}
"""Complaints of the first release, by their references."""

STATUS = {
    "delayed": "received",
    "by_post": "received",
    "answered-only": "answered",
    "erased": "closed",
    "withdrawn": "received",
}
"""Their status, where it is not what the reference says."""

GIVEN_UP = {"answered-only", "erased", "withdrawn"}
"""Those to which happens what the first release has no room for."""


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
        complaint = make("complaints.Complaint", **given, status=STATUS.get(name, name))
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


def test_what_the_first_release_held_goes_forward_and_back(client: Client) -> None:
    with emptied():
        old = migrate(*FIRST)
        fill(old)
        columns = columns_of(old)
        before = rows(old, columns)
        assert all(before[label] for label in columns if label != "core.ContactDetails"), columns

        new = migrate()
        everything_is_there(new, before, columns)
        complaints_have_the_rules_of_today(new)

        # And it works: content comes beside it, and the text is found.
        call_command("load_content", verbosity=0)
        assert "halberd" in client.get("/en/documents/example/2026-01-01/").text
        assert "Quarterstaff" in client.get("/en/search/", {"q": "halberd"}).text
        assert client.get("/readyz").json()["migrations"] is True

        happen_what_the_first_release_cannot_hold(new)
        old = migrate(*FIRST)
        back = rows(old, columns)
        complaints = {row["reference"]: row for row in back.pop("complaints.Complaint")}
        for row in before.pop("complaints.Complaint"):
            assert row["reference"] in GIVEN_UP or complaints[row["reference"]] == row
        assert complaints.keys() == OLD.keys()
        assert complaints["answered-only"]["outcome"] == ""
        with pytest.raises(IntegrityError), transaction.atomic():
            old.get_model("complaints", "Complaint").objects.filter(reference="closed").update(outcome="")
        # Beside what the content has brought.
        for label, found in before.items():
            assert [row for row in found if row not in back[label]] == [], label


def everything_is_there(new: Apps, before: Rows, columns: dict[str, list[str]]) -> None:
    dropped = {"documents.Document": "search_text", "documents.Edition": "search_text"}
    stay = {label: [name for name in names if name != dropped.get(label)] for label, names in columns.items()}
    assert rows(new, stay) == {
        label: [{name: row[name] for name in stay[label]} for row in found] for label, found in before.items()
    }
    versions = new.get_model("documents", "Version").objects.order_by("effective_on")
    assert list(versions.values_list("state", flat=True)) == ["published", "draft"]
    added: dict[str, Any] = {
        "channel": "web",
        "stage": "first",
        "stage_began_on": None,
        "involved": "",
        "suspicions": [],
    }
    assert list(new.get_model("complaints", "Complaint").objects.values(*added)) == [added] * len(OLD)


def complaints_have_the_rules_of_today(new: Apps) -> None:
    complaint = new.get_model("complaints", "Complaint")
    with pytest.raises(IntegrityError), transaction.atomic():
        complaint.objects.filter(reference="answered").update(status="closed")
    with pytest.raises(IntegrityError), transaction.atomic():
        complaint.objects.filter(reference="closed").update(erased_at=MOMENT)


def happen_what_the_first_release_cannot_hold(new: Apps) -> None:
    complaint = new.get_model("complaints", "Complaint")
    # An outcome with the answer, before closing: the old constraint wants both at once.
    complaint.objects.filter(reference="answered-only").update(outcome="rejected")
    emptied = ("full_name", "email", "phone", "address", "description", "answer", "delay_causes")
    erased = {"erased_at": MOMENT, **dict.fromkeys(emptied, "")}
    complaint.objects.filter(reference="erased").update(**erased)
    withdrawn = {"status": "withdrawn", "withdrawn_at": MOMENT}
    complaint.objects.filter(reference="withdrawn").update(**withdrawn, **erased)


def test_a_portal_of_today_goes_back_to_the_first_release(settings: Any) -> None:
    settings.DEBUG = True
    with emptied():
        call_command("load_content", verbosity=0)
        call_command("load_demo", verbosity=0)
        make_request()
        old = migrate(*FIRST)
        counts = {label: len(found) for label, found in rows(old, columns_of(old)).items()}
    assert counts["complaints.Complaint"] == 30
    assert counts["roaming.Listing"] == 218
    assert counts["documents.Edition"] > 20
