"""Threads that write to SQLite take turns, and nobody waits for ever."""

import threading
from unittest.mock import patch

import pytest
from django.db import connection, transaction

from core import turns
from core.turns import in_turn

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has many writers"),
]


def enter(entered: threading.Event) -> None:
    try:
        with in_turn():
            entered.set()
    finally:
        connection.close()


def test_one_thread_at_a_time() -> None:
    entered = threading.Event()
    other = threading.Thread(target=enter, args=[entered])
    with in_turn():
        other.start()
        assert not entered.wait(0.2)
    assert entered.wait(5)
    other.join()


def test_whoever_waits_too_long_asks_the_database_itself() -> None:
    entered = threading.Event()
    with patch.object(turns, "LONGEST_WAIT", 0.05), in_turn():
        other = threading.Thread(target=enter, args=[entered])
        other.start()
        assert entered.wait(5)
        other.join()
        # Whoever went in without a turn has not given this one's away.
        late = threading.Event()
        with patch.object(turns, "LONGEST_WAIT", 5):
            third = threading.Thread(target=enter, args=[late])
            third.start()
            assert not late.wait(0.2)
    assert late.wait(5)
    third.join()


def test_the_turn_ends_with_an_error() -> None:
    with pytest.raises(RuntimeError), in_turn():
        raise RuntimeError
    with patch.object(turns, "LONGEST_WAIT", 0), in_turn():
        assert turns._turn.locked()
    assert not turns._turn.locked()


def test_inside_a_transaction_the_lock_is_held_already() -> None:
    with transaction.atomic(), in_turn():
        assert not turns._turn.locked()
