"""Requests for the tests, recognisably examples."""

import re

from django.contrib.auth.models import User
from django.utils import timezone, translation
from post_office.models import Email

from complaints.models import Channel
from complaints.receiving import submission_key
from complaints.tests.factories import make_staff
from privacy import handling
from privacy.models import Request

FACTS = {
    "right": "access",
    "full_name": "Example Customer",
    "email": "customer@example.com",
    "text": "Which data do you hold on me?",
}
"""What the form hands to handling.receive."""


def send_request(language: str = "en", **changes: str) -> Request:
    """Send the form; the address is not confirmed yet."""
    facts = {**FACTS, **changes}
    request = handling.receive(key=submission_key("example", facts), facts=facts, language=language)
    assert request is not None
    return request


def make_request(language: str = "en", **changes: str) -> Request:
    """Send the form and confirm the address."""
    request = send_request(language, **changes)
    confirmed = handling.confirm(last_token("confirm"))
    assert confirmed == request
    return confirmed


def last_token(purpose: str) -> str:
    """Return the token of the last link that was mailed to confirm ("confirm") or to open ("follow")."""
    words = {"confirm/<str:token>/", "follow/<str:token>/"}
    word = next(word for word in words if word.startswith(purpose))
    paths = set()
    for language in ("fr", "en"):
        with translation.override(language):
            paths.add(translation.gettext(word).split("<")[0])
    mails = Email.objects.order_by("-pk").values_list("message", flat=True)
    pattern = "/(?:" + "|".join(map(re.escape, paths)) + r")([\w-]{20,})/"
    return next(found[1] for text in mails if (found := re.search(pattern, text)))


def make_officer() -> User:
    """Store a member of staff with every permission on requests, and the one to see complaints."""
    return make_staff(
        "officer",
        "view_request",
        "change_request",
        "export_held",
        "erase_held",
        "view_event",
        "view_connection",
        "view_letter",
        "view_complaint",
    )


def enter_request(**changes: str) -> Request:
    """Enter a request that came by letter today, as staff do."""
    facts = {
        "right": "access",
        "full_name": "Example Correspondent",
        "answer_by": "post",
        "email": "",
        "address": "1, rue de l’Exemple\nL-0000 Exempleville",
        "text": "What do you hold on me?",
        "identity": "",
        **changes,
    }
    return handling.enter(
        key=submission_key("example", facts),
        facts=facts,
        language="en",
        channel=Channel.LETTER,
        received_at=timezone.now(),
        by=User(username="example-clerk"),
    )
