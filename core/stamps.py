"""Telling, in one small query, whether content has changed since it was read."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, TypeVar

from django.db import models, transaction

from core.models import ContentStamp

ModelT_co = TypeVar("ModelT_co", bound=models.Model, covariant=True)


def stamp(name: str) -> str:
    """Return a text that changes whenever content under `name` changes, in whichever process.

    Read it before the content: what is then read is as new as the stamp or newer.
    """
    return str(ContentStamp.objects.filter(name=name).values_list("value", flat=True).first() or "")


def renew(name: str) -> None:
    """Change the stamp, in the transaction that changes the content.

    The value is random and not counted up, so that a value seen in a transaction that is then undone never
    comes back for other content.
    """
    ContentStamp.objects.update_or_create(name=name, defaults={"value": uuid.uuid4().hex})


class StampedQuerySet(models.QuerySet[ModelT_co]):
    """Renews the stamp with every write of many rows."""

    model: "type[Any]"

    def update(self, **values: Any) -> int:
        with self._stamped():
            return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        with self._stamped():
            return super().delete()

    def bulk_create(self, *args: Any, **kwargs: Any) -> Any:
        with self._stamped():
            return super().bulk_create(*args, **kwargs)

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        with self._stamped():
            return super().bulk_update(*args, **kwargs)

    @contextmanager
    def _stamped(self) -> Iterator[None]:
        with transaction.atomic():
            renew(self.model.stamp_name)
            yield


class Stamped(models.Model):
    """A record of content whose stamp every write renews; its manager comes from a StampedQuerySet."""

    stamp_name: ClassVar[str]

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            renew(self.stamp_name)
            super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            renew(self.stamp_name)
            return super().delete(*args, **kwargs)
