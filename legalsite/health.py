"""Is the process alive (`/healthz`), and can it serve (`/readyz`)?"""

import logging
from functools import lru_cache
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.cache import DEFAULT_CACHE_ALIAS, caches
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

import complaints.retention
import privacy.retention
from core.version import VERSION
from privacy.connecting import asked_about

logger = logging.getLogger(__name__)

STORAGE_LOOKED_AT = 30
"""Seconds for which a process takes it that storage is as it was found: to know, it must write."""


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer "ok" and the version as long as the process answers; touches neither database nor files."""
    return HttpResponse(f"ok {VERSION}\n", content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database, migrations and file storage are in order, otherwise 503, naming each.

    A cache that is gone and an erasure that is late are named too: they are faults, though no reason to send
    readers elsewhere. Staff who are signed in read the reasons besides; the log has them too,
    for when nobody can sign in.
    """
    # Each question to a database that is gone is waited for: one is enough.
    gone = _database()
    reasons = {"database": gone, "migrations": gone or _migrations(), "storage": _storage()}
    status = 503 if any(reasons.values()) else 200
    for name, reason in reasons.items():
        if reason:
            logger.warning("not ready: %s: %s", name, reason)
    reasons |= {"cache": _cache(), "retention": gone or _retention()}
    found = {name: reason for name, reason in reasons.items() if reason}
    answer: dict[str, Any] = {name: not reason for name, reason in reasons.items()}
    if _is_staff(request):
        answer |= {"version": VERSION, "reasons": found}
    return JsonResponse(answer, status=status)


def _is_staff(request: HttpRequest) -> bool:
    # Whoever has no session has no `user` here (core/staff_pages.py).
    user = getattr(request, "user", None)
    try:
        return user is not None and user.is_active and user.is_staff
    except Error:
        return False


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        return f"The database does not answer ({type(error).__name__})."
    return ""


def _migrations() -> str:
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error as error:
        return f"The migrations cannot be read ({type(error).__name__})."
    if plan:
        return f"manage.py migrate has not run: {len(plan)} to apply, the first is {plan[0][0]}."
    return ""


def _cache() -> str:
    """Return that the processes do not share their cache, if they have one to share; "" otherwise."""
    # By the name of the method (core.shared_cache.SharedCache): to import the class is to load 7 MB of the
    # Redis client, also where no cache is shared.
    reachable = getattr(caches[DEFAULT_CACHE_ALIAS], "reachable", None)
    if reachable is not None and not reachable():
        return "The shared cache does not answer: each process counts its own rate limits."
    return ""


def _retention() -> str:
    """Return what is left that should have been erased; "" when nothing is."""
    try:
        today = timezone.localdate()
        keep = asked_about(today - complaints.retention.GRACE)
        late = {
            "complaints": complaints.retention.late(today, keep),
            "requests": privacy.retention.late(today),
        }
    except Error as error:
        return f"The database does not answer ({type(error).__name__})."
    if any(late.values()):
        counts = ", ".join(f"{number} {what}" for what, number in late.items())
        return f"Not erased though due for two days: {counts}. manage.py apply_retention erases them."
    return ""


def _storage() -> str:
    return _storage_in(int(monotonic() // STORAGE_LOOKED_AT))


@lru_cache(maxsize=1)
def _storage_in(window: int) -> str:
    """Return which storage does not take a file, and why; asked again in the next window of time."""
    for alias in set(settings.STORAGES) - {"staticfiles"}:
        try:
            storage = storages[alias]
            storage.delete(storage.save("readyz/probe", ContentFile(b"ok")))
        except OSError as error:
            return f"The storage “{alias}” takes no file ({error.strerror or type(error).__name__})."
    return ""
