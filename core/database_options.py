"""What the portal asks of a database, by its engine; with names and units of Django's DATABASES."""

from typing import Any

SQLITE = {
    # A writer takes the lock at BEGIN, so two writers queue instead of failing half-way.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
}

CONNECT_SECONDS = 5
"""A machine that is gone says nothing at all, and libpq would wait for two minutes."""

POOL_SECONDS = 2
"""While the database is gone, whoever needs it must not hold a thread that others could use."""


def with_options(database: dict[str, Any], *, pool: int) -> dict[str, Any]:
    """Return the entry of DATABASES for an address that was given.

    `pool` is how many connections to PostgreSQL the threads of one process share; 0: none are kept.
    """
    if database["ENGINE"] == "django.db.backends.sqlite3":
        # Seconds. To open a file and to close it as the last one costs more than most answers do.
        return {"CONN_MAX_AGE": 60, **database, "OPTIONS": dict(SQLITE)}
    if database["ENGINE"] != "django.db.backends.postgresql":
        return database
    options = {"connect_timeout": CONNECT_SECONDS, **database.get("OPTIONS", {})}
    if not pool:
        return {**database, "OPTIONS": options}
    # A connection that the database has ended meanwhile is replaced before a request gets it.
    options["pool"] = {"min_size": 1, "max_size": pool, "timeout": POOL_SECONDS}
    return {**database, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True, "OPTIONS": options}
