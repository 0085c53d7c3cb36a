"""What somebody had typed when the session ended: carried through the sign-in, and offered to be sent again.

Signed, because it comes back from the browser; it is kept with the sign-in that waits for its code, and goes
with it.
"""

from dataclasses import dataclass

from django.core import signing
from django.http import HttpRequest

from core.sign_in.pending import SECONDS

FIELD = "carried"
"""Name of the hidden field of the sign-in."""

SALT = "core.sign_in.carrying"

OLDEST = 6 * SECONDS
"""Seconds for which a sign-in page can stand open and still give back what was typed."""


@dataclass(frozen=True)
class Typed:
    """A form that was sent after its session had ended."""

    address: str
    fields: list[tuple[str, str]]
    files: list[str]
    """Names of files: a page cannot hold on to these."""


def packed(request: HttpRequest) -> str:
    """Return what a request has sent as a signed word for a hidden field."""
    typed = {
        "address": request.get_full_path(),
        "fields": [
            (name, value)
            for name, values in request.POST.lists()
            if name != "csrfmiddlewaretoken"
            for value in values
        ],
        "files": [file.name for _name, files in request.FILES.lists() for file in files],
    }
    return signing.dumps(typed, salt=SALT, compress=True)


def unpacked(carried: str) -> Typed | None:
    """Return what such a word holds; None for an empty one, and for one that is not ours or too old."""
    if not carried:
        return None
    try:
        typed = signing.loads(carried, salt=SALT, max_age=OLDEST)
    except signing.BadSignature:
        return None
    return Typed(typed["address"], [(name, value) for name, value in typed["fields"]], typed["files"])


def of_sign_in(request: HttpRequest) -> str:
    """Return the word that the sign-in carries, empty for none."""
    return request.POST.get(FIELD, "") if request.method == "POST" else ""
