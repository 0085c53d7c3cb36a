"""What belongs to a requester: what came under the confirmed address, and what staff connect with a reason.

Nothing is found by name, and nothing by an address that staff only typed in: two people may share a name, and
a letter may give anybody's address (GDPR, articles 12(6) and 15(4)).
"""

import datetime
from itertools import islice

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.following import as_reference
from complaints.models import Channel, Complaint
from complaints.steps import StepRefused, name_of
from core.folding import fold
from privacy.handling import not_erased, record
from privacy.models import CLEARABLE, Connection, Event, Request

MOST_NAMESAKES = 20
"""Complaints under the name of a requester that are offered to be looked at."""


def addresses_of(request: Request) -> list[str]:
    """Return the e-mail addresses that count as those of the requester."""
    confirmed = [request.email] if request.channel == Channel.WEB and request.email else []
    connected = request.connections.exclude(email="").values_list("email", flat=True)
    return [*confirmed, *(email for email in connected if email not in confirmed)]


def complaints_of(request: Request) -> QuerySet[Complaint]:
    """Return the complaints of the requester, the oldest first; those that are erased hold nothing any more.

    What is set aside as suspected spam is among them: it is held all the same.
    """
    connected = request.connections.filter(complaint__isnull=False).values("complaint")
    found = Complaint.objects.filter(Q(pk__in=connected) | _with(addresses_of(request)))
    return found.filter(erased_at__isnull=True).order_by("received_at", "pk")


def requests_of(request: Request) -> QuerySet[Request]:
    """Return the requests of the requester, this one included."""
    connected = request.connections.filter(other__isnull=False).values("other")
    found = Request.objects.confirmed().filter(erased_at__isnull=True)
    return found.filter(Q(pk=request.pk) | Q(pk__in=connected) | _with(addresses_of(request)))


def namesakes(request: Request) -> list[Complaint]:
    """Return complaints under the name of the requester that are not connected: for staff to look into."""
    words = set(fold(request.full_name).split())
    known = complaints_of(request).values("pk")
    found = Complaint.objects.filter(erased_at__isnull=True).exclude(pk__in=known).order_by("-received_at")
    for word in words:
        found = found.filter(search_text__contains=f" {word}")
    # The text in which complaints are searched holds more than the name.
    named = (complaint for complaint in found.iterator() if words <= set(fold(complaint.full_name).split()))
    return list(islice(named, MOST_NAMESAKES)) if words else []


def asked_about(since_on: datetime.date) -> Q:
    """Return the condition on complaints about which somebody asks, or asked until a day, without an answer.

    They are not erased in the meantime, however old they are: an access would find less than was held when it
    was asked for, and a correction or a restriction nothing (GDPR, article 18(1)(c): the data are "required
    by the data subject for the establishment, exercise or defence of legal claims"). Whoever asks for an
    erasure does not mind it.
    """
    began_at = timezone.make_aware(datetime.datetime.combine(since_on, datetime.time.min))
    unanswered = Q(answered_at__isnull=True) | Q(answered_at__gte=began_at)
    asking = Request.objects.confirmed().filter(unanswered).exclude(right__in=CLEARABLE)
    connected = Connection.objects.filter(request__in=asking)
    confirmed = asking.filter(channel=Channel.WEB, email__iexact=OuterRef("email"))
    return Q(pk__in=connected.filter(complaint__isnull=False).values("complaint")) | ~Q(email="") & (
        Q(Exists(confirmed)) | Q(Exists(connected.filter(email__iexact=OuterRef("email"))))
    )


@transaction.atomic
def connect(*, request: Request, what: str, reason: str, by: User) -> None:
    """Say that an e-mail address, a complaint or another request belongs to the requester, and why.

    `what` is the address, or the reference. Raises StepRefused when it is not known yet who asks, when there
    is nothing of that name, when it is connected already, or without a reason.
    """
    found = identified(request)
    if not reason.strip():
        raise StepRefused(_("Give the reason."))
    try:
        with transaction.atomic():
            new = Connection.objects.create(
                request=found, reason=reason, actor=name_of(by), **_named(found, what.strip())
            )
    except IntegrityError as error:
        raise StepRefused(_("It is connected already.")) from error
    record(found, Event.Action.CONNECTED, by=by, note=f"{new}\n{reason}")


@transaction.atomic
def separate(*, connection: Connection, by: User) -> None:
    """Take a connection back. Raises StepRefused when the request is erased."""
    found = not_erased(connection.request)
    connection.delete()
    record(found, Event.Action.SEPARATED, by=by, note=str(connection))


@transaction.atomic
def check_identified(request: Request) -> None:
    """Raise StepRefused unless it is known who asks."""
    identified(request)


def identified(request: Request) -> Request:
    """Return the request, locked as in handling.locked. Raises StepRefused unless it is known who asks."""
    found = not_erased(request)
    if not found.is_identified:
        raise StepRefused(_("Note first who checked the identity of the requester, and how."))
    return found


def _named(request: Request, what: str) -> dict[str, object]:
    """Return the fields of the connection with what is called so."""
    if "@" in what:
        try:
            validate_email(what)
        except ValidationError as error:
            raise StepRefused(_("Enter a valid e-mail address, for example name@example.lu.")) from error
        return {"email": what.lower()}
    reference = as_reference(what)
    if complaint := Complaint.objects.filter(reference=reference, erased_at__isnull=True).first():
        return {"complaint": complaint}
    others = Request.objects.confirmed().filter(erased_at__isnull=True).exclude(pk=request.pk)
    if other := others.filter(reference=reference).first():
        return {"other": other}
    raise StepRefused(_("No complaint and no other request has this reference, or its data are erased."))


def _with(addresses: list[str]) -> Q:
    found = Q(pk__in=[])
    for email in addresses:
        found |= Q(email__iexact=email)
    return found
