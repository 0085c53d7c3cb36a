"""Putting a mail in the stored queue, from which the mail worker sends it."""

from collections.abc import Mapping
from email.utils import formataddr, make_msgid, parseaddr
from typing import Any

from django.conf import settings
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.utils import translation
from post_office.models import PRIORITY, STATUS, Email

from core.contact import contact_details
from core.mailboxes import validate_mailbox


def queue_mail(
    *, template: str, language: str, to: str, context: Mapping[str, Any], reply_to: str = ""
) -> Email:
    """Store a mail for sending, in the transaction that is open.

    `template` names a pair of files, `<template>.subject.txt` and `<template>.txt`, rendered in `language`
    with `context`, the contact details and the portal's address. Answers go to `reply_to` if given. Raises
    ValidationError when `to` is not an e-mail address.
    """
    subject, text = written(template=template, language=language, context=context)
    return queue_text(language=language, to=to, subject=subject, text=text, reply_to=reply_to)


def written(*, template: str, language: str, context: Mapping[str, Any]) -> tuple[str, str]:
    """Return subject and text of the pair of files that `template` names, as queue_mail stores them."""
    with translation.override(language):
        everything = {**context, "contact": contact_details(), "site_url": settings.SITE_URL}
        subject = " ".join(render_to_string(f"{template}.subject.txt", everything).split())
        return subject, render_to_string(f"{template}.txt", everything).strip() + "\n"


def queue_text(
    *, language: str, to: str, subject: str, text: str, html: str = "", reply_to: str = ""
) -> Email:
    """Store a mail whose text is finished, with its HTML form if given; answers go to `reply_to` if given.

    Raises ValidationError when `to` is not an e-mail address. The row is written directly: post_office's own
    `send` would render the finished text a second time as a template, and a customer's "{{" must stay what
    it is.
    """
    contact = contact_details()
    validate_email(to)
    validate_mailbox(to)
    _name, mailbox = parseaddr(settings.DEFAULT_FROM_EMAIL)
    headers = {"Auto-Submitted": "auto-generated", "Content-Language": language}
    if reply_to:
        headers["Reply-To"] = reply_to
    mail = Email(
        from_email=formataddr((contact.brand, mailbox)) if contact else settings.DEFAULT_FROM_EMAIL,
        to=[to],
        subject=subject,
        message=text,
        html_message=html,
        priority=PRIORITY.medium,
        status=STATUS.queued,
        # Drawn once: a mail that is sent a second time is the same mail to those who read it.
        message_id=make_msgid(domain=mailbox.rpartition("@")[2]),
        headers=headers,
    )
    # Not `save`, which has the model checked field by field: all but the address is ours.
    Email.objects.bulk_create([mail])
    return mail
