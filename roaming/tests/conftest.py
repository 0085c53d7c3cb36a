"""The index of names, in memory before queries are counted."""

import pytest

from roaming.index import current


@pytest.fixture
def warm_index(db: None) -> None:
    """Read the names once, as the first request of a process does."""
    current()
