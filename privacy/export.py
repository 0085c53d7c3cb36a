"""Everything held on a requester, as one ZIP file (GDPR, article 15(3): "a copy of the personal data").

What that is, connecting.py knows. What staff wrote for themselves stays out: README.txt in the file says so.
"""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterator
from typing import IO, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.text import get_valid_filename

from complaints.follow_views import SHOWN
from complaints.forms import ASKED
from complaints.models import Attachment, Complaint, Kind
from core.contact import contact_details
from privacy.connecting import addresses_of, complaints_of, requests_of
from privacy.models import Request

README, COMPLAINTS, REQUESTS, SUMS = "README.txt", "complaints.json", "requests.json", "SHA256SUMS"

FACTS = (
    "reference", "language", "status", "channel", "stage", "received_at", "answer_due_on",
    "delayed_until_on", "delay_causes", "answer", "answered_at", "outcome", "closed_at", "withdrawn_at",
    *ASKED,
)  # fmt: skip
"""Fields of a complaint that the complainant wrote or was told."""

PAST = ("stage", "began_on", "answer_due_on", "delayed_until_on", "delay_causes", "answered_at", "answer",
        "outcome")  # fmt: skip

REQUEST_FACTS = (
    "reference", "language", "right", "status", "channel", "full_name", "email", "address", "answer_by",
    "text", "sent_at", "received_at", "due_on", "extended_until_on", "extension_reasons", "answer",
    "answered_at", "outcome",
)  # fmt: skip


def write(target: IO[bytes], *, request: Request) -> None:
    """Write the ZIP file to `target`, its README.txt in the language of the request.

    SHA256SUMS is as `sha256sum -c` reads it. Files are copied piece by piece: memory does not grow with them.
    """
    sums: dict[str, str] = {}
    complaints = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for complaint in complaints_of(request).prefetch_related("events", "messages", "past_examinations"):
            files = [_copy(archive, sums, complaint, *each) for each in _numbered(complaint)]
            complaints.append(_complaint(complaint) | {"files": files})
        requests = [_request(each) for each in requests_of(request).prefetch_related("letters")]
        for name, content in (
            (COMPLAINTS, _json(complaints)),
            (REQUESTS, _json(requests)),
            (README, _readme(request, len(complaints), len(requests))),
        ):
            archive.writestr(name, content)
            sums[name] = hashlib.sha256(content).hexdigest()
        archive.writestr(SUMS, "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items())))


def _complaint(complaint: Complaint) -> dict[str, Any]:
    return _values(complaint, FACTS) | {
        "kind_in_words": Kind(complaint.kind).label,
        "events": [
            {"at": event.at, "what": event.action}
            for event in complaint.events.all()
            if event.action in SHOWN
        ],
        "messages": [
            _values(message, ("at", "from_complainant", "subject", "text", "by_post", "posted_at"))
            for message in complaint.messages.all()
        ],
        "past_examinations": [_values(past, PAST) for past in complaint.past_examinations.all()],
    }


def _request(request: Request) -> dict[str, Any]:
    letters = [_values(letter, ("at", "subject", "text", "posted_at")) for letter in request.letters.all()]
    return _values(request, REQUEST_FACTS) | {"letters": letters}


def _numbered(complaint: Complaint) -> Iterator[tuple[int, Attachment]]:
    yield from enumerate(complaint.attachments.all(), start=1)


def _copy(
    archive: zipfile.ZipFile, sums: dict[str, str], complaint: Complaint, number: int, attachment: Attachment
) -> dict[str, Any]:
    """Copy a file of a complaint into the archive, and return what is known of it."""
    # The number keeps two files of one name apart, and the name from being a path or a name of its own.
    name = f"files/{complaint.reference}/{number:02}-{get_valid_filename(f'x{attachment.name}')[1:]}"
    facts = _values(attachment, ("at", "name", "media_type", "size", "sha256"))
    try:
        opened = attachment.file.open("rb")
    except FileNotFoundError:
        return facts | {"file": None}
    with opened, archive.open(name, "w", force_zip64=True) as copy:
        shutil.copyfileobj(opened, copy)
    sums[name] = attachment.sha256
    return facts | {"file": name}


def _values(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _json(rows: list[dict[str, Any]]) -> bytes:
    return json.dumps(rows, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2).encode()


def _readme(request: Request, complaints: int, requests: int) -> bytes:
    with translation.override(request.language):
        context = {
            "asked": request,
            "addresses": addresses_of(request),
            "complaints": complaints,
            "requests": requests,
            "at": timezone.now(),
            "contact": contact_details(),
        }
        return (render_to_string("privacy/export_readme.txt", context).strip() + "\n").encode()
