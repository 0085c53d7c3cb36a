"""What is erased stays erased: the ledger against the database, in both directions."""

from pathlib import Path

from django.conf import settings

import complaints.retention
import privacy.retention
from complaints.models import Complaint
from core import erasures
from privacy.models import Request

AGAIN = {
    Complaint._meta.label_lower: complaints.retention.erase_again,
    Request._meta.label_lower: privacy.retention.erase_again,
}


def complete() -> int:
    """Note the erasures that the database knows and the ledger does not; return how many. Raises OSError.

    Those before there was a ledger, those of a process that was killed before it could write, and those of
    another machine.
    """
    known = erasures.read(settings.ERASURE_LEDGER)
    unknown = [
        each
        for found in (complaints.retention.erasures(), privacy.retention.erasures())
        for each in found
        if each.key not in known
    ]
    if unknown:
        erasures.note(unknown)
    return len(unknown)


def replay(*others: Path) -> int:
    """Erase again what a ledger names and a restored backup has brought back; return how many records.

    `others` are copies of the ledger beside the portal's own, as a backup holds. One transaction a record;
    interrupted, the next run completes it. Raises OSError when a file cannot be deleted or read.
    """
    known: dict[tuple[str, str], erasures.Erasure] = {}
    for path in (*others, settings.ERASURE_LEDGER):
        known |= erasures.read(path)
    return sum(AGAIN[each.kind](each) for each in known.values() if each.kind in AGAIN)
