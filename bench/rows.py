"""What bench/speed.py measures: a row each, with the least ratio to base that issue and table ask for."""

import csv
import random
import re
import time
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape

from bench.load import Load
from bench.many_documents import VOCABULARY
from bench.servers import LARGE_FILE
from scripts.portal import ROOT

PAGES = (
    "/en/",
    "/en/documents/",
    "/en/documents/data-protection/",
    "/en/documents/ict-terms/",
    "/en/roaming/zones/",
)
"""Home, library, a notice, a document, the lists of the zones; asked for in turn."""

AS_BROWSERS = {"Accept-Encoding": "gzip, deflate, br, zstd"}

AS_LONG_AS_A_PERSON = 3.2
"""Seconds from the blank form to sending; what is faster is suspected to be spam."""

HIDDEN = re.compile(r'<input type="hidden" name="(csrfmiddlewaretoken|token)" value="([^"]*)"')

FORM = "/en/complaints/new/"
LARGE = "/fr/documents/large-example/"


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    server: str
    """Which of bench.servers.all_servers."""
    load: Load
    least: float | None = None
    """Ratio to base that must be reached; None where there is nothing to reach."""
    most_p99_ms: float | None = None
    most_p95_ms: float | None = None
    beside: Load | None = None
    """What the same server is asked instead of base."""
    waits_for_the_disk: bool = False
    """Whether the ratio is that of answers a second and not, as otherwise, of processor time an answer."""


def rows(addresses: Mapping[str, str]) -> list[Row]:
    """Return the rows for the servers that run at the addresses, by their names."""
    portal = addresses["portal"]
    plain = [(page, "") for page in PAGES]
    known = [(page, _tag(portal + page)) for page in PAGES]
    places = place_names()
    return [
        Row("reading pages, warm", "portal", Load(plain, headers=AS_BROWSERS), 1.3),
        Row("reading pages, warm, not compressed", "portal", Load(plain), 1.3),
        Row("reading pages, 304", "portal", Load(known, headers=AS_BROWSERS), 1.4),
        Row("reading pages, cold", "cold", Load(plain, headers=AS_BROWSERS), 0.30),
        Row("lookup, API", "portal", Load([(f"/api/destinations/?lang=en&q={q}", "") for q in places]), 0.6),
        Row("lookup, page", "portal", Load([(f"/en/roaming/?q={q}", "") for q in places]), 0.3),
        Row(
            "2 MB published PDF, beside WhiteNoise",
            "portal",
            Load([(_file(portal + LARGE), "")]),
            0.9,
            beside=Load([(f"/static/{LARGE_FILE}", "")]),
        ),
        # From one reader at a time: how long each waits is asked here.
        Row("search over 5,000 editions", "library", Load(_searches(), connections=1), 0.15, most_p95_ms=25),
        Row("complaint POST, SQLite", "portal", _complaints(portal), 0.13, 150, waits_for_the_disk=True),
        Row(
            "complaint POST, PostgreSQL",
            "postgresql",
            _complaints(addresses["postgresql"]),
            0.11,
            100,
            waits_for_the_disk=True,
        ),
    ]


def nginx_row() -> Row:
    """Return the row of the page of base, sent by nginx from disk."""
    return Row("base's page, nginx from disk", "nginx", Load([("/", "")]))


def _file(address: str) -> str:
    """Return the address of the file that a document's page offers."""
    with urllib.request.urlopen(address) as answer:  # noqa: S310  # loopback
        found = re.search(r'href="(/documents/[^"]+/fr\.pdf)"', answer.read().decode())
    if found is None:
        raise RuntimeError(f"{address} offers no file")
    return found[1]


def _tag(address: str) -> str:
    request = urllib.request.Request(address, headers=AS_BROWSERS)  # noqa: S310  # loopback
    with urllib.request.urlopen(request) as answer:  # noqa: S310  # loopback
        return str(answer.headers["ETag"])


def place_names() -> list[str]:
    """Return names of places in many languages, each once, some with a slip of the pen; for an address."""
    folder = ROOT / "roaming" / "content" / "gazetteer"
    chance = random.Random(1)
    with (folder / "names.csv").open(encoding="utf-8", newline="") as lines:
        names = list(dict.fromkeys(row["name"] for row in csv.DictReader(lines)))
    with (folder / "places.tsv").open(encoding="utf-8") as lines:
        far = [line.split("\t")[2] for line in lines]
    names += chance.sample(far, k=len(names))
    slips = [name[:3] + name[4:] for name in names if len(name) > LONG]
    names += chance.sample(slips, k=len(names) // 20)
    chance.shuffle(names)
    return [urllib.parse.quote(name) for name in names]


LONG = 8
"""Letters of a name from which one is left out."""


def _searches() -> list[tuple[str, str]]:
    """Return searches for one, two and three words of the texts, from the most frequent to the rare."""
    chance = random.Random(2)
    words = [round(VOCABULARY ** chance.random()) for _ in range(600)]
    asked = (words[start : start + 1 + start % 3] for start in range(590))
    return [(f"/fr/recherche/?q={'+'.join(f'mot{word}' for word in some)}", "") for some in asked]


def _complaints(portal: str) -> Load:
    """Return complaints that differ in every field, from a form that has been open long enough."""
    with urllib.request.urlopen(portal + FORM) as answer:  # noqa: S310  # loopback
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
        hidden = {name: unescape(value) for name, value in HIDDEN.findall(answer.read().decode())}
    time.sleep(AS_LONG_AS_A_PERSON)
    fields = {
        **hidden,
        "full_name": "Example Person NUMBER",
        "address": "NUMBER, rue de l’Exemple\nL-0000 Exempleville",
        "phone": "+352 00 00 00",
        "answer_by": "email",
        "email": "person-NUMBER@example.com",
        "kind": "technical",
        "summary": "Fault NUMBER",
        "description": "What person NUMBER has to say. " * 10,
        "action": "send",
    }
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    return Load([(FORM, "")], connections=16, headers=headers, body=urllib.parse.urlencode(fields))
