"""What was measured, on which machine, written into a document between two marks."""

import datetime
import os
import platform
import re
from pathlib import Path

from scripts.portal import ROOT

DOCUMENT = ROOT / "docs" / "performance.md"


def machine() -> str:
    """Return day, processor, system and Python, parted by commas, without a full stop."""
    found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    processor = found[1] if found else platform.machine()
    return (
        f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}, {processor}, {os.cpu_count()} cores, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    )


def write(name: str, text: str) -> None:
    """Put the text between the marks of `name` in the document; what is written by hand around them stays."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(end)
    DOCUMENT.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
