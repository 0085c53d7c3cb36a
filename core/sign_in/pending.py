"""A sign-in between the right password and the right code. It lives in the session and opens nothing."""

import time
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from core.sign_in.second_factor import Device

KEY = "sign_in"

SECONDS = 10 * 60
"""How long there is to type a code, or to set up an app."""

MOST_CODES = 5
"""Wrong codes after which the password is asked for again."""

BACKEND = "django.contrib.auth.backends.ModelBackend"
"""Where passwords and permissions come from; the other backend of the settings only counts failures."""


@dataclass(frozen=True)
class Pending:
    """Who has typed the right password, where to go next, and what was typed when a session ended."""

    user: User
    next: str
    carried: str


def begin(request: HttpRequest, user: User, *, to: str, carried: str) -> None:
    """Remember that the password of `user` was right."""
    request.session.flush()
    request.session[KEY] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "at": time.time(),
        "next": to,
        "carried": carried,
        "wrong": 0,
    }
    request.session.set_expiry(SECONDS)


def pending(request: HttpRequest) -> Pending | None:
    """Return the sign-in that waits for its code; None when there is none, or it has waited too long."""
    kept: dict[str, Any] | None = request.session.get(KEY)
    if kept is None or time.time() - kept["at"] > SECONDS or kept["wrong"] >= MOST_CODES:
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True, is_staff=True).first()
    if user is None or not constant_time_compare(kept["hash"], user.get_session_auth_hash()):
        return None
    return Pending(user, kept["next"], kept["carried"])


def count_wrong_code(request: HttpRequest) -> None:
    """Note a wrong code; after MOST_CODES of them the sign-in begins again with the password."""
    request.session[KEY] = {**request.session[KEY], "wrong": request.session[KEY]["wrong"] + 1}


def finish(request: HttpRequest, user: User, device: Device | None) -> None:
    """Sign `user` in, with a new key of the session; `device` is what the code came from."""
    request.session.pop(KEY, None)
    request.session.set_expiry(None)
    if device is not None:
        # django-otp keeps it in the session: when it goes, the session ends (core/sign_in/sessions.py).
        user.otp_device = device  # type: ignore[attr-defined]  # the name that django-otp looks for
    login(request, user, backend=BACKEND)
