"""The cache that several processes share, Redis or Valkey, and what stands in for it while it is gone."""

import logging
import time
from typing import Any, ClassVar

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

PATIENCE = 0.5
"""Seconds that the server may take to connect or to answer: a reader waits meanwhile."""

PAUSE = 5.0
"""Seconds until a server that did not answer is asked again."""

SPARE_ENTRIES = 20_000
"""Most entries of the stand-in."""


class SharedCache(RedisCache):
    """Redis or Valkey; while it does not answer, each process remembers for itself.

    Pages stay up then, and rate limits count per process. Nothing else may rest on this cache: what it holds
    can be worked out again.
    """

    down_until: ClassVar[float] = 0.0
    """Moment of the monotonic clock before which this process does not ask the server."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        options = {
            "socket_connect_timeout": PATIENCE,
            "socket_timeout": PATIENCE,
            # Once more, at once: the connection may be an old one that the server has ended.
            "retry": Retry(NoBackoff(), 1),
        }
        super().__init__(server, {**params, "OPTIONS": {**options, **params.get("OPTIONS", {})}})
        spare: dict[str, Any] = {**params, "OPTIONS": {"MAX_ENTRIES": SPARE_ENTRIES}}
        self._spare = LocMemCache("shared-cache-spare", spare)

    def reachable(self) -> bool:
        """Whether the server answers now."""
        try:
            self._cache.get_client(write=True).ping()
        except RedisError as error:
            self._gone(error)
            return False
        SharedCache.down_until = 0.0
        return True

    def add(self, *args: Any, **kwargs: Any) -> Any:
        return self._asked("add", *args, **kwargs)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        return self._asked("get", *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> Any:
        return self._asked("set", *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        return self._asked("touch", *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        return self._asked("delete", *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> Any:
        return self._asked("has_key", *args, **kwargs)

    def incr(self, *args: Any, **kwargs: Any) -> Any:
        return self._asked("incr", *args, **kwargs)

    def get_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._asked("get_many", *args, **kwargs)

    def set_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._asked("set_many", *args, **kwargs)

    def delete_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._asked("delete_many", *args, **kwargs)

    def clear(self) -> Any:
        return self._asked("clear")

    def _asked(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Ask the server, or the stand-in where the server does not answer."""
        if time.monotonic() >= SharedCache.down_until:
            try:
                return getattr(super(), method)(*args, **kwargs)
            except RedisError as error:
                self._gone(error)
        return getattr(self._spare, method)(*args, **kwargs)

    def _gone(self, error: RedisError) -> None:
        SharedCache.down_until = time.monotonic() + PAUSE
        # Its class alone: the text may hold the address with its password.
        logger.warning("cache: no answer (%s); each process remembers for itself", type(error).__name__)
