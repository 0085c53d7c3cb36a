"""Is the process alive (`/healthz`), and can it serve (`/readyz`)?"""

from collections.abc import Callable

from django.core.cache import DEFAULT_CACHE_ALIAS, caches
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

import complaints.retention
import privacy.retention
from core.shared_cache import SharedCache


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer "ok" as long as the process answers at all; touches neither database nor files."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database, migrations and file storage are in order, otherwise 503, naming each.

    A cache that is gone and an erasure that is late are named too: they are faults, though no reason to send
    readers elsewhere.
    """
    checks = {name: check() for name, check in CHECKS.items()}
    status = 200 if all(checks.values()) else 503
    return JsonResponse(checks | {"cache": _cache(), "retention": _retention()}, status=status)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def _migrations() -> bool:
    try:
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return False


def _cache() -> bool:
    """Whether the processes share their cache, as far as they have one to share."""
    # What `cache` stands for, a proxy, hides from isinstance.
    shared = caches[DEFAULT_CACHE_ALIAS]
    return not isinstance(shared, SharedCache) or shared.reachable()


def _retention() -> bool:
    """Whether nothing is left that should have been erased."""
    try:
        today = timezone.localdate()
        return complaints.retention.late(today) + privacy.retention.late(today) == 0
    except Error:
        return False


def _storage() -> bool:
    try:
        name = default_storage.save("readyz/probe", ContentFile(b"ok"))
        default_storage.delete(name)
    except OSError:
        return False
    return True


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database,
    "migrations": _migrations,
    "storage": _storage,
}
