"""The pages that a one-time link leads to, and the mails: complaints and requests that somebody follows.

It is imported once Django is set up on the data of the portal that is visited.
"""

import datetime
import re
from collections.abc import Iterator

from django.contrib.auth.models import User
from django.urls import reverse
from post_office.models import Email

import privacy.handling
import privacy.models
from complaints import following, handling
from complaints.models import AnswerBy, Kind, Outcome
from complaints.receiving import receive, submission_key
from privacy.models import Request
from scripts.visitor import Answer, Visitor

LINK = re.compile(r"/[a-z]{2}/\S+/[\w-]{40,}/")
"""A one-time link in a mail, without the host."""

FACTS = {
    "right": "access",
    "full_name": "Example Customer",
    "email": "example-requester@example.com",
    "text": "First line.\n\nSecond line.",
}


def followed_complaints(visitor: Visitor) -> Iterator[tuple[str, Answer]]:
    """Yield the page behind a link, then the complaint at every stage, and what answers wrong entries."""
    admin, owner = (User.objects.get(username=f"example-{name}") for name in ("admin", "complaint-handlers"))
    case = reverse("complaints:case")
    facts = {
        "full_name": "Example Customer",
        "address": "1, rue de l’Exemple",
        "phone": "+352 00 00 00",
        "email": f"example-follower-{visitor.language}@example.com",
        "answer_by": AnswerBy.EMAIL,
        "kind": Kind.FINANCIAL,
        "summary": "Invoice sent twice",
        "description": "First line.",
    }
    key = submission_key(f"example-{visitor.language}", facts)
    complaint = receive(key=key, facts=facts, language=visitor.language)
    following.send_link(reference=complaint.reference, email=facts["email"])
    link = _mailed_link()
    yield "complaints-open", visitor.get(link)
    yield "complaints-case-received", visitor.post(link, {})
    following.add_information(complaint=complaint, text="First line.\n\nSecond line.")
    handling.assign(complaint=complaint, owner=owner, sponsor=admin, by=admin)
    until_on = complaint.answer_due_on + datetime.timedelta(days=14)
    handling.announce_delay(complaint=complaint, causes="Example.", until_on=until_on, by=admin)
    yield "complaints-case-delayed", visitor.get(case)
    handling.answer(complaint=complaint, text="Example.", outcome=Outcome.REJECTED, by=admin)
    yield "complaints-case-answered", visitor.get(case)
    for action in ("inform", "escalate"):
        yield f"complaints-case-{action}-errors", visitor.post(case, {"action": action})
    handling.escalate(complaint=complaint, reason="Example.", by=None)
    yield "complaints-case-escalated", visitor.get(case)
    handling.withdraw(complaint=complaint, reason="", by=None)
    yield "complaints-case-withdrawn", visitor.get(case)


def followed_requests(visitor: Visitor) -> Iterator[tuple[str, Answer]]:
    """Yield the pages of a request about personal data from the confirming link to the answer."""
    admin = User.objects.get(username="example-admin")
    facts = {**FACTS, "email": f"example-requester-{visitor.language}@example.com"}
    key = submission_key(f"example-{visitor.language}", facts)
    if privacy.handling.receive(key=key, facts=facts, language=visitor.language) is None:
        raise RuntimeError("the example of a request was refused")
    link, shown = _mailed_link(), reverse("privacy:request")
    yield "privacy-confirm", visitor.get(link)
    yield "privacy-request-received", visitor.post(link, {})
    request = Request.objects.get(submission_key=key)
    privacy.handling.send_link(reference=request.reference, email=request.email)
    yield "privacy-open", visitor.get(_mailed_link())
    until_on = (request.due_on or datetime.date.max) + datetime.timedelta(days=7)
    privacy.handling.extend(request=request, reasons="Example.", until_on=until_on, by=admin)
    yield "privacy-request-extended", visitor.get(shown)
    text, outcome = "First line.\n\nSecond line.", privacy.models.Outcome.GRANTED
    privacy.handling.answer(request=request, text=text, outcome=outcome, by=admin)
    yield "privacy-request-answered", visitor.get(shown)


def mails(visitor: Visitor) -> Iterator[tuple[str, Answer]]:
    """Yield the HTML of the last mail in the language of the visitor that has such a form."""
    sent = Email.objects.exclude(html_message="").order_by("-pk")
    mail = next(each for each in sent if each.headers.get("Content-Language") == visitor.language)
    yield "mail", Answer(f"/{visitor.language}/mail/", mail.html_message)


def _mailed_link() -> str:
    mail = Email.objects.order_by("-pk")[0]
    found = LINK.search(mail.message)
    if found is None:
        raise RuntimeError(f"no link in the mail “{mail.subject}”")
    return found[0]
