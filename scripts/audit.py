"""Measures what is promised of the pages: Lighthouse, weight, axe on every page and state, and five tasks.

usage: python -m scripts.audit [PATTERN]
Starts portals of its own, prints what was found, and exits with 1 when anything is below what is promised.
With PATTERN only the pages whose names it matches are looked at with axe, and nothing else is measured.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts import tasks
from scripts.axe import Look, Place, looks_of_all
from scripts.browser import chromium
from scripts.example_portal import collected, example_portal, session
from scripts.portal import ROOT, STRICT, running
from scripts.visitor import Shown

MEASURED = [
    "/fr/",
    "/en/",
    "/fr/documents/",
    "/en/documents/",
    "/fr/documents/complaint-handling/",
    "/en/documents/complaint-handling/",
    "/fr/roaming/",
    "/en/roaming/",
    "/fr/reclamations/nouvelle/",
    "/en/complaints/new/",
]
"""Home, library, a long notice, roaming, complaint form."""

HEAVIEST, MOST_REQUESTS = 40_000, 6
"""Compressed bytes and requests of a first view."""


@dataclass(frozen=True)
class Allowance:
    """What stays as it is."""

    page: str
    rule: str
    extract: str
    reason: str

    def explains(self, look: Look) -> bool:
        """Tell whether it is why `look` is no fault of the portal's."""
        return bool(
            re.fullmatch(self.page, look.page)
            and re.fullmatch(self.rule, look.rule)
            and re.search(self.extract, look.extract)
        )


ALLOWED = [
    Allowance(
        r"mail\..*",
        "region|landmark-one-main|page-has-heading-one",
        "",
        "A mail is shown within the page of a mail program, which has landmarks and headings of its own.",
    ),
    Allowance(
        "admin-(auth-user|password_change).*",
        "console",
        r"^\[DOM\]",
        "Chromium's advice on password fields of Django's own pages.",
    ),
]


def lighthouse(portal_url: str) -> list[dict[str, Any]]:
    """Return what scripts/lighthouse/measure.mjs says of the pages MEASURED."""
    program = str(ROOT / "scripts/lighthouse/measure.mjs")
    command = ["node", program, *(portal_url + path for path in MEASURED)]
    browser = os.environ.get("CHROMIUM") or shutil.which("chromium") or ""
    environment = {**os.environ, "CHROMIUM": browser}
    answer = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    results: list[dict[str, Any]] = json.loads(answer)
    return results


def measure() -> list[str]:
    """Print a table of Lighthouse's scores, weight and requests; return what is below the promise."""
    with tempfile.TemporaryDirectory() as name, running(Path(name), **STRICT) as portal:
        results = lighthouse(portal.url)
    wrong = []
    print(f"{'page':36} perf a11y best  seo   bytes requests  CLS")
    for each in results:
        path, scores = each["address"].partition("//")[2].partition("/")[2], each["scores"]
        columns = "".join(f"{score:5}" for score in scores.values())
        print(f"/{path:34}{columns} {each['bytes']:7} {each['requests']:8} {each['shift']:4.2f}")
        faults = [*each["missed"], *each["console"]]
        if min(scores.values()) < 100 or each["console"]:
            wrong.append(f"/{path}: {'; '.join(faults)}")
        if each["bytes"] >= HEAVIEST or each["requests"] > MOST_REQUESTS or each["shift"] > 0:
            wrong.append(f"/{path}: too heavy, too many requests or shifting")
    return wrong


def look(pages: list[Shown], url: str, cookie: str) -> list[str]:
    """Look at every page with axe, print how many, and return what is wrong and no allowance explains."""
    often = [page for page in pages if page.is_public or page.is_daily]
    seldom = [page for page in pages if not (page.is_public or page.is_daily)]
    place = Place(url, cookie)
    found = looks_of_all(place, often) + looks_of_all(place, seldom, widths=(1280,))
    wrong = [str(each) for each in found if not any(allowed.explains(each) for allowed in ALLOWED)]
    idle = [allowed for allowed in ALLOWED if not any(allowed.explains(each) for each in found)]
    print(f"{len(often)} pages at three widths, {len(seldom)} at one, light and dark: {len(wrong)} faults")
    return wrong + [f"nothing needs this allowance any more: {allowed}" for allowed in idle]


def main() -> int:
    """Measure all, say what is wrong, and return the exit status."""
    pattern = sys.argv[1] if len(sys.argv) > 1 else ""
    wrong = [] if pattern else measure()
    with example_portal() as (portal, password):
        pages = [page for page in collected(portal, password) if re.search(pattern, str(page))]
        found = look(pages, portal.url, session())
        # A selection needs only some of the allowances.
        wrong += [each for each in found if not pattern or "allowance" not in each]
        if not pattern:
            portal.manage("shell", "--verbosity", "0", "-c", tasks.SAME_PASSWORD)
            with chromium() as browser:
                wrong += tasks.report(tasks.tried(browser, portal, tasks.PASSWORD))
    for each in wrong:
        print(each, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
