"""wapiti against the stack, bounded in time; its findings in words, and its report in var/scan.

usage: python -m scripts.scan [MODULES], with wapiti in var/wapiti (scripts/scan.sh); 1 on a finding.
"""

import json
import subprocess
import sys
from typing import Any

from scripts.portal import ROOT
from scripts.stack import Stack, up

MODULES = "xss,sql,file,exec,csrf,upload,redirect"

PAGES = (
    "/en/",
    "/fr/",
    "/en/search/?q=cookies",
    "/en/roaming/?q=France&on=2026-12-01",
    "/en/documents/?on=2026-12-01",
    "/en/documents/check-file/",
    "/en/complaints/new/",
    "/en/complaints/follow/",
    "/en/privacy/new/",
    "/en/privacy/follow/",
    "/api/destinations/?q=France&lang=en",
    "/admin/login/?next=/admin/",
)
"""Where it starts, so that it does not spend its time on the way to the forms."""

UPLOADS = ("/en/complaints/new/", "/fr/reclamations/nouvelle/")
"""Forms with files, whose token wapiti 3.2 takes for unchecked: it sends what should be accepted under the
boundary of an earlier request, so that it is refused (403) as much as what should be refused."""

CRAWL, ATTACK = 240, 150
"""Seconds for finding pages, and for each module."""


def scan(stack: Stack, modules: str) -> dict[str, Any]:
    """Run wapiti and return its report."""
    folder = ROOT / "var" / "scan"
    folder.mkdir(parents=True, exist_ok=True)
    report = folder / "report.json"
    starts = [word for page in PAGES for word in ("--start", stack.url + page)]
    bounds = f"--depth 3 --max-links-per-page 40 --max-files-per-dir 12 --max-scan-time {CRAWL}"
    bounds += f" --max-attack-time {ATTACK} --tasks 4 --scope folder --verify-ssl 0 --no-bugreport"
    own = str(stack.folder / "wapiti")
    command = [
        "var/wapiti/bin/wapiti",
        "--url",
        f"{stack.url}/",
        *starts,
        "--module",
        modules,
        *bounds.split(),
    ]
    command += ["--store-session", own, "--store-config", own, "--format", "json", "--output", str(report)]
    subprocess.run(command, cwd=ROOT, check=True)
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return found


def main() -> int:
    """Scan, print what was found, and what the portal said of it in its log."""
    modules = sys.argv[1] if len(sys.argv) > 1 else MODULES
    with up(EMAIL_URL="consolemail://") as stack:
        report = scan(stack, modules)
        faults = stack.log.read_text(errors="replace").count("Internal Server Error")
    findings = [
        (kind, each)
        for group in ("vulnerabilities", "anomalies")
        for kind, several in report[group].items()
        for each in several
        if not (kind == "Cross Site Request Forgery" and each["path"] in UPLOADS)
    ]
    for kind, each in findings:
        print(f"{kind}: {each['method']} {each['path']} {each.get('parameter') or ''} {each['info']}")
    print(f"{report['infos'].get('crawled_pages_nbr', '?')} pages, {modules}.")
    print(f"{len(findings)} findings, {faults} faults in the log of the portal.")
    return 1 if findings or faults else 0


if __name__ == "__main__":
    sys.exit(main())
