"""Handing out stored files: by the portal itself, or by the proxy in front."""

from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.db.models.fields.files import FieldFile
from django.http import FileResponse
from pytest_django.fixtures import Settings

from core.stored_files import stored_file


@pytest.fixture
def file(settings: Settings, tmp_path: Path) -> FieldFile:
    """Return a stored file with a name that needs quoting."""
    settings.DATA_DIR = tmp_path
    storage = FileSystemStorage(location=tmp_path / "files")
    name = storage.save("a b/%41é.pdf", ContentFile(b"%PDF-content"))
    return FieldFile(None, models.FileField(storage=storage), name)  # type: ignore[arg-type]  # of no row


def test_the_portal_sends_it_itself(file: FieldFile) -> None:
    response = stored_file(file, content_type="application/pdf", filename="terms.pdf")
    assert isinstance(response, FileResponse)
    assert b"".join(response) == b"%PDF-content"
    assert response["Content-Disposition"] == 'inline; filename="terms.pdf"'


def test_the_proxy_sends_it_under_a_name_that_leads_nowhere_else(file: FieldFile, settings: Settings) -> None:
    settings.X_ACCEL = True
    response = stored_file(
        file, content_type="application/octet-stream", filename="lettre d’été.pdf", as_attachment=True
    )
    assert response["X-Accel-Redirect"] == "/-stored/files/a%20b/%2541%C3%A9.pdf"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''lettre%20d")


@pytest.mark.parametrize("by_proxy", [False, True])
def test_a_lost_file_is_told(file: FieldFile, settings: Settings, by_proxy: bool) -> None:
    settings.X_ACCEL = by_proxy
    file.storage.delete(file.name or "")
    with pytest.raises(FileNotFoundError):
        stored_file(file, content_type="application/pdf", filename="terms.pdf")
