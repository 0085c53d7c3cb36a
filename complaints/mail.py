"""What the portal writes: to the complainant from the templates of staff, to staff in a few words."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from post_office.models import Email

from complaints.models import Complaint, Kind, Message, MessageKind, template_for
from core.contact import contact_details
from core.dates import long_date
from core.mail import queue_mail, queue_text


def facts_of(case: Complaint) -> dict[str, str]:
    """Return what the placeholders stand for that every wording may use, in the language of the case."""
    with translation.override(case.language):
        contact = contact_details()
        return {
            "name": case.full_name,
            "reference": case.reference,
            "received_on": long_date(case.received_on),
            "due_on": long_date(case.answer_due_on),
            "brand": contact.brand if contact else "",
            "complaints_email": contact.complaints_email if contact else "",
            "follow_address": settings.SITE_URL + reverse("complaints:follow"),
        }


def worded(case: Complaint, kind: MessageKind, values: Mapping[str, str]) -> tuple[str, str]:
    """Return subject and text of a message in the language of the case."""
    return template_for(kind, case.language).filled({**facts_of(case), **values})


def management_paragraph(case: Complaint) -> str:
    """Return the paragraph that says how to ask for an examination by the management."""
    return worded(case, MessageKind.MANAGEMENT, {})[1].strip()


def tell(case: Complaint, kind: MessageKind, **values: str) -> Message:
    """Say something to the complainant: store the message, and queue the mail or leave it to be posted.

    The acknowledgement goes to any e-mail address that was given; everything else the way that the
    complainant chose.
    """
    subject, text = worded(case, kind, values)
    by_mail = bool(case.email) and (case.answers_by_mail or kind == MessageKind.ACKNOWLEDGEMENT)
    message = Message(complaint=case, kind=kind, subject=subject, text=text, by_post=not by_mail)
    if by_mail:
        message.mail = _signed(case, subject, text)
    message.save()
    return message


def notice_to_staff(case: Complaint) -> None:
    """Tell the complaints mailbox that a complaint has arrived: reference and kind, nothing personal."""
    _to_staff(case, "complaints/mail/notice_to_staff")


def news_to_staff(case: Complaint, what: Promise) -> None:
    """Tell the owner, or the complaints mailbox, that the complainant has done something in a case.

    `what` is lazy: the mail is in the language of the case, whatever the complainant reads in.
    """
    _to_staff(case, "complaints/mail/news_to_staff", to=case.owner.email if case.owner else "", what=what)


def _to_staff(case: Complaint, template: str, *, to: str = "", what: Promise | str = "") -> None:
    contact = contact_details()
    address = to or (contact.complaints_email if contact else "")
    if address:
        queue_mail(
            template=template,
            language=case.language,
            to=address,
            context={
                "reference": case.reference,
                "kind": Kind(case.kind).label,
                "answer_due_on": case.answer_due_on,
                "expected_on": case.expected_on,
                "what": what,
                "pk": case.pk,
            },
        )


def access(case: Complaint, *, link: str, minutes: int) -> Email:
    """Mail the link to a case. It is no message of the case: the link must not be kept there."""
    subject, text = worded(case, MessageKind.ACCESS, {"link": link, "minutes": str(minutes)})
    return _signed(case, subject, text)


def _signed(case: Complaint, subject: str, text: str) -> Email:
    contact = contact_details()
    with translation.override(case.language):
        context = {"text": text, "subject": subject, "contact": contact, "language": case.language}
        signed = render_to_string("complaints/mail/message.txt", context).strip() + "\n"
        html = render_to_string("complaints/mail/message.html", context)
    return queue_text(
        language=case.language,
        to=case.email,
        subject=subject,
        text=signed,
        html=html,
        reply_to=contact.complaints_email if contact else "",
    )


def reminder(case: Complaint, *, to: str) -> None:
    """Remind a member of staff, or the complaints mailbox, that an answer is expected."""
    _to_staff(case, "complaints/mail/reminder", to=to)


def digest(counted: Sequence[tuple[str, Any, int]]) -> None:
    """Tell the complaints mailbox how many complaints wait for what. In French, the language of the house."""
    contact = contact_details()
    if contact is not None:
        context = {"counted": counted}
        to = contact.complaints_email
        queue_mail(template="complaints/mail/digest", language="fr", to=to, context=context)
