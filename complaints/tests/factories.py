"""Complaints and staff for the tests, recognisably examples."""

import datetime
import time
from typing import Any
from unittest.mock import patch

from django.contrib.auth.models import Permission, User
from post_office.models import STATUS, Email

from complaints import receiving
from complaints.models import Complaint, Status
from complaints.suspicion import new_token

FACTS = {
    "full_name": "Example Customer",
    "company": "Example S.à r.l.",
    "address": "1, rue de l’Exemple\nL-0000 Exempleville",
    "phone": "+352 00 00 00",
    "answer_by": "email",
    "email": "customer@example.com",
    "kind": "financial",
    "summary": "Invoice sent twice",
    "description": "The same invoice arrived twice.",
    "invoice_reference": "EXAMPLE-1",
    "intervention_reference": "",
    "involved": "",
}
"""What the form hands to receiving.receive."""


def form_token(seconds: int = 60) -> str:
    """Return the word of a blank form that was opened some seconds ago."""
    with patch("django.core.signing.time.time", return_value=time.time() - seconds):
        return new_token()


def make_complaint(language: str = "fr", **changes: str) -> Complaint:
    """Receive a complaint as the form would."""
    facts = {**FACTS, **changes}
    return receiving.receive(key=receiving.submission_key("example", facts), facts=facts, language=language)


def mails_sent() -> None:
    """Let every mail that waits have been sent."""
    Email.objects.update(status=STATUS.sent)


LONG_AGO = datetime.datetime(2020, 5, 5, 12, tzinfo=datetime.UTC)


def make_ended(received_at: datetime.datetime = LONG_AGO, **changes: Any) -> Complaint:
    """Store a complaint that was withdrawn when it was received, unless `changes` say otherwise."""
    complaint = make_complaint(summary=str(Complaint.objects.count()))
    values = {"status": Status.WITHDRAWN, "withdrawn_at": received_at, **changes}
    Complaint.objects.filter(pk=complaint.pk).update(received_at=received_at, **values)
    complaint.refresh_from_db()
    return complaint


def make_staff(name: str, *permissions: str) -> User:
    """Store a member of staff with the permissions named, by default the one to see complaints."""
    user = User.objects.create_user(f"example-{name}", is_staff=True, first_name="Example", last_name=name)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions or ["view_complaint"]))
    return user
