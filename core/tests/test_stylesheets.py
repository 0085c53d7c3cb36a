"""The style sheets: put together, complete, without rules for nothing, and with colours that can be read."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from pytest_django.fixtures import Settings

from core.contrast import READ, SEEN, contrast, theme_colours
from core.icons import ICONS
from core.stylesheets import PARTS, SHEETS, sheet

ROOT = Path(__file__).resolve().parent.parent.parent
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
CLASS = re.compile(r"\.(-?[a-z][\w-]*)")
COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\brgb|\bhsl", re.IGNORECASE)


def selectors(css: str) -> str:
    return re.sub(r"\{[^{}]*\}", "{}", COMMENT.sub("", css))


def test_every_part_belongs_to_a_sheet() -> None:
    parts = {str(path.relative_to(PARTS)) for path in PARTS.rglob("*.css")}
    assert parts == {"theme.css"} | {part for each in SHEETS.values() for part in each}


@pytest.mark.parametrize("path", SHEETS)
def test_a_sheet_is_found_whole(path: str) -> None:
    found = finders.find(path)
    assert isinstance(found, str)
    text = Path(found).read_text(encoding="utf-8")
    assert text.startswith((PARTS / "theme.css").read_text(encoding="utf-8"))
    for part in SHEETS[path]:
        assert (PARTS / part).read_text(encoding="utf-8") in text


def test_the_sheets_are_collected() -> None:
    collected = {
        path for finder in finders.get_finders() for path, _storage in finder.list(None) if path in SHEETS
    }
    assert collected == set(SHEETS)


def test_a_company_changes_colours_in_one_file(settings: Settings, tmp_path: Path) -> None:
    own = tmp_path / "own.css"
    own.write_text(":root { --action: #005500; }", encoding="utf-8")
    settings.THEME_FILE = str(own)
    text = sheet("css/portal.css")
    # After the portal's own theme, so that it holds; before the rules that use it.
    assert text.index("--action: light-dark") < text.index("--action: #005500") < text.index(".masthead")


def test_only_the_theme_names_colours() -> None:
    # Paper is white and its letters black; the strip over the admin is dark in both themes.
    allowed = {"portal/media.css", "admin.css", "plots.css"}
    for path in PARTS.rglob("*.css"):
        name = str(path.relative_to(PARTS))
        if name != "theme.css" and name not in allowed:
            css = COMMENT.sub("", path.read_text(encoding="utf-8"))
            assert not COLOUR.search(re.sub(r"#[\w-]+[^{}]*\{|url\([^)]*\)", "{", css)), name


def test_no_rule_is_for_nothing() -> None:
    """Each class that a sheet names stands in a template, a view or a script."""
    used = "\n".join(
        path.read_text(encoding="utf-8")
        for folder, ending in (
            ("templates", "*.html"),
            ("static", "*.js"),
            *(
                (app, "*.py")
                for app in ("core", "documents", "roaming", "complaints", "privacy", "legalsite")
            ),
        )
        for path in (ROOT / folder).rglob(ending)
        if "/tests/" not in str(path)
    )
    # Also the pieces that names are put together from: `zone-{{ forloop.counter }}`.
    for name in CLASS.findall(selectors(sheet("css/portal.css"))):
        stem = re.sub(r"\d+$", "", name)
        assert re.search(rf"(?<![\w-]){re.escape(stem)}", used), name


def test_the_sheet_stays_small() -> None:
    assert len(gzip.compress(sheet("css/portal.css").encode(), 9)) < 15_000


@pytest.mark.parametrize(("front", "ground"), READ)
def test_what_is_read_has_seven_to_one(front: str, ground: str) -> None:
    colours = theme_colours()
    assert contrast(colours[front].light, colours[ground].light) >= 7
    assert contrast(colours[front].dark, colours[ground].dark) >= 7


@pytest.mark.parametrize(("front", "ground"), SEEN)
def test_what_marks_a_control_has_three_to_one(front: str, ground: str) -> None:
    colours = theme_colours()
    assert contrast(colours[front].light, colours[ground].light) >= 3
    assert contrast(colours[front].dark, colours[ground].dark) >= 3


def test_the_focus_ring_stands_out_from_any_ground() -> None:
    """It lies around the control, in two colours: one of them is always far from the ground."""
    colours = theme_colours()
    for ground in ("paper", "wash", "wash-strong"):
        for mode in ("light", "dark"):
            behind = getattr(colours[ground], mode)
            ring = [getattr(colours[name], mode) for name in ("focus", "ink")]
            assert max(contrast(each, behind) for each in ring) >= 3, (ground, mode)


def test_black_on_white_is_twenty_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    # The example of WCAG's Understanding 1.4.3: #767676 is the lightest grey with 4.5:1 on white.
    assert contrast("#767676", "#ffffff") >= 4.5 > contrast("#777777", "#ffffff")


def test_the_browser_chrome_has_the_colour_of_the_page() -> None:
    base = (ROOT / "templates" / "base.html").read_text(encoding="utf-8")
    paper = theme_colours()["paper"]
    assert f'content="{paper.light}" media="(prefers-color-scheme: light)"' in base
    assert f'content="{paper.dark}" media="(prefers-color-scheme: dark)"' in base


def test_every_icon_is_used() -> None:
    templates = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html"))
    assert {name for name in ICONS if f'{{% icon "{name}" %}}' not in templates} == set()
