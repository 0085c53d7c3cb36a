"""What the portal writes about a request: to the requester by mail or letter, and to staff."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation
from post_office.models import Email

from complaints.deadlines import count_month, explain
from complaints.models import AnswerBy
from core.contact import contact_details
from core.mail import queue_mail, written
from core.mailboxes import validate_mailbox
from privacy.models import Letter, Link, Request, Right

HANDLERS = "privacy.change_request"
"""The permission of those who are reminded; the group "Data protection" has it."""


def ask_to_confirm(request: Request, *, token: str) -> Email:
    """Mail the link that confirms the address."""
    return _write(request, "privacy/mail/confirm", path=_path(request, Link.Purpose.CONFIRM, token))


def acknowledge(request: Request) -> None:
    """Say that the request has arrived: reference, day on which the answer is due, how that was counted."""
    with translation.override(request.language):
        counted = explain(count_month(request.received_on)) if request.received_on else ""
    _tell(request, "privacy/mail/received", counted=counted)


def send_link(request: Request, *, token: str, minutes: int) -> Email:
    """Mail the link that opens the request."""
    path = _path(request, Link.Purpose.OPEN, token)
    return _write(request, "privacy/mail/access", path=path, minutes=minutes)


def tell_extension(request: Request) -> None:
    """Say until when the answer takes longer, and why (GDPR, article 12(3))."""
    _tell(request, "privacy/mail/extended")


def send_answer(request: Request) -> None:
    """Send the answer, with the ways that are open against it (GDPR, article 12(4))."""
    _tell(request, "privacy/mail/answered")


def notice_to_staff(request: Request) -> None:
    """Tell the data protection mailbox that a request has arrived: reference and right, nothing personal."""
    if contact := contact_details():
        _to_staff(request, "privacy/mail/notice_to_staff", contact.privacy_email)


def reminder(request: Request) -> None:
    """Remind the data protection mailbox, and everybody who handles requests, that an answer is due."""
    for address in staff_addresses():
        _to_staff(request, "privacy/mail/reminder", address)


def staff_addresses() -> list[str]:
    """Return the data protection mailbox and the addresses of those who handle requests, each once.

    An account whose address cannot be written to is passed over: it must not keep the others from being told.
    """
    contact = contact_details()
    staff = User.objects.with_perm(
        HANDLERS, include_superusers=False, backend="django.contrib.auth.backends.ModelBackend"
    ).filter(is_staff=True)
    found = [contact.privacy_email] if contact else []
    for address in staff.exclude(email="").order_by("pk").values_list("email", flat=True):
        try:
            validate_mailbox(address)
        except ValidationError:
            continue
        if address.casefold() not in map(str.casefold, found):
            found.append(address)
    return found


def digest(counted: Sequence[tuple[str, Any, int]]) -> None:
    """Tell the data protection mailbox how many requests wait for what. In French, as in complaints."""
    if contact := contact_details():
        context = {"counted": counted}
        queue_mail(template="privacy/mail/digest", language="fr", to=contact.privacy_email, context=context)


def _to_staff(request: Request, template: str, to: str) -> None:
    # Not the request itself: what is not in the context cannot get into the mail.
    context = {
        "reference": request.reference,
        "right": Right(request.right).label,
        "due_on": request.expected_on,
        "pk": request.pk,
    }
    queue_mail(template=template, language=request.language, to=to, context=context)


def _path(request: Request, purpose: Link.Purpose, token: str) -> str:
    with translation.override(request.language):
        return reverse(f"privacy:{purpose.value}", args=[token])


def _tell(request: Request, template: str, **values: Any) -> None:
    """Say something to the requester: queue the mail, or leave the letter to be posted."""
    if request.answer_by == AnswerBy.EMAIL:
        request.mails.add(_write(request, template, **values))
        return
    context = _context(request, **values, by_post=True)
    subject, text = written(template=template, language=request.language, context=context)
    Letter.objects.create(request=request, subject=subject, text=text)


def _write(request: Request, template: str, **values: Any) -> Email:
    contact = contact_details()
    return queue_mail(
        template=template,
        language=request.language,
        to=request.email,
        context=_context(request, **values),
        reply_to=contact.privacy_email if contact else "",
    )


def _context(request: Request, **values: Any) -> dict[str, Any]:
    with translation.override(request.language):
        return {"asked": request, "right": str(Right(request.right).label), **values}
