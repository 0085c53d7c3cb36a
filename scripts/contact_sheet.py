"""Pictures and prints of every page in var/screenshots, with an index.html and sheets of many pages at once.

usage: python -m scripts.contact_sheet [PATTERN]
Each page of readers and each that staff use daily, in both languages, on a phone and a desk, light and dark.
With PATTERN only the pages whose names it matches.
"""

import html
import re
import shutil
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from PIL import Image

from scripts.axe import PROCESSES, SCHEMES, Place, show
from scripts.browser import chromium
from scripts.example_portal import collected, example_portal, session
from scripts.portal import ROOT
from scripts.visitor import Shown

FOLDER = ROOT / "var" / "screenshots"
WIDTHS = (360, 1280)
TALLEST = 4_000
"""Pixels; what is below is not in the picture."""

LOCALES = {"fr": "fr-FR", "en": "en-GB"}
"""Of the browser, whose own words stand in some fields."""

COLUMNS, COLUMN, ROW = {360: 6, 1280: 3}, {360: 300, 1280: 600}, 900
"""Of a sheet, by the width of the pages: columns, and the room for each picture in pixels."""


def take(place: Place, pages: list[Shown], folder: Path) -> None:
    """Write the pictures and the print of `pages` into `folder`."""
    with chromium() as browser:
        for shown in pages:
            context = browser.new_context(reduced_motion="reduce", locale=LOCALES[shown.language])
            if not shown.is_public:
                context.add_cookies([{"name": "sessionid", "value": place.session, "url": place.url}])
            page = context.new_page()
            show(page, place.url, shown)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 800})
                height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
                for scheme in SCHEMES:
                    page.emulate_media(color_scheme=scheme)
                    page.screenshot(
                        path=folder / f"{shown}.{width}.{scheme}.png",
                        full_page=True,
                        clip={"x": 0, "y": 0, "width": width, "height": height},
                        animations="disabled",
                    )
            page.emulate_media(color_scheme="light", media="print")
            page.pdf(path=folder / f"{shown}.pdf", format="A4", prefer_css_page_size=True)
            context.close()


def sheet(pages: list[Shown]) -> str:
    """Return the sheet: a row for each page."""
    rows = []
    for shown in pages:
        pictures = "".join(
            f'<td><a href="{shown}.{width}.{scheme}.png">'
            f'<img src="{shown}.{width}.{scheme}.png" alt="{width} px, {scheme}" loading="lazy"></a></td>'
            for width in WIDTHS
            for scheme in SCHEMES
        )
        address = html.escape(shown.answer.address[:80])
        rows.append(
            f'<tr><th scope="row">{shown}<br><small>{address}</small><br>'
            f'<a href="{shown}.pdf">print</a></th>{pictures}</tr>'
        )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Every page</title><style>'
        "body{font:14px system-ui}td,th{vertical-align:top;padding:4px;text-align:left}"
        "th{width:14rem;overflow-wrap:anywhere}img{max-height:420px;max-width:320px;border:1px solid #888}"
        "</style><h1>Every page</h1><table>" + "".join(rows) + "</table></html>"
    )


def montages(pages: list[Shown], folder: Path) -> None:
    """Write sheets with the upper part of two rows of pages each: sheet-<width>-<scheme>-<number>.png."""
    for width in WIDTHS:
        for scheme in SCHEMES:
            number = 2 * COLUMNS[width]
            for start in range(0, len(pages), number):
                sheet = Image.new("RGB", (COLUMNS[width] * COLUMN[width], 2 * ROW), "gray")
                for place, shown in enumerate(pages[start : start + number]):
                    picture = Image.open(folder / f"{shown}.{width}.{scheme}.png").convert("RGB")
                    height = round(picture.height * COLUMN[width] / width)
                    small = picture.resize((COLUMN[width], height)).crop((0, 0, COLUMN[width] - 6, ROW - 6))
                    row, column = divmod(place, COLUMNS[width])
                    sheet.paste(small, (column * COLUMN[width], row * ROW))
                sheet.save(folder / f"sheet-{width}-{scheme}-{start // number + 1:02}.png")


def main() -> None:
    """Collect the pages, take their pictures, and write the sheet."""
    pattern = sys.argv[1] if len(sys.argv) > 1 else ""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with example_portal() as (portal, password):
        pages = [
            page
            for page in collected(portal, password)
            if (page.is_public or page.is_daily) and re.search(pattern, str(page))
        ]
        place = Place(portal.url, session())
        with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
            shares = [pages[start::PROCESSES] for start in range(PROCESSES)]
            for each in [pool.submit(take, place, share, FOLDER) for share in shares]:
                each.result()
    pages.sort(key=lambda page: (not page.is_public, page.name, page.language))
    (FOLDER / "index.html").write_text(sheet(pages), encoding="utf-8")
    montages(pages, FOLDER)
    print(f"{len(pages)} pages: {FOLDER / 'index.html'}")


if __name__ == "__main__":
    main()
