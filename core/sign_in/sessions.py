"""When a session of staff ends: twelve hours after the sign-in, an hour after the last page, or before."""

import time
from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject
from django_otp import DEVICE_ID_SESSION_KEY

from core import audit

BEGAN, SEEN = "began_at", "seen_at"

PROVIDER = "signed_in_by_provider"
"""Where the session of a single sign-on keeps whether the provider has asked for a second factor itself."""

MINUTE = 60
"""Seconds between two notes of when the session was last used: not every page is worth a write."""


def has_provider() -> bool:
    """Whether the operator has set up a provider of single sign-on."""
    return bool(settings.OIDC_ISSUER and settings.OIDC_CLIENT_ID and settings.OIDC_CLIENT_SECRET)


class StaffSessionMiddleware:
    """Ends sessions, wherever the user is asked for. Stands after django-otp's middleware.

    Pages that do not ask who is there, as those of readers, cost nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = SimpleLazyObject(partial(_still_signed_in, request, request.user))
        request.user = user  # type: ignore[assignment]  # as django-otp does
        return self.get_response(request)


def _still_signed_in(request: HttpRequest, user: User | AnonymousUser) -> User | AnonymousUser:
    # Before django-otp takes it out of the session, because the device is gone.
    began_with_device = DEVICE_ID_SESSION_KEY in request.session
    if not user.is_authenticated:
        return user
    reason = _end_of(request, user, began_with_device)
    if reason is None:
        return user
    audit.record(audit.Action.ENDED, by=user, request=request, facts={"reason": reason})
    request.session.flush()
    return AnonymousUser()


def _end_of(request: HttpRequest, user: User, began_with_device: bool) -> str | None:
    """Return why the session of a request ends now, None when it goes on."""
    now = int(time.time())
    began, seen = request.session.setdefault(BEGAN, now), request.session.get(SEEN, now)
    if now - began > settings.SESSION_COOKIE_AGE:
        return "age"
    if now - seen > settings.STAFF_IDLE_SECONDS:
        return "idle"
    vouched = request.session.get(PROVIDER, {}).get("second_factor", False)
    is_verified: bool = vouched or user.is_verified()  # type: ignore[attr-defined]  # put there by django-otp
    if not is_verified and (began_with_device or (user.is_staff and settings.STAFF_SECOND_FACTOR)):
        return "second factor"
    if SEEN not in request.session or now - seen > MINUTE:
        request.session[SEEN] = now
    return None
