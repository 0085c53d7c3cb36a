"""The house rules that no single room can check."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from scripts import messages

ROOT = Path(settings.BASE_DIR)
FLOORS = {"legalsite": 3, "privacy": 2, "documents": 1, "roaming": 1, "complaints": 1, "core": 0}
LONGEST_FILE = 400

FRENCH_GAPS = re.compile(r"\w [:;?!»]|« |[\w.,][;?!»](?=\s|$)")
"""An ordinary space, or none, where French wants a no-break one."""


def sources() -> Iterator[Path]:
    for app in FLOORS:
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" not in path.parts:
                yield path


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


def climbs(path: Path) -> list[str]:
    here = path.relative_to(ROOT).parts[0]
    return [
        name
        for name in imported(path)
        if (there := name.split(".")[0]) in FLOORS and there != here and FLOORS[there] >= FLOORS[here]
    ]


def unseen_markers(source: str) -> list[str]:
    """Return the names under which a module translates and which the collector of strings does not know."""
    return [
        alias.asname
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.asname not in (None, "_")
    ]


def test_what_is_translated_is_collected() -> None:
    assert unseen_markers("from django.utils.translation import gettext as _now, gettext_lazy as _") == [
        "_now"
    ]
    assert {
        path: names for path in sources() if (names := unseen_markers(path.read_text(encoding="utf-8")))
    } == {}


@pytest.mark.parametrize("path", sorted(sources()), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down(path: Path) -> None:
    assert climbs(path) == []


def test_a_climbing_import_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(climbs.__globals__, "ROOT", tmp_path)
    guilty = tmp_path / "core" / "guilty.py"
    guilty.parent.mkdir()
    guilty.write_text("from documents.models import Document\nimport roaming.lookup\nimport json\n")
    assert climbs(guilty) == ["documents.models", "roaming.lookup"]


@pytest.mark.parametrize("path", sorted(sources()), ids=lambda path: str(path.relative_to(ROOT)))
def test_files_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


def test_every_template_is_used() -> None:
    templates = {
        str(path.relative_to(ROOT / "templates"))
        for path in (ROOT / "templates").rglob("*")
        if path.is_file() and not str(path).startswith(str(ROOT / "templates" / "admin"))
    }
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for path in [
            *(path for path in sources() if "tests" not in path.parts),
            *(path for path in (ROOT / "templates").rglob("*") if path.is_file()),
        ]
    )
    # A mail is named without the ending of its files.
    unused = {
        name
        for name in templates
        if f'"{name}"' not in text and not ("/mail/" in name and f'"{name.split(".")[0]}"' in text)
    }
    assert unused == set()


def test_translations_are_complete() -> None:
    assert messages.problems() == []


def test_french_strings_have_french_spaces() -> None:
    faulty = []
    for message in messages.read(ROOT):
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        faulty += [
            text for text in strings if message.id and FRENCH_GAPS.search(re.sub(r"<[^>]+>", "", str(text)))
        ]
    assert faulty == []


def test_french_texts_of_the_content_have_french_spaces() -> None:
    """Holds for what was written for the portal; the company's own wording stays as it is."""
    translated = ROOT / "documents/content/notices/complaint-handling/2026-11-23.fr.md"
    summaries = list((ROOT / "documents/content/summaries").rglob("*.fr.md"))
    files = [
        translated,
        *summaries,
        *(ROOT / "documents/content").rglob("*.toml"),
        *(ROOT / "roaming/content").glob("*.toml"),
    ]
    for path in files:
        for line in path.read_text(encoding="utf-8").splitlines():
            if path.suffix == ".md" or "_fr = " in line:
                assert not FRENCH_GAPS.search(line.strip('"')), f"{path.name}: {line}"


def test_nothing_is_written_inline_in_templates() -> None:
    """Holds for pages; a mail has no style sheet to be styled by."""
    for path in (ROOT / "templates").rglob("*.html"):
        if path.parent.name == "mail":
            continue
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]+src=)|<style|\sstyle=|\son\w+=", text), path


def test_contact_details_are_never_typed_into_a_template_or_code() -> None:
    typed = re.compile(r"@proximus\.lu|Puits Romain|8070|19 669")
    paths = [*sources(), *(path for path in (ROOT / "templates").rglob("*") if path.is_file())]
    found = [
        path for path in paths if "tests" not in path.parts and typed.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_every_setting_of_the_environment_is_documented() -> None:
    code = (ROOT / "legalsite" / "settings.py").read_text(encoding="utf-8")
    variables = set(re.findall(r'(?:env(?:\.\w+)?|required)\(\s*"([A-Z_]+)"', code))
    assert len(variables) > 10
    for name in (".env.example", "docs/configuration.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert {variable for variable in variables if variable not in text} == set(), name


def test_the_locks_hold_hashes_only_and_no_address() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text


def test_shell_scripts_are_well_formed() -> None:
    for path in (ROOT / "scripts").glob("*.sh"):
        subprocess.run(["bash", "-n", path], check=True)  # noqa: S603, S607 - our own scripts
