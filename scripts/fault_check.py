"""What a portal holds after its processes were killed, held against what complainants were shown.

usage: python -m scripts.fault_check < EXPECTED
EXPECTED is a JSON list of what each person was shown: {"email", "sha256", "references"}. Prints a JSON
object: "violations", a list of sentences, and "found", some figures. Run with the environment of the portal.
"""

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Expected = dict[str, Any]


def main() -> None:
    """Compare, and print the result."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "legalsite.settings")
    import django

    django.setup()
    expected: list[Expected] = json.load(sys.stdin)
    violations = [
        *_wrong_number(expected),
        *(sentence for person in expected for sentence in _of_one_person(person)),
        *_left_over(),
        *_of_the_database(),
    ]
    json.dump({"violations": violations, "found": _figures()}, sys.stdout)


def _wrong_number(expected: list[Expected]) -> Iterator[str]:
    from complaints.models import Complaint

    if (number := Complaint.objects.count()) != len(expected):
        yield f"{number} complaints of {len(expected)} forms"


def _of_one_person(person: Expected) -> Iterator[str]:
    """Yield what is wrong with the complaint of one person."""
    from complaints.models import Complaint, Event

    who, shown = person["email"], person["references"]
    stored = list(Complaint.objects.filter(email=who))
    if len(shown) != 1 or [case.reference for case in stored] != shown:
        yield f"{who} was shown {shown}, and {[case.reference for case in stored]} is stored"
        return
    (case,) = stored
    actions = list(case.events.values_list("action", flat=True))
    if actions != [Event.Action.RECEIVED]:
        yield f"{who} has the events {actions}"
    files = list(case.attachments.all())
    if [file.sha256 for file in files] != [person["sha256"]]:
        yield f"{who} has {len(files)} files that are not the one that was sent"
    for file in files:
        path = Path(file.file.path)
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != file.sha256:
            yield f"{who} has a file that is missing or not what was sent"
    yield from _of_the_mails(who, case)


def _of_the_mails(who: str, case: Any) -> Iterator[str]:
    from post_office.models import STATUS, Email

    messages = list(case.messages.all())
    if len(messages) != 1 or messages[0].mail is None or messages[0].mail.to != [who]:
        yield f"{who} has {len(messages)} acknowledgements, or one without its mail"
    about = list(Email.objects.filter(message__contains=case.reference))
    if len(about) != 2 or sum(mail.to == [who] for mail in about) != 1:
        yield f"{who} has mails to {[mail.to for mail in about]}"
    if any(mail.status != STATUS.sent for mail in about):
        yield f"{who} has mails that are not sent"
    if any(not mail.message_id for mail in about):
        yield f"{who} has mails without a Message-ID"


def _left_over() -> Iterator[str]:
    """Yield what belongs to nothing. Drafts belong to forms that may still be sent; they go after a day."""
    from post_office.models import Email

    from complaints.models import Complaint, Event, Message

    for model in (Event, Message):
        if number := model._default_manager.exclude(complaint__in=Complaint.objects.all()).count():
            yield f"{number} rows of {model.__name__} without a complaint"
    references = list(Complaint.objects.values_list("reference", flat=True))
    strangers = [mail for mail in Email.objects.all() if not any(one in mail.message for one in references)]
    # The daily figures for staff name no case.
    if number := sum("@example.com" in ",".join(mail.to) for mail in strangers):
        yield f"{number} mails to complainants about no complaint"


def _of_the_database() -> Iterator[str]:
    from django.db import connection

    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for pragma in ("integrity_check", "foreign_key_check"):
            cursor.execute(f"PRAGMA {pragma}")
            if (rows := cursor.fetchall()) not in ([], [("ok",)]):
                yield f"{pragma}: {rows[:3]}"


def _figures() -> dict[str, int]:
    from django.core.files.storage import storages

    from complaints.models import Attachment, Complaint, Draft

    known = set(Attachment.objects.values_list("file", flat=True))
    location = Path(storages["attachments"].path(""))
    stored = {str(path.relative_to(location)) for path in location.rglob("*") if path.is_file()}
    return {
        "complaints": Complaint.objects.count(),
        "drafts left for a day": Draft.objects.count(),
        "files without a row": len(stored - known),
    }


if __name__ == "__main__":
    main()
