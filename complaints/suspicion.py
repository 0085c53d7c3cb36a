"""Telling spam from complaints, carefully: what is suspected is set aside for staff and never dropped."""

import datetime
from uuid import uuid4

from django.core import signing
from django.db import models
from django.db.models import Value
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.models import Complaint

TOKEN_SALT = "complaints.form"  # noqa: S105  # the name of a purpose, no secret

FASTEST = datetime.timedelta(seconds=3)
"""Nobody fills the form and checks the answers in less."""

MOST_OF_ONE_ADDRESS = 5
"""Complaints with the same e-mail address within a day; a sixth is suspected."""


class Suspicion(models.TextChoices):
    """Why a complaint may be spam."""

    TRAP = "trap", _("a field was filled in that nobody sees")
    SPEED = "speed", _("sent faster than anybody writes")
    TOKEN = "token", _("not sent from the form of this site")
    ADDRESS = "address", _("many complaints with this e-mail address within a day")
    STAFF = "staff", _("set aside by staff")


def new_token() -> str:
    """Return the random, signed and dated word of a blank form."""
    return signing.dumps(uuid4().hex, salt=TOKEN_SALT)


def suspicions(*, token: str, trap: str, email: str) -> list[Suspicion]:
    """Return why a complaint may be spam; empty for what looks like a person."""
    found = []
    if trap:
        found.append(Suspicion.TRAP)
    try:
        signing.loads(token, salt=TOKEN_SALT, max_age=FASTEST)
        found.append(Suspicion.SPEED)
    except signing.SignatureExpired:
        pass
    except signing.BadSignature:
        found.append(Suspicion.TOKEN)
    if email and len(_recent(email)[:MOST_OF_ONE_ADDRESS]) >= MOST_OF_ONE_ADDRESS:
        found.append(Suspicion.ADDRESS)
    return found


def _recent(email: str) -> models.QuerySet[Complaint, int]:
    """Return the complaints of the last day with this e-mail address, in whichever letters."""
    since = timezone.now() - datetime.timedelta(days=1)
    of_address = Complaint.objects.alias(sought=Upper("email")).filter(sought=Upper(Value(email)))
    return of_address.filter(received_at__gt=since).order_by().values_list("pk", flat=True)
