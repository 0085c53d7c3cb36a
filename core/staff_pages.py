"""Sessions, accounts and messages for staff alone: readers' pages do without them.

Readers have no account, and nothing about them is kept between two pages.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django_otp.middleware import OTPMiddleware

from core.headers import STAFF_PAGES
from core.sign_in.sessions import StaffSessionMiddleware


def may_be_staff(request: HttpRequest) -> bool:
    """Whether a member of staff may be asking: on a page of theirs, or anywhere with a session's cookie."""
    return request.path_info.startswith(STAFF_PAGES) or settings.SESSION_COOKIE_NAME in request.COOKIES


class _ForStaff:
    """Passes by the middleware that stands behind it in the order of classes, unless staff may be asking."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> Any:
        if may_be_staff(request):
            return super().__call__(request)  # type: ignore[misc]  # that of the middleware
        return self.get_response(request)


# Subclasses, and not one middleware around all: Django's checks look for them in MIDDLEWARE.


class StaffSessions(_ForStaff, SessionMiddleware):
    """Django's sessions."""


class StaffAuthentication(_ForStaff, AuthenticationMiddleware):
    """Django's `request.user`. Readers' requests have none: nothing of theirs depends on it."""


class StaffSecondFactor(_ForStaff, OTPMiddleware):  # type: ignore[misc]  # the library has no types
    """django-otp's part of `request.user`."""


class StaffSessionEnds(_ForStaff, StaffSessionMiddleware):
    """The end of a session."""


class StaffMessages(_ForStaff, MessageMiddleware):
    """Django's messages."""
