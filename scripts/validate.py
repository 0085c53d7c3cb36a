"""Checks the HTML of every kind of page, the style sheets and the drawings with the Nu HTML checker.

usage: python -m scripts.validate VNU_JAR
Starts a portal of its own with example data, and exits with 1 after naming each error and each warning that
ALLOWED does not explain, and each entry of ALLOWED that nothing needs any more.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from scripts.example_portal import collected, example_portal

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Allowance:
    """Messages that are no fault of the portal's."""

    page: str
    """Pattern of the names of the pages or files."""
    message: str
    """Pattern of the message."""
    reason: str
    """Why it stays."""


ALLOWED = [
    Allowance(
        r"admin-auth-user-0-change\..*",
        r"^Attribute “disabled” not allowed on element “div”",
        "Django shows a stored password in a div with the attributes of a field.",
    ),
    Allowance(
        r"admin-auth-user-0-password\..*",
        r"^No “p” element in scope but a “p” end tag seen",
        "Django puts a help text with a list into a paragraph (auth/user/change_password.html).",
    ),
]


@dataclass(frozen=True)
class Finding:
    """What the checker says of a page or file."""

    page: str
    kind: str
    message: str
    line: int
    extract: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.kind}: {self.message}\n    {self.extract!r}"


def findings(jar: Path, *arguments: str | Path) -> list[Finding]:
    """Return every message of the checker, called with `arguments`."""
    command = ["java", "-jar", jar, "--format", "json", "--stdout", "--exit-zero-always", *arguments]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [
        Finding(
            Path(unquote(urlsplit(each.get("url", "")).path)).name.removesuffix(".html"),
            each.get("subType") or each["type"],
            each["message"],
            each.get("lastLine", 0),
            each.get("extract", ""),
        )
        for each in json.loads(answer)["messages"]
    ]


def is_allowed(finding: Finding, allowance: Allowance) -> bool:
    """Tell whether `allowance` explains `finding`."""
    return bool(re.fullmatch(allowance.page, finding.page) and re.search(allowance.message, finding.message))


def collect(folder: Path) -> int:
    """Write every page of a portal with example data into `folder`, and return how many there are."""
    with example_portal() as (portal, password):
        pages = collected(portal, password)
    for page in pages:
        (folder / f"{page}.html").write_text(page.answer.html, encoding="utf-8")
    return len(pages)


def main() -> int:
    """Collect the pages, check them and the files, and say what is wrong."""
    jar = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as name:
        pages = Path(os.environ.get("KEEP_PAGES") or name) / "pages"
        pages.mkdir(parents=True, exist_ok=True)
        number = collect(pages)
        found = findings(jar, pages)
    for kind in ("css", "svg"):
        found += findings(jar, f"--{kind}", *(ROOT / "static").rglob(f"*.{kind}"))
    wrong = [each for each in found if not any(is_allowed(each, allowance) for allowance in ALLOWED)]
    idle = [each for each in ALLOWED if not any(is_allowed(finding, each) for finding in found)]
    for each in wrong:
        print(each, file=sys.stderr)
    for allowance in idle:
        print(f"nothing needs this allowance any more: {allowance}", file=sys.stderr)
    print(f"{number} pages, {len(found) - len(wrong)} explained messages, {len(wrong)} others")
    return 1 if wrong or idle or not number else 0


if __name__ == "__main__":
    sys.exit(main())
