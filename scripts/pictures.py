"""Draw the pictures by which the portal is known elsewhere: its icons, and the preview of a shared link.

usage: python -m scripts.pictures

The mark is templates/core/_mark.html, the colours are those of the theme. What is drawn is kept in static/.
"""

import io
import struct
from pathlib import Path

from playwright.sync_api import Browser

from scripts.browser import chromium

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
MARK = (ROOT / "templates" / "core" / "_mark.html").read_text(encoding="utf-8").strip()
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">{MARK}</svg>\n'

TOUCH = 180
"""Pixels, what iOS asks for."""

FAVICON = 32
"""Pixels of /favicon.ico, for programs that know no other icon."""

PREVIEW = (1200, 630)
"""Pixels, the shape that Open Graph readers show whole."""

WORDS = {
    "fr": ("Centre juridique", "Conditions, itinérance, réclamations, données"),
    "en": ("Legal centre", "Terms, roaming, complaints, data"),
}

SCENE = """<!doctype html><html lang="{language}"><style>
{theme}
:root {{ color-scheme: light }}
body {{ margin: 0; width: 1200px; height: 630px; box-sizing: border-box; padding: 90px 100px;
        background: var(--wash); color: var(--ink); border-left: 28px solid var(--action);
        font: 38px/1.4 var(--sans) }}
svg {{ width: 110px }}
h1 {{ font: 400 118px/1.1 var(--serif); letter-spacing: -0.012em; margin: 70px 0 22px }}
p {{ margin: 0; color: var(--ink-soft) }}
</style><body>{mark}<h1>{title}</h1><p>{words}</p>"""


def square(browser: Browser, size: int, ground: str = "transparent") -> bytes:
    """Return the mark as a PNG of `size` pixels; `ground` shows behind its round corners."""
    page = browser.new_page(viewport={"width": size, "height": size})
    page.set_content(
        f"<style>body {{ margin: 0; background: {ground} }} svg {{ display: block }}</style>{SVG}"
    )
    picture = page.screenshot(omit_background=True)
    page.close()
    return picture


def as_ico(png: bytes, size: int) -> bytes:
    """Return a PNG of `size` pixels as an .ico file: a directory of one entry, then the PNG itself."""
    file = io.BytesIO()
    file.write(struct.pack("<HHH", 0, 1, 1))
    file.write(struct.pack("<BBBBHHII", size, size, 0, 0, 1, 32, len(png), 22))
    file.write(png)
    return file.getvalue()


def preview(browser: Browser, language: str) -> bytes:
    """Return the preview of a shared link in `language`, as a PNG."""
    title, words = WORDS[language]
    theme = (ROOT / "core" / "styles" / "theme.css").read_text(encoding="utf-8")
    page = browser.new_page(viewport={"width": PREVIEW[0], "height": PREVIEW[1]})
    page.set_content(SCENE.format(language=language, theme=theme, mark=SVG, title=title, words=words))
    picture = page.screenshot()
    page.close()
    return picture


def main() -> None:
    """Write every picture into static/."""
    (STATIC / "icon.svg").write_text(SVG, encoding="utf-8")
    with chromium() as browser:
        # iOS rounds the corners itself and shows black behind those that are open.
        (STATIC / "touch-icon.png").write_bytes(square(browser, TOUCH, ground="#4b2a8a"))
        (STATIC / "favicon.ico").write_bytes(as_ico(square(browser, FAVICON), FAVICON))
        for language in WORDS:
            (STATIC / f"preview-{language}.png").write_bytes(preview(browser, language))


if __name__ == "__main__":
    main()
