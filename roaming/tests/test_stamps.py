"""The stamp of content changes with every way of writing it, and with nothing else."""

from collections.abc import Callable

import pytest
from django.db import transaction

from core.stamps import renew, stamp
from roaming.models import STAMP, Alias, Destination, Listing, Zone

pytestmark = pytest.mark.django_db


def tunisia() -> Destination:
    return Destination.objects.get(iso="TN")


def save() -> None:
    tunisia().save()


def create() -> None:
    Alias.objects.create(destination=tunisia(), name="Example")


def bulk_create() -> None:
    Alias.objects.bulk_create([Alias(destination=tunisia(), name="Example", key="example")])


def update() -> None:
    Zone.objects.filter(code="TOP").update(name_fr="Exemple")


def bulk_update() -> None:
    zones = list(Zone.objects.all())
    Zone.objects.bulk_update(zones, ["name_fr"])


def delete() -> None:
    Listing.objects.filter(destination__iso="TN").get().delete()


def delete_many() -> None:
    Listing.objects.filter(destination__iso="TN").delete()


def through_a_relation() -> None:
    tunisia().listings.update(position=7)


@pytest.mark.parametrize(
    "write", [save, create, bulk_create, update, bulk_update, delete, delete_many, through_a_relation]
)
def test_every_write_changes_the_stamp(write: Callable[[], None]) -> None:
    before = stamp(STAMP)
    write()
    assert stamp(STAMP) not in ("", before)


def test_reading_leaves_it() -> None:
    before = stamp(STAMP)
    assert Zone.objects.count() == 4
    assert stamp(STAMP) == before


def test_other_content_has_another() -> None:
    before = stamp(STAMP)
    renew("example")
    assert stamp(STAMP) == before
    assert stamp("example") != ""


def test_a_stamp_seen_in_an_undone_transaction_never_comes_back() -> None:
    seen = set()
    for _ in range(3):
        with transaction.atomic():
            renew(STAMP)
            seen.add(stamp(STAMP))
            transaction.set_rollback(True)
    assert len(seen) == 3
    assert stamp(STAMP) not in seen
