"""Limits count by network, believe only our own proxies, and say when to return."""

import pytest
from django.core.cache import cache
from django.http import HttpRequest
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from core.throttle import TooManyRequests, client_network, limit


def request(address: str, forwarded: str = "") -> HttpRequest:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return RequestFactory(headers=headers).get("/", REMOTE_ADDR=address)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2ff:3::4", "2001:db8:1:200::/56"),
        ("", "unknown"),
        ("not an address", "unknown"),
    ],
)
def test_the_network_of_an_address(address: str, network: str) -> None:
    assert client_network(request(address)) == network


def test_a_forwarded_address_is_not_believed_without_a_proxy() -> None:
    assert client_network(request("192.0.2.1", forwarded="198.51.100.9")) == "192.0.2.0/24"


def test_behind_a_proxy_only_its_own_entry_is_believed(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1
    forged = request("127.0.0.1", forwarded="203.0.113.5, 198.51.100.9")
    assert client_network(forged) == "198.51.100.0/24"


def test_refuses_past_the_limit_and_says_when_to_return() -> None:
    for _time in range(3):
        limit(request("192.0.2.1"), name="test", times=3, seconds=3600)
    with pytest.raises(TooManyRequests) as refused:
        limit(request("192.0.2.200"), name="test", times=3, seconds=3600)
    assert 0 < refused.value.retry_after <= 3600
    limit(request("198.51.100.1"), name="test", times=3, seconds=3600)
    limit(request("192.0.2.1"), name="other", times=3, seconds=3600)


def test_two_who_are_first_at_the_same_time_count_as_two(monkeypatch: pytest.MonkeyPatch) -> None:
    add = cache.add

    def later(key: str, value: int, timeout: int) -> bool:
        # Another process comes between the look and the entry.
        add(key, 1, timeout=timeout)
        return add(key, value, timeout=timeout)

    monkeypatch.setattr("core.throttle.cache.add", later)
    limit(request("192.0.2.1"), name="test", times=2, seconds=3600)
    with pytest.raises(TooManyRequests):
        limit(request("192.0.2.1"), name="test", times=2, seconds=3600)


def test_a_count_that_was_evicted_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.throttle.cache.add", lambda *_arguments, **_options: False)
    for _time in range(3):
        limit(request("192.0.2.1"), name="test", times=1, seconds=3600)
