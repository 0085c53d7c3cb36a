"""Taking a database back to an earlier state of its tables, and forward again."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps.registry import Apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

Target = tuple[str, str | None]


def migrate(*targets: Target) -> Apps:
    """Migrate to the targets, or without any to the newest state, and return the models as they are there."""
    executor = MigrationExecutor(connection)
    wanted = list(targets) or executor.loader.graph.leaf_nodes()
    executor.migrate(wanted)
    there = [(app, name) for app, name in wanted if name is not None]
    return MigrationExecutor(connection).loader.project_state(there).apps


@contextmanager
def emptied() -> Iterator[None]:
    """Begin with empty tables, and leave them empty, as they are now."""
    call_command("flush", interactive=False, verbosity=0)
    try:
        yield
    finally:
        # What is left need not be able to come forward: a withdrawn case has no date in the first release.
        call_command("flush", interactive=False, verbosity=0)
        migrate()
        call_command("flush", interactive=False, verbosity=0)
