"""Loading the reviewed content files without ever undoing what staff changed since.

For every record it writes, the loader remembers a fingerprint of the values. At the next run a record
that still has them is brought up to date, one that staff edited is left alone, and one that staff
deleted stays deleted.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import models

from core.models import LoadedContent

ModelT = TypeVar("ModelT", bound=models.Model)

CREATED, UPDATED, UNCHANGED, KEPT, REMOVED = "created", "updated", "unchanged", "kept", "removed"


def fingerprint(values: Mapping[str, Any]) -> str:
    """Return a SHA-256 (hexadecimal) of `values` that does not depend on their order."""
    plain = {name: value.pk if isinstance(value, models.Model) else value for name, value in values.items()}
    return hashlib.sha256(
        json.dumps(plain, sort_keys=True, default=str, ensure_ascii=False).encode()
    ).hexdigest()


class ContentLoader:
    """One run of the loader: decides record by record, and counts what it did in `counts`.

    The keys of `counts` are "created", "updated", "unchanged", "kept" (staff changed it) and
    "removed" (staff deleted it).
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.kept: list[str] = []
        self._remembered = dict(LoadedContent.objects.values_list("key", "fingerprint"))

    def verdict(self, key: str, current: str | None, wanted: str) -> str:
        """Say what to do with the record known as `key`, and remember it.

        `current` is the fingerprint of what is stored now, None when nothing is; `wanted` that of the
        file. The caller writes exactly when the answer is "created" or "updated".
        """
        remembered = self._remembered.get(key)
        if current is None:
            verdict = CREATED if remembered is None else REMOVED
        elif current == wanted:
            verdict = UNCHANGED
        elif current == remembered:
            verdict = UPDATED
        else:
            verdict = KEPT
        self.counts[verdict] += 1
        if verdict in (KEPT, REMOVED):
            self.kept.append(key)
        elif remembered != wanted:
            LoadedContent.objects.update_or_create(key=key, defaults={"fingerprint": wanted})
            self._remembered[key] = wanted
        return verdict

    def load(
        self, model: type[ModelT], identity: Mapping[str, Any], values: Mapping[str, Any]
    ) -> ModelT | None:
        """Create or update the record of `model` that `identity` finds, and return it.

        Returns None when staff deleted it. Runs the model's own validation before writing and raises
        its ValidationError.
        """
        known_as = "/".join(
            str(part.pk if isinstance(part, models.Model) else part) for part in identity.values()
        )
        key = f"{model._meta.label_lower}:{known_as}"
        record = model._default_manager.filter(**identity).first()
        current = None if record is None else fingerprint({name: getattr(record, name) for name in values})
        verdict = self.verdict(key, current, fingerprint(values))
        if verdict == CREATED:
            record = model(**identity, **values)
        elif verdict == UPDATED and record is not None:
            for name, value in values.items():
                setattr(record, name, value)
        if verdict in (CREATED, UPDATED) and record is not None:
            record.full_clean()
            record.save()
        return record
