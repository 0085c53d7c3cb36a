"""Parts of pages that are made once a day and state of the content, in each process."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from core.dates import today
from core.stamps import recent_stamps

T = TypeVar("T")


class MadeToday(Generic[T]):
    """What was made today of the content of now. Keys are few: languages, views, places."""

    def __init__(self) -> None:
        self._kept: tuple[object, dict[Hashable, T]] = (None, {})

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is kept under `key`, or else make it.

        Raises django.db.DatabaseError when the database has never answered.
        """
        state = (today(), recent_stamps())
        known, made = self._kept
        if known != state:
            # Replaced, not emptied: whoever is at work meanwhile puts nothing of an older state in here.
            made = {}
            self._kept = (state, made)
        if key not in made:
            made[key] = make()
        return made[key]
