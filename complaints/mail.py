"""One function a message; each puts a mail in the stored queue within the open transaction."""

from django.utils import timezone

from complaints.models import Complaint, Kind
from core.contact import contact_details
from core.mail import queue_mail


def acknowledgement(complaint: Complaint) -> None:
    """Tell the complainant that the complaint has arrived, its reference and when an answer is due."""
    if complaint.email:
        _to_complainant(complaint, "complaints/mail/acknowledgement")


def notice_to_staff(complaint: Complaint) -> None:
    """Tell the complaints mailbox that a complaint has arrived: reference and kind, nothing personal."""
    contact = contact_details()
    if contact is not None:
        queue_mail(
            template="complaints/mail/notice_to_staff",
            language=complaint.language,
            to=contact.complaints_email,
            context={
                "reference": complaint.reference,
                "kind": Kind(complaint.kind).label,
                "answer_due_on": complaint.answer_due_on,
                "pk": complaint.pk,
            },
        )


def delay_notice(complaint: Complaint) -> None:
    """Tell the complainant the causes of the delay and when the examination should end."""
    if complaint.answers_by_mail:
        _to_complainant(complaint, "complaints/mail/delay_notice")


def answer(complaint: Complaint) -> None:
    """Send the complainant the answer."""
    if complaint.answers_by_mail:
        _to_complainant(complaint, "complaints/mail/answer")


def _to_complainant(complaint: Complaint, template: str) -> None:
    contact = contact_details()
    queue_mail(
        template=template,
        language=complaint.language,
        to=complaint.email,
        context={"complaint": complaint, "is_late": timezone.localdate() > complaint.answer_due_on},
        reply_to=contact.complaints_email if contact else "",
    )
