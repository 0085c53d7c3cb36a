"""A shared cache that nobody answers for: pages stay up, limits count per process, and the log says so."""

from collections.abc import Iterator

import pytest
from django.core.cache import caches
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django.fixtures import Settings

from core import shared_cache
from core.shared_cache import SharedCache
from core.throttle import TooManyRequests, limit
from scripts.postgres import free_port

WORD = "the-word-for-the-cache"


@pytest.fixture
def gone(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[SharedCache]:
    """Return a cache whose server is not there."""
    settings.CACHES = {
        "default": {
            "BACKEND": "core.shared_cache.SharedCache",
            "LOCATION": f"redis://:{WORD}@127.0.0.1:{free_port()}/0",
        }
    }
    monkeypatch.setattr(SharedCache, "down_until", 0.0)
    found = caches["default"]
    assert isinstance(found, SharedCache)
    yield found
    found.clear()


def test_it_remembers_in_this_process(gone: SharedCache) -> None:
    assert gone.add("key", 1)
    assert not gone.add("key", 2)
    assert (gone.incr("key"), gone.get("key"), "key" in gone) == (2, 2, True)
    gone.set_many({"a": 1, "b": None})
    assert gone.get_many(["a", "b", "c"]) == {"a": 1, "b": None}
    gone.delete_many(["a", "b"])
    assert gone.get_or_set("a", lambda: 3) == 3
    assert gone.touch("a", 60)
    assert gone.delete("a")
    with pytest.raises(ValueError, match="not found"):
        gone.incr("a")


def test_the_server_is_asked_once_in_a_while_and_the_log_keeps_its_password(
    gone: SharedCache, caplog: pytest.LogCaptureFixture
) -> None:
    for _time in range(3):
        gone.set("key", 1)
    assert len(caplog.records) == 1
    assert "ConnectionError" in caplog.text
    assert WORD not in caplog.text
    SharedCache.down_until -= shared_cache.PAUSE
    gone.get("key")
    assert len(caplog.records) == 2


def test_rate_limits_go_on_counting(gone: SharedCache) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1")
    for _time in range(2):
        limit(request, name="gone", times=2, seconds=60)
    with pytest.raises(TooManyRequests):
        limit(request, name="gone", times=2, seconds=60)


@pytest.mark.django_db
def test_pages_stay_up_and_readyz_says_so(gone: SharedCache, client: Client) -> None:
    assert client.get("/en/search/", {"q": "complaint"}).status_code == 200
    response = client.get(reverse("readyz"))
    assert (response.status_code, response.json()["cache"]) == (200, False)
