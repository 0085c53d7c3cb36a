"""Handing out a stored file, by the proxy in front where it may, which sends to slow readers without us."""

from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

ACCEL = "/-stored/"
"""Where the proxy finds what lies in DATA_DIR; no reader can ask for it (deploy/nginx.conf)."""


def stored_file(
    file: FieldFile, *, content_type: str, filename: str, as_attachment: bool = False
) -> HttpResponseBase:
    """Return the whole of a stored file, to whoever has been found to be allowed to have it.

    `filename` is the name under which it is saved. Raises FileNotFoundError when storage has lost it, and
    OSError when storage refuses.
    """
    storage: Any = file.storage
    name = file.name or ""
    if not (settings.X_ACCEL and isinstance(storage, FileSystemStorage)):
        return FileResponse(
            storage.open(name), as_attachment=as_attachment, filename=filename, content_type=content_type
        )
    path = Path(storage.path(name))
    if not path.is_file():
        raise FileNotFoundError("no such file")
    return HttpResponse(
        content_type=content_type,
        headers={
            "X-Accel-Redirect": ACCEL + quote(str(path.relative_to(settings.DATA_DIR))),
            "Content-Disposition": content_disposition_header(as_attachment, filename) or "inline",
        },
    )


def place_of(response: HttpResponseBase) -> Path | None:
    """Return where the file lies that the proxy is told to send; None where the portal sends by itself."""
    place = response.headers.get("X-Accel-Redirect", "")
    return settings.DATA_DIR / unquote(place.removeprefix(ACCEL)) if place.startswith(ACCEL) else None
