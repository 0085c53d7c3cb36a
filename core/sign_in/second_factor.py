"""The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for when it is lost.

Keys, codes, their verification and throttling are django-otp's. What is ours: who needs a second factor, and
that recovery codes are stored as digests.
"""

import datetime
import hashlib
import re
import secrets
from base64 import b32encode
from typing import Any, TypeAlias

import segno
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django_otp import verify_token
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from core import audit

RECOVERY_CODES = 10
"""How many recovery codes somebody gets; each works once."""

CODE_BYTES = 10
"""Random bytes of a recovery code: 80 bits, which no list of digests gives away."""

Device: TypeAlias = TOTPDevice | StaticDevice


class CodeRefused(Exception):
    """The code is wrong, was used before, or comes too soon; then `wait` says how long to wait, at least."""

    def __init__(self, wait: datetime.timedelta | None = None) -> None:
        super().__init__("code refused")
        self.wait = wait


def device_of(user: AbstractBaseUser | AnonymousUser) -> TOTPDevice | None:
    """Return the authenticator app that somebody has set up, None when there is none."""
    device: TOTPDevice | None = TOTPDevice.objects.filter(user_id=user.pk, confirmed=True).first()
    return device


def is_needed(user: User) -> bool:
    """Whether somebody must show a second factor: always with DEBUG off, and whoever has set one up."""
    return settings.STAFF_SECOND_FACTOR or device_of(user) is not None


def enrolling(user: User) -> TOTPDevice:
    """Return the app that somebody is setting up: its key is made once and counts when a code confirms it."""
    waiting: TOTPDevice | None = TOTPDevice.objects.filter(user=user, confirmed=False).order_by("pk").first()
    return waiting or TOTPDevice.objects.create(user=user, name="app", confirmed=False)


def key_in_groups(device: TOTPDevice) -> str:
    """Return the key of an app as it is typed: base 32, four letters a group."""
    key = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(re.findall(".{1,4}", key))


def qr_code(device: TOTPDevice) -> SafeString:
    """Return the key as a drawing (SVG) to photograph: the otpauth address that apps understand.

    Black on white in a dark page too: many apps read no other. Drawn here, and not fetched, so that no
    address hands out a key.
    """
    drawing = segno.make(device.config_url, error="m").svg_inline(border=4, light="#fff", omitsize=True)
    return mark_safe(drawing)  # noqa: S308 - drawn by segno from letters that it encodes


def enrol(*, user: User, code: str, request: HttpRequest) -> tuple[TOTPDevice, list[str]]:
    """Take the app that is being set up into use, in the place of another; return it and new recovery codes.

    Sessions that began with the app before end with it. Raises CodeRefused.
    """
    device = enrolling(user)
    # Before the transaction: a refusal is counted, and must not be undone with it.
    _check(user, device, normalised(code))
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
        TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
        codes = _new_codes(user)
        audit.record(audit.Action.ENROLLED, by=user, about=user.get_username(), request=request)
    device.refresh_from_db()
    return device, codes


@transaction.atomic
def renew_recovery_codes(*, user: User, request: HttpRequest) -> list[str]:
    """Put new recovery codes in the place of all earlier ones and return them: nobody can read them again."""
    codes = _new_codes(user)
    audit.record(audit.Action.RENEWED, by=user, about=user.get_username(), request=request)
    return codes


def codes_left(user: AbstractBaseUser | AnonymousUser) -> int:
    """Return how many recovery codes somebody has not used yet."""
    return sum(device.token_set.count() for device in StaticDevice.objects.filter(user_id=user.pk))


def check(*, user: User, code: str) -> Device:
    """Return the device of a right code: six digits from the app, or a recovery code, which is used up.

    Raises CodeRefused.
    """
    typed = normalised(code)
    from_app = typed.isdecimal() and len(typed) == 6
    devices: Any = TOTPDevice.objects if from_app else StaticDevice.objects
    device = devices.filter(user=user, confirmed=True).first()
    if device is None:
        raise CodeRefused
    _check(user, device, typed if from_app else digest_of(typed))
    found: Device = device
    return found


@transaction.atomic
def reset(*, user: User, by: User, request: HttpRequest) -> None:
    """Take away somebody's second factor; the next sign-in sets up another. Their sessions end."""
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    audit.record(audit.Action.RESET, by=by, about=user.get_username(), request=request)


def normalised(code: str) -> str:
    """Return a code without the spaces and hyphens that it is written with, in small letters."""
    return re.sub(r"[\s\-\u2010-\u2015]", "", code).casefold()


def digest_of(code: str) -> str:
    """Return what is stored of a recovery code: 16 characters, as the column holds, of its SHA-256."""
    return b32encode(hashlib.sha256(code.encode()).digest()).decode()[:16]


def _check(user: User, device: Device, token: str) -> None:
    allowed, why = device.verify_is_allowed()
    if not allowed:
        until = (why or {}).get("locked_until")
        raise CodeRefused(until - timezone.now() if until else None)
    if verify_token(user, device.persistent_id, token) is None:
        raise CodeRefused


def _new_codes(user: User) -> list[str]:
    # The device stays: sessions that began with a recovery code go on.
    device, _new = StaticDevice.objects.get_or_create(user=user, defaults={"name": "recovery"})
    device.token_set.all().delete()
    codes = [_random_code() for _ in range(RECOVERY_CODES)]
    for code in codes:
        device.token_set.create(token=digest_of(normalised(code)))
    return codes


def _random_code() -> str:
    letters = b32encode(secrets.token_bytes(CODE_BYTES)).decode().casefold()
    return "-".join(re.findall(".{4}", letters))
