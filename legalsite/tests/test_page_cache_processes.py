"""Two web processes that keep pages see each change within a second, and a date that passes at once."""

import datetime
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from legalsite.tests.clock import Clock
from legalsite.tests.prepared import prepared
from scripts.portal import ROOT, START_SECONDS, STRICT
from scripts.postgres import free_port
from scripts.supervised import GUNICORN

pytestmark = pytest.mark.processes

SETUP = "import django, os; os.environ['DJANGO_SETTINGS_MODULE'] = 'legalsite.settings'; django.setup()\n"

DOCUMENT = """
import datetime
from django.contrib.auth.models import User
from django.utils import timezone
from documents.models import Document, Edition, Section, Version
from documents.publishing import publish, withdraw
def version(slug, days, text):
    section = Section.objects.get(slug="ict")
    names = {"section": section, "title_fr": "Exemple", "title_en": "Example"}
    document, _ = Document.objects.get_or_create(slug=slug, defaults=names)
    on = timezone.localdate() + datetime.timedelta(days=days)
    summary = {"change_summary_fr": "Exemple", "change_summary_en": "Example"}
    made = Version.objects.create(document=document, effective_on=on, **summary)
    Edition.objects.create(version=made, language="fr", text=text)
    return made
"""


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Clock:
    return Clock(tmp_path_factory.mktemp("clock") / "clock")


