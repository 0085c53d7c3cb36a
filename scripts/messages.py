"""The translations: collect, compile, check.

usage: python -m scripts.messages [--check]
Without --check, collects the strings of code and templates into core/locale and compiles the catalogue.
With it, changes nothing and exits with 1, naming each string that is absent, untranslated, fuzzy or no longer used,
and when the compiled catalogue is not that of the text.
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
LOCALE = ROOT / "core" / "locale"
LANGUAGE = "fr"
IGNORED = ("scripts/*", "*/tests/*", "var/*", ".venv/*")
"""English needs no catalogue: the strings in the code are the English ones."""


def collect(locale: Path) -> None:
    """Bring the catalogue in the folder `locale` up to date with code and templates (needs gettext)."""
    ignore = [argument for pattern in IGNORED for argument in ("--ignore", pattern)]
    command = [sys.executable, "manage.py", "makemessages", "--locale", LANGUAGE, "--no-location",
               "--no-wrap", "--no-obsolete", "--extension", "py,html,txt", "--verbosity", "0", *ignore]  # fmt: skip
    program = f"from django.conf import settings; settings.LOCALE_PATHS = [{str(locale)!r}]; "
    program += "from django.core.management import execute_from_command_line as run; "
    program += f"run({command[1:]!r})"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT, env=_environment())


def catalogue_file(locale: Path) -> Path:
    """Return the path of the text catalogue in the folder `locale`."""
    return locale / LANGUAGE / "LC_MESSAGES" / "django.po"


def compiled(catalogue: Catalog) -> bytes:
    """Return the binary catalogue."""
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def read(locale: Path) -> Catalog:
    """Return the catalogue in the folder `locale`."""
    with catalogue_file(locale).open("rb") as text:
        return read_po(text, locale=LANGUAGE)


def problems() -> list[str]:
    """Return what is wrong with the catalogue, a line each."""
    with tempfile.TemporaryDirectory() as name:
        fresh = Path(name)
        shutil.copytree(LOCALE, fresh, dirs_exist_ok=True)
        collect(fresh)
        wanted = read(fresh)
    current = read(LOCALE)
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
    binary = catalogue_file(LOCALE).with_suffix(".mo")
    if not binary.exists() or binary.read_bytes() != compiled(current):
        found.append("the compiled catalogue is out of date, run make messages")
    return found


def main() -> int:
    """Collect and compile, or check."""
    if "--check" in sys.argv:
        found = problems()
        print("\n".join(found), end="\n" if found else "", file=sys.stderr)
        return 1 if found else 0
    collect(LOCALE)
    catalogue_file(LOCALE).with_suffix(".mo").write_bytes(compiled(read(LOCALE)))
    return 0


def _ids(catalogue: Catalog) -> set[str]:
    return {str(message.id) for message in catalogue if message.id}


def _environment() -> dict[str, str]:
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "legalsite.settings", "DEBUG": "True"}


if __name__ == "__main__":
    sys.exit(main())
