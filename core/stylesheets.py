"""The style sheets, each put together from small files as the static files are found: no build step.

The parts are in core/styles/. What is put together is written below DATA_DIR, where Django's static files
and WhiteNoise take it from like any other file.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

PARTS = Path(__file__).resolve().parent / "styles"

SHEETS: Mapping[str, tuple[str, ...]] = {
    "css/portal.css": (
        "portal/ground.css",
        "portal/frame.css",
        "portal/controls.css",
        "portal/pieces.css",
        "portal/home.css",
        "portal/texts.css",
        "portal/roaming.css",
        "portal/media.css",
    ),
    "css/admin.css": ("admin.css", "plots.css"),
}
"""The parts of each sheet, in their order; the theme stands before all of them."""


class StylesheetFinder(BaseFinder):
    """Finds the sheets of SHEETS among the static files."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.storage = FileSystemStorage(location=settings.DATA_DIR / "styles")

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> str | list[str]:  # type: ignore[override]  # the stubs lag behind Django 5.2
        if path not in SHEETS:
            return []
        found = str(self._written(path))
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        for path in SHEETS:
            self._written(path)
            yield path, self.storage

    def _written(self, path: str) -> Path:
        """Return the file of a sheet, written anew when a part of it is another than before."""
        target = Path(self.storage.path(path))
        text = sheet(path)
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            # Renamed when it is whole: another process may be reading.
            descriptor, name = tempfile.mkstemp(dir=target.parent)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).chmod(0o644)
            Path(name).replace(target)
        return target


def sheet(path: str) -> str:
    """Return the text of a sheet: the theme, the company's own roles (THEME_FILE) if any, then the parts."""
    files = [PARTS / "theme.css"]
    if settings.THEME_FILE:
        files.append(Path(settings.THEME_FILE))
    files += [PARTS / part for part in SHEETS[path]]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)
