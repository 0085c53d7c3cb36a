"""Only a draft can be changed: what is under review, approved or published is frozen."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import models
from django.db.models import Q

ModelT = TypeVar("ModelT", bound=models.Model)


class Frozen(Exception):
    """Somebody tried to change or delete a version that is no draft, or one of its editions."""


class FreezingQuerySet(models.QuerySet[ModelT]):
    """Refuses to change or delete, in bulk, rows that are no drafts."""

    frozen: Q
    """Which rows are."""

    def update(self, **values: Any) -> int:
        self._refuse_if_frozen()
        return super().update(**values)

    def bulk_update(self, objs: Iterable[ModelT], *args: Any, **kwargs: Any) -> int:
        records = list(objs)
        self.filter(pk__in=[record.pk for record in records])._refuse_if_frozen()
        return super().bulk_update(records, *args, **kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse_if_frozen()
        return super().delete()

    def _refuse_if_frozen(self) -> None:
        if self.order_by().filter(self.frozen).exists():
            raise Frozen("Only drafts can be changed; a correction of a published version is a new version.")
