"""Mails are stored as written, in the language asked for."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from post_office.models import STATUS, Email

from core.mail import queue_mail
from core.models import OutgoingMail

pytestmark = pytest.mark.django_db

NOTICE = "complaints/mail/notice_to_staff"
DUE = datetime.date(2026, 3, 1)


def test_stores_one_mail_in_the_language_asked_for() -> None:
    context = {"reference": "R26-TEST", "kind": "{{ 7|add:1 }} & <b>", "pk": 1, "answer_due_on": DUE}
    queue_mail(template=NOTICE, language="en", to="someone@example.com", context=context)
    mail = OutgoingMail.objects.get()
    assert mail.to == ["someone@example.com"]
    assert mail.status == STATUS.queued
    assert mail.from_email == "Proximus NXT <portal@example.lu>"
    assert mail.subject == "New complaint R26-TEST"
    assert mail.headers["Content-Language"] == "en"
    # What people typed is neither run as a template nor escaped as if it were a web page.
    assert "{{ 7|add:1 }} & <b>" in mail.message


@pytest.mark.parametrize(
    "address", ["nobody", '"a,victim@example.net,b"@example.com', "a@example.com,b@example.com"]
)
def test_refuses_what_is_not_one_plain_address(address: str) -> None:
    with pytest.raises(ValidationError):
        queue_mail(template=NOTICE, language="en", to=address, context={"pk": 1, "answer_due_on": DUE})
    assert not Email.objects.exists()
