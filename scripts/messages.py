"""The translations: collect, compile, check.

usage: python -m scripts.messages [--check]
Without --check, collects the strings of code and templates into core/locale and compiles the catalogue.
With it, changes nothing and exits with 1, naming each string that is absent, untranslated, fuzzy or no longer
used, and when the compiled catalogue is not that of the text.
"""

import io
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
LANGUAGE = "fr"
IGNORED = ("scripts/*", "*/tests/*", "var/*", ".venv/*")
"""English needs no catalogue: the strings in the code are the English ones."""


def collect(root: Path) -> None:
    """Bring the catalogue of the portal in the folder `root` up to date with its strings (needs gettext)."""
    ignore = [argument for pattern in IGNORED for argument in ("--ignore", pattern)]
    command = [sys.executable, "manage.py", "makemessages", "--locale", LANGUAGE,
               "--extension", "py,html,txt", "--no-location",
               "--no-wrap", "--no-obsolete", "--verbosity", "0"]  # fmt: skip
    environment = {**os.environ, "DEBUG": "True", "DATA_DIR": str(root / "var")}
    subprocess.run([*command, *ignore], check=True, cwd=root, env=environment)


def catalogue_file(root: Path) -> Path:
    """Return the path of the text catalogue of the portal in the folder `root`."""
    return root / "core" / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def compiled(catalogue: Catalog) -> bytes:
    """Return the binary catalogue."""
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def read(root: Path) -> Catalog:
    """Return the catalogue of the portal in the folder `root`."""
    with catalogue_file(root).open("rb") as text:
        return read_po(text, locale=LANGUAGE)


def problems() -> list[str]:
    """Return what is wrong with the catalogue, a line each."""
    with tempfile.TemporaryDirectory() as name:
        fresh = Path(name) / "portal"
        shutil.copytree(ROOT, fresh, ignore=shutil.ignore_patterns(".*", "var", "content", "__pycache__"))
        collect(fresh)
        wanted = read(fresh)
    current = read(ROOT)
    found = []
    for message in wanted:
        if not message.id:
            continue
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        label = message.id[0] if isinstance(message.id, tuple) else message.id
        if message.fuzzy or not all(strings):
            found.append(f"untranslated or fuzzy: {label}")
    found += [f"not collected, run make messages: {each}" for each in _ids(wanted) - _ids(current)]
    found += [f"no longer used, run make messages: {each}" for each in _ids(current) - _ids(wanted)]
    binary = catalogue_file(ROOT).with_suffix(".mo")
    if not binary.exists() or binary.read_bytes() != compiled(current):
        found.append("the compiled catalogue is out of date, run make messages")
    return found


def main() -> int:
    """Collect and compile, or check."""
    if "--check" in sys.argv:
        found = problems()
        print("\n".join(found), end="\n" if found else "", file=sys.stderr)
        return 1 if found else 0
    collect(ROOT)
    catalogue_file(ROOT).with_suffix(".mo").write_bytes(compiled(read(ROOT)))
    return 0


def _ids(catalogue: Catalog) -> set[str]:
    return {str(message.id) for message in catalogue if message.id}


if __name__ == "__main__":
    sys.exit(main())