class Workers:
    """Two web processes on one database, and a way for a third process to change something."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.environment = {
            **os.environ,
            **STRICT,
            "SITE_URL": "http://127.0.0.1:8000",
            "DATA_DIR": str(folder),
            "DATABASE_URL": prepared(folder, "kept_pages") or f"sqlite:///{folder / 'portal.sqlite3'}",
            **settings,
        }
        self.urls: list[str] = []

    def run(self, code: str) -> None:
        """Run code in a process of its own."""
        command = [sys.executable, "-c", code]
        subprocess.run(command, cwd=ROOT, env=self.environment, check=True)  # noqa: S603  # our own code

    def change(self, code: str) -> None:
        """Change something, and return a second after it was done."""
        self.run(SETUP + code)
        time.sleep(1)

    @contextmanager
    def worker(self, code: Path = ROOT) -> Iterator[str]:
        """Start a web process with the code in a folder; yield its address."""
        url = f"http://127.0.0.1:{free_port()}"
        command = [sys.executable, *GUNICORN, "--bind", url.removeprefix("http://")]
        process = subprocess.Popen(command, cwd=code, env=self.environment)  # noqa: S603  # our own code
        try:
            deadline = time.monotonic() + START_SECONDS
            while time.monotonic() < deadline:
                try:
                    urllib.request.urlopen(f"{url}/healthz", timeout=5).close()  # noqa: S310  # loopback
                    break
                except OSError:
                    time.sleep(0.05)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=START_SECONDS)

    def pages(self, address: str) -> list[str]:
        """Return the page of each process, and see to it that both have it and keep it."""
        pages, tags = zip(*(read(url + address) for url in self.urls), strict=True)
        assert len(set(pages)) == len(set(tags)) == 1
        for url in self.urls:
            assert read(url + address, tags[0]) == ("", tags[0])
        return list(pages)


def read(url: str, tag: str = "") -> tuple[str, str]:
    """Return page and entity tag; "" for a page that is still the one of `tag`."""
    request = urllib.request.Request(url, headers={"If-None-Match": tag} if tag else {})  # noqa: S310  # loopback
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  # loopback
            return answer.read().decode(), answer.headers["ETag"]
    except urllib.error.HTTPError as refused:
        if refused.code != 304:
            raise
        return "", refused.headers["ETag"]


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Workers]:
    made = Workers(tmp_path_factory.mktemp("portal"), **clock.settings)
    with made.worker() as one, made.worker() as other:
        made.urls = [one, other]
        yield made


CHANGES = {
    "published": (
        "/fr/documents/",
        f"{DOCUMENT}publish(version=version('example', -1, 'Exemple'), by=None)",
        "/fr/documents/example/",
        True,
    ),
    "withdrawn": (
        "/fr/documents/example/",
        f"{DOCUMENT}withdraw(version=Version.objects.get(document__slug='example'), "
        "by=User.objects.create_user('example'), reason_fr='Raison d’exemple', reason_en='Example')",
        "Raison d’exemple",
        True,
    ),
    "zone moved": (
        "/en/roaming/zones/",
        "from roaming.models import *; from roaming.moving import move; from django.utils import timezone\n"
        "move(destination=Destination.objects.get(iso='TN'), zones=[], from_on=timezone.localdate())",
        "Tunisia",
        False,
    ),
    "banner, by SQL": (
        "/en/",
        "from django.db import connection\n"
        'connection.cursor().execute("INSERT INTO core_banner (text_fr, text_en, shown_from_on) "\n'
        "  \"VALUES ('Exemple', 'Example of a banner', '2020-01-01')\")",
        "Example of a banner",
        True,
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_seen_by_every_process_within_a_second(workers: Workers, what: str) -> None:
    address, change, words, is_new = CHANGES[what]
    assert all((words in page) is not is_new for page in workers.pages(address))
    workers.change(change)
    assert all((words in page) is is_new for page in workers.pages(address))


def test_a_new_name_is_found_by_every_process_within_a_second(workers: Workers) -> None:
    address = "/api/destinations/?q=Examplia&lang=en"
    assert not any("Canada" in read(url + address)[0] for url in workers.urls)
    workers.change(
        "from roaming.models import *\n"
        "Alias.objects.create(destination=Destination.objects.get(iso='CA'), name='Examplia')"
    )
    assert all("Canada" in read(url + address)[0] for url in workers.urls)


@pytest.mark.any_database
def test_another_release_has_pages_of_its_own(workers: Workers, tmp_path: Path) -> None:
    old, tag = read(f"{workers.urls[0]}/en/")
    release = tmp_path / "release"
    left_out = shutil.ignore_patterns(".git", ".venv", "var", "tests", "content", ".mypy_cache", "docs")
    shutil.copytree(ROOT, release, ignore=left_out)
    shutil.copytree(ROOT / "roaming" / "content", release / "roaming" / "content")
    home = release / "templates" / "home.html"
    home.write_text(
        home.read_text(encoding="utf-8").replace("</h1>", ", next release</h1>"), encoding="utf-8"
    )
    with workers.worker(release) as url:
        page, other_tag = read(f"{url}/en/", tag)
    assert "next release" in page
    assert "next release" not in old
    assert other_tag != tag
    assert read(f"{workers.urls[0]}/en/", tag) == ("", tag)


@pytest.mark.any_database
def test_an_announced_version_takes_over_at_midnight_in_luxembourg(workers: Workers, clock: Clock) -> None:
    address = "/fr/documents/announced-example/"
    texts = "Texte d’hier.", "Texte de demain."
    workers.change(
        f"{DOCUMENT}for days, text in ((-1, {texts[0]!r}), (1, {texts[1]!r})):\n"
        "    publish(version=version('announced-example', days, text), by=None)"
    )
    now = datetime.datetime.now(ZoneInfo("Europe/Luxembourg"))
    midnight = datetime.datetime.combine(
        now.date() + datetime.timedelta(days=1), datetime.time.min, ZoneInfo("Europe/Luxembourg")
    )
    left = 6.0
    clock.put_forward(midnight - datetime.timedelta(seconds=left) - clock.now)
    began = time.monotonic()
    # What passes here passes there.
    while (passed := time.monotonic() - began) < left + 1:
        for url in workers.urls:
            asked = time.monotonic() - began
            page, _tag = read(url + address)
            answered = time.monotonic() - began
            if answered < left - 0.1:
                assert texts[0] in page, asked
            elif asked > left + 0.1:
                assert texts[1] in page, asked
                assert texts[0] not in page
        time.sleep(0.05)
    assert passed > left
