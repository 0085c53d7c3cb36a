"""What the portal writes about a request: to the requester, and to the data protection officer."""

from typing import Any

from django.urls import reverse
from django.utils import translation
from post_office.models import Email

from complaints.deadlines import count_month, explain
from core.contact import contact_details
from core.mail import queue_mail
from privacy.models import Link, Request, Right


def ask_to_confirm(request: Request, *, token: str) -> Email:
    """Mail the link that confirms the address."""
    return _write(request, "privacy/mail/confirm", path=_path(request, Link.Purpose.CONFIRM, token))


def acknowledge(request: Request) -> None:
    """Say that the request has arrived: reference, day on which the answer is due, how that was counted."""
    with translation.override(request.language):
        counted = explain(count_month(request.received_on)) if request.received_on else ""
    request.mails.add(_write(request, "privacy/mail/received", counted=counted))


def send_link(request: Request, *, token: str, minutes: int) -> Email:
    """Mail the link that opens the request."""
    path = _path(request, Link.Purpose.OPEN, token)
    return _write(request, "privacy/mail/access", path=path, minutes=minutes)


def tell_extension(request: Request) -> None:
    """Say until when the answer takes longer, and why (GDPR, article 12(3))."""
    request.mails.add(_write(request, "privacy/mail/extended"))


def send_answer(request: Request) -> None:
    """Send the answer, with the ways that are open against it (GDPR, article 12(4))."""
    request.mails.add(_write(request, "privacy/mail/answered"))


def notice_to_staff(request: Request) -> None:
    """Tell the data protection mailbox that a request has arrived: reference and right, nothing personal."""
    contact = contact_details()
    if contact is None:
        return
    # Not the request itself: what is not in the context cannot get into the mail.
    context = {
        "reference": request.reference,
        "right": Right(request.right).label,
        "due_on": request.due_on,
        "pk": request.pk,
    }
    queue_mail(
        template="privacy/mail/notice_to_staff",
        language=request.language,
        to=contact.privacy_email,
        context=context,
    )


def _path(request: Request, purpose: Link.Purpose, token: str) -> str:
    with translation.override(request.language):
        return reverse(f"privacy:{purpose.value}", args=[token])


def _write(request: Request, template: str, **values: Any) -> Email:
    contact = contact_details()
    return queue_mail(
        template=template,
        language=request.language,
        to=request.email,
        context={"asked": request, "right": Right(request.right).label, **values},
        reply_to=contact.privacy_email if contact else "",
    )
