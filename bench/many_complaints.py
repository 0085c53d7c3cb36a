"""Many example complaints, of five years: open, closed, erased, and some that are due to be erased."""

import datetime
from collections.abc import Iterator
from typing import Any

YEARS = 5
MINUTES = YEARS * 365 * 24 * 60
STEP = 7_919
"""Minutes from one complaint to the next, around and around: each part of them is spread over all years."""

STAFF = 20
COMPANIES = 5_000
UNDELIVERED = 5_000
"""One mail in so many was not taken by its server."""

AT_ONCE = 5_000
KEPT = datetime.timedelta(days=3 * 366)
OPEN_FOR = datetime.timedelta(days=35)
DUE = 4
"""One in so many of those that are older than KEPT is not erased yet: a tenth of all."""


def fill(numbers: range) -> None:
    """Store complaints with an event, a message and its mail each."""
    from django.contrib.auth.models import User
    from post_office.models import STATUS, Email

    from complaints.models import Complaint, Event, Message

    for number in range(STAFF if numbers.start == 0 else 0):
        User.objects.create_user(f"example-{number}", last_name=f"Example {number}")
    staff = list(User.objects.filter(username__startswith="example-").order_by("pk"))
    for chosen in _batches(numbers):
        complaints = Complaint.objects.bulk_create(_complaint(number, staff) for number in chosen)
        mails = Email.objects.bulk_create(
            Email(
                from_email="portal@example.com",
                to=f"customer{number}@example.com",
                subject="Example",
                message="Example of a mail. " * 10,
                status=STATUS.failed if number % UNDELIVERED == 0 else STATUS.sent,
            )
            for number in chosen
        )
        Event.objects.bulk_create(Event(complaint=each, action="received") for each in complaints)
        Message.objects.bulk_create(
            Message(complaint=each, text="Example of a message.", mail=mail)
            for each, mail in zip(complaints, mails, strict=True)
        )


def _batches(numbers: range) -> Iterator[range]:
    for start in range(numbers.start, numbers.stop, AT_ONCE):
        yield range(start, min(start + AT_ONCE, numbers.stop))


def _complaint(number: int, staff: list[Any]) -> Any:
    from django.utils import timezone

    from complaints.deadlines import answer_due_on
    from complaints.models import Complaint, searched_in

    now = timezone.now()
    age = datetime.timedelta(minutes=number * STEP % MINUTES)
    received_at, reference = now - age, f"R-{number:07}"
    values: dict[str, Any] = {
        "reference": reference,
        "submission_key": str(number),
        "language": ("fr", "en")[number % 2],
        "received_at": received_at,
        "answer_due_on": answer_due_on(received_at.date()),
        "answer_by": "email",
        "kind": ("administrative", "financial", "commercial", "technical", "other")[number % 5],
    }
    facts = {
        "full_name": f"Example Customer {number}",
        "company": f"Example {number % COMPANIES} SARL",
        "email": f"customer{number}@example.com",
        "invoice_reference": f"INVOICE-{number:07}",
    }
    if age > OPEN_FOR:
        ended_at = received_at + datetime.timedelta(days=number % 24)
        values |= {"status": "closed", "answered_at": ended_at, "closed_at": ended_at, "outcome": "upheld"}
    else:
        values |= {"status": "received"}
    if age > KEPT and number % DUE:
        return Complaint(**values, erased_at=now, search_text=searched_in(reference, {}))
    if age > OPEN_FOR:
        owner = number % len(staff)
        values |= {"owner": staff[owner], "sponsor": staff[owner - 1], "answer": "Example of an answer."}
    return Complaint(
        **values,
        **facts,
        address="1, rue de l’Exemple",
        phone="+352 00 00 00",
        summary="Example of a complaint",
        description="Example of a description. " * 20,
        search_text=searched_in(reference, facts),
    )
