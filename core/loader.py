"""Loading the reviewed content files without ever undoing what staff changed since.

For every field it writes, the loader remembers a fingerprint of the value. At the next run a field that
still has it follows the file, one that staff edited is left alone, and a record that staff deleted stays
deleted.
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


def fingerprint(value: Any) -> str:
    """Return a SHA-256 (hexadecimal) of one value; a record counts by its primary key."""
    plain = value.pk if isinstance(value, models.Model) else value
    return hashlib.sha256(json.dumps(plain, default=str, ensure_ascii=False).encode()).hexdigest()


class ContentLoader:
    """One run of the loader: counts in `counts` what became of each record.

    "created", "updated", "unchanged", "kept" (staff changed something of it) and "removed" (staff deleted
    it, or what it belongs to). `kept` names the records of the last two kinds.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.kept: list[str] = []
        self._remembered = {known.key: known.fingerprints for known in LoadedContent.objects.all()}

    def changes(
        self,
        key: str,
        current: Mapping[str, Any] | None,
        wanted: Mapping[str, Any],
        untouched: Mapping[str, Any],
    ) -> tuple[str, dict[str, Any]]:
        """Say what becomes of the record known as `key`, and which of the `wanted` values to write to it.

        `current` holds the stored values, None when there is no record; `untouched` what a field holds that
        nobody has written yet, for fields that are new in the file. Remembers what it says to write.
        """
        known = self._remembered.get(key, {})
        if current is None:
            if known:
                self.note(REMOVED, key)
                return REMOVED, {}
            self._remember(key, wanted)
            self.note(CREATED, key)
            return CREATED, dict(wanted)
        write, theirs = {}, False
        for name, value in wanted.items():
            if current[name] == value:
                continue
            ours = known.get(name) or (known and fingerprint(untouched.get(name)))
            if fingerprint(current[name]) == ours:
                write[name] = value
            else:
                theirs = True
        agreed = {name: value for name, value in wanted.items() if name in write or current[name] == value}
        self._remember(key, agreed)
        verdict = KEPT if theirs else UPDATED if write else UNCHANGED
        self.note(verdict, key)
        return verdict, write

    def note(self, verdict: str, key: str) -> None:
        """Count what became of a record."""
        self.counts[verdict] += 1
        if verdict in (KEPT, REMOVED):
            self.kept.append(key)

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
        # What identifies a record is remembered like a value: a record may have nothing else.
        wanted = {**identity, **values}
        current = None if record is None else {name: getattr(record, name) for name in wanted}
        blank = model()
        untouched = {field.name: getattr(blank, field.attname) for field in model._meta.concrete_fields}
        verdict, write = self.changes(key, current, wanted, untouched)
        if verdict == CREATED:
            record = model()
        if record is not None and write:
            for name, value in write.items():
                setattr(record, name, value)
            record.full_clean()
            record.save()
        return record

    def _remember(self, key: str, values: Mapping[str, Any]) -> None:
        known = self._remembered.get(key, {})
        now = {**known, **{name: fingerprint(value) for name, value in values.items()}}
        if now != known:
            LoadedContent.objects.update_or_create(key=key, defaults={"fingerprints": now})
            self._remembered[key] = now
