"""The audit log: what somebody must be able to account for later. Staff read it and cannot change it."""

import datetime
from collections.abc import Mapping
from typing import Any

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from core.models import AuditEntry
from core.throttle import recorded_network

Action = AuditEntry.Action


def record(
    action: AuditEntry.Action,
    *,
    by: AbstractBaseUser | AnonymousUser | None,
    about: str = "",
    request: HttpRequest | None = None,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Write an entry, in the transaction of what it tells of.

    `by` is None for the portal itself and for people who are not known; `about` is a reference or the name
    of an account or group, never a complainant; `request` gives the network; `facts` are few and of JSON's
    kinds.
    """
    AuditEntry.objects.create(
        action=action,
        actor=by.get_username() if by else "",
        subject=about[:200],
        network=recorded_network(request) if request else "",
        facts=dict(facts or {}),
    )


def due(now: datetime.datetime) -> models.QuerySet[AuditEntry]:
    """Return the entries that are older than AUDIT_RETENTION_MONTHS."""
    before = now - relativedelta(months=settings.AUDIT_RETENTION_MONTHS)
    # Past the rule that entries are written once: an audit log, too, is kept no longer than it must.
    return models.QuerySet(AuditEntry).filter(at__lt=before)


def remove_old() -> int:
    """Delete the entries that have been kept long enough; return how many there were."""
    number, _each = due(timezone.now()).delete()
    return number
