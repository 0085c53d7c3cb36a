"""Sign-ins that fail: counted by django-axes, kept for a quarter of an hour, never for ever.

Nobody can lock somebody else out. A browser in which an account has signed in before is known by a cookie
and has a count of its own ("device cookies", OWASP); the counts of an account, of a network and of both hold
for all other browsers together. What is stored of a failure: the name of the account if there is one (a
digest of what was typed otherwise: it may be a password), the network (/24, /48), how often, when.
"""

import datetime
import hashlib
import secrets
from math import ceil
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, User
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from core import audit
from core.models import UNKNOWN
from core.sign_in.sessions import PROVIDER
from core.throttle import recorded_network

COOKIE, SALT = settings.KNOWN_BROWSER_COOKIE_NAME, "core.sign_in.browser"

KNOWN_FOR = datetime.timedelta(days=90)
"""How long a browser stays known after a sign-in."""

OF_ACCOUNT_AND_NETWORK = 5
"""Failures after which an account is locked for a network, or for a browser that is known."""
OF_ACCOUNT, OF_NETWORK = 20, 50
"""Failures after which an account, or a network, is locked for browsers that are not known."""


class FailureHandler(AxesDatabaseHandler):  # type: ignore[misc]  # axes ships no types
    """Counts by our three limits, stores no more than it must, and writes the audit log."""

    def is_allowed(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        _identify(request, credentials)
        allowed: bool = super().is_allowed(request, credentials)
        return allowed

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Return the count that is nearest to its limit, scaled to AXES_FAILURE_LIMIT."""
        _identify(request, credentials)
        scaled = (
            number * settings.AXES_FAILURE_LIMIT // most
            for number, most, _last in _counts(request, self.get_user_attempts(request, credentials))
        )
        return max(scaled)

    @transaction.atomic
    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        """Count a failure. An attempt while locked is neither counted nor recorded: it prolongs nothing."""
        if request is None:
            return
        _identify(request, credentials)
        was_locked = request.axes_locked_out  # type: ignore[attr-defined]  # set by axes
        super().user_login_failed(sender, credentials, request, **kwargs)
        # What was sent stays out of the table: nobody knows what people type where.
        AccessAttempt.objects.exclude(post_data="", get_data="", http_accept="").update(
            post_data="", get_data="", http_accept=""
        )
        if was_locked:
            return
        name = account_of(request, credentials)
        about = "" if name is None or name.startswith(UNKNOWN) else name
        audit.record(audit.Action.REFUSED, by=None, about=about, request=request)
        if request.axes_locked_out:  # type: ignore[attr-defined]  # set by axes
            audit.record(audit.Action.LOCKED, by=None, about=about, request=request)

    def user_logged_in(self, sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
        """Forget the failures of who has signed in, in this network or browser, and record the sign-in."""
        _identify(request, {"username": user.get_username()})
        super().user_logged_in(sender, request, user, **kwargs)
        AccessAttempt.objects.filter(
            username=user.get_username(),
            ip_address=request.axes_ip_address,  # type: ignore[attr-defined]  # set by axes
            user_agent=request.axes_user_agent,  # type: ignore[attr-defined]  # set by _identify
        ).delete()
        device = getattr(user, "otp_device", None)
        by_provider = request.session.get(PROVIDER)
        vouched = "provider" if by_provider and by_provider["second_factor"] else "none"
        facts = {"second_factor": device.name if device else vouched}
        if by_provider:
            facts["way"] = "single sign-on"
        audit.record(audit.Action.SIGNED_IN, by=user, request=request, facts=facts)

    def user_logged_out(self, sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
        """Record that somebody has signed out."""
        super().user_logged_out(sender, request, user, **kwargs)
        if user is not None:
            audit.record(audit.Action.SIGNED_OUT, by=user, request=request)


def account_of(request: HttpRequest, credentials: dict[str, Any] | None) -> str | None:
    """Return the name under which axes counts: of an account, or a digest of another name that was typed."""
    typed = (credentials or {}).get("username") or request.POST.get("username")
    if not typed:
        return None
    return typed if User.objects.filter(username=typed).exists() else UNKNOWN + _digest(typed)


def network_of(request: HttpRequest) -> str | None:
    """Return the first address of the network that a request comes from, None when it is unknown."""
    network = recorded_network(request)
    return None if network == "unknown" else network.split("/")[0]


def counted_by(request: HttpRequest, credentials: dict[str, Any] | None = None) -> list[list[str]]:
    """Return what axes counts by: a known browser by itself, all others together in three ways."""
    if request.axes_user_agent:  # type: ignore[attr-defined]  # set by _identify
        return [["username", "user_agent"]]
    return [
        ["username", "ip_address", "user_agent"],
        ["username", "user_agent"],
        ["ip_address", "user_agent"],
    ]


def minutes_to_wait(request: HttpRequest) -> int:
    """Return in how many minutes a sign-in that is locked can be tried again, at the latest; at least 1."""
    handler = FailureHandler()
    attempts = handler.get_user_attempts(request, getattr(request, "axes_credentials", None))
    until = [
        last + settings.AXES_COOLOFF_TIME
        for number, most, last in _counts(request, attempts)
        if number >= most
    ]
    longest = max(until, default=timezone.now()) - timezone.now()
    return max(1, ceil(longest.total_seconds() / 60))


def remember_browser(response: HttpResponseBase, user: AbstractBaseUser) -> None:
    """Let the browser be known as one in which `user` has signed in: it has its own count, no more."""
    response.set_signed_cookie(
        COOKIE,
        f"{_digest(user.get_username())}:{secrets.token_urlsafe(12)}",
        salt=SALT,
        max_age=int(KNOWN_FOR.total_seconds()),
        path="/admin/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def remove_old() -> int:
    """Delete the failures that do not count any more; return how many there were."""
    number, _each = AccessAttempt.objects.filter(attempt_time__lt=oldest_that_counts()).delete()
    return int(number)


def oldest_that_counts() -> datetime.datetime:
    """Return the moment before which failures do not count any more."""
    return timezone.now() - settings.AXES_COOLOFF_TIME


def _identify(request: HttpRequest, credentials: dict[str, Any] | None) -> None:
    """Put the known browser of an account, or nothing, where axes would keep the name of the program."""
    value = request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=int(KNOWN_FOR.total_seconds()))
    account, _colon, browser = (value or "").partition(":")
    typed = (credentials or {}).get("username") or ""
    known = browser if account == _digest(typed) else ""
    request.axes_user_agent = known  # type: ignore[attr-defined]  # read by axes


def _counts(request: HttpRequest, attempts: Any) -> list[tuple[int, int, datetime.datetime]]:
    """Return for each way of counting: how many failures, how many lock, and the last one."""
    limits = (OF_ACCOUNT_AND_NETWORK, OF_ACCOUNT, OF_NETWORK)
    counts = []
    for found, most in zip(attempts, limits, strict=False):
        rows = list(found.values_list("failures_since_start", "attempt_time"))
        last = max((at for _number, at in rows), default=timezone.now())
        counts.append((sum(number for number, _at in rows), most, last))
    return counts


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]
