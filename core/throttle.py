"""A limit on how often one network may do a thing.

Counted in fixed windows in Django's cache by network prefix (/24 of IPv4, /56 of IPv6), so that no full
IP address is kept. What is over the limit raises TooManyRequests, which the site answers with a 429 page.
"""

import ipaddress
import math
from time import time

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class TooManyRequests(PermissionDenied):
    """The network of this reader has used up its share; `retry_after` says in how many seconds to return."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("too many requests")
        self.retry_after = retry_after

    @property
    def minutes(self) -> int:
        """The time to wait in whole minutes, as sentences give it."""
        return math.ceil(self.retry_after / 60)


def client_address(request: HttpRequest) -> IPAddress | None:
    """Return the address the request came from, None when there is no usable one, as on a Unix socket.

    With TRUSTED_PROXIES set to n, the n-th X-Forwarded-For entry from the right is believed, as written
    by our own outermost proxy; anything to the left of it could be forged.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        if len(hops) >= settings.TRUSTED_PROXIES:
            address = hops[-settings.TRUSTED_PROXIES]
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return None
    # A socket for both families writes ::ffff:192.0.2.1.
    return getattr(ip, "ipv4_mapped", None) or ip


def client_network(request: HttpRequest) -> str:
    """Return the network the request came from, as a prefix such as "192.0.2.0/24"; "unknown" without one."""
    return _network(request, 56)


def recorded_network(request: HttpRequest) -> str:
    """Return the network that records may name: /24 of IPv4, /48 of IPv6; "unknown" without one."""
    return _network(request, 48)


def _network(request: HttpRequest, ipv6_prefix: int) -> str:
    ip = client_address(request)
    if ip is None:
        return "unknown"
    prefix = 24 if ip.version == 4 else ipv6_prefix
    rest = ip.max_prefixlen - prefix
    return f"{type(ip)(int(ip) >> rest << rest)}/{prefix}"


def limit(request: HttpRequest, *, name: str, times: int, seconds: int) -> None:
    """Count one more `name` by this network; raise TooManyRequests past `times` in `seconds`."""
    now = int(time())
    window, elapsed = divmod(now, seconds)
    key = f"throttle:{name}:{window}:{client_network(request)}"
    if _counted(key, seconds) > times:
        raise TooManyRequests(retry_after=seconds - elapsed)


def _counted(key: str, seconds: int) -> int:
    """Add one to a count that is kept for some seconds from its first on, and return it."""
    try:
        return cache.incr(key)
    except ValueError:
        # The first of this window, unless another process was quicker.
        if cache.add(key, 1, timeout=seconds):
            return 1
    try:
        return cache.incr(key)
    except ValueError:
        # Evicted between the two calls: this reader is the first of a new count.
        return 1
