"""The servers that are measured: each on a port of its own, on the first of the machine's cores."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from scripts.portal import ROOT, START_SECONDS, STRICT
from scripts.postgres import free_port, running
from scripts.supervised import PREPARE

GUNICORN = ("-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--workers", "1")

NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
events {{}}
http {{
  access_log off; keepalive_requests 1000000; default_type text/html;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port}; root {folder}/pages; }}
}}
"""


@dataclass(frozen=True)
class Server:
    """A running server."""

    url: str
    """Its address, without a slash at the end."""
    pid: int
    seconds_to_first_page: float
    """From the start of its process."""
    folder: Path | None = None
    """Where a portal on SQLite has its data."""
    database_url: str = ""
    """Where another portal has its own."""

    def processor_seconds(self) -> float:
        """Return the processor time that its workers have used so far."""
        ticks = 0
        for child in self._workers():
            # After the name in brackets, which may hold spaces: the fields 14 and 15 of proc(5).
            fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def megabytes(self) -> float:
        """Return the memory of its workers (resident), in MB: what stands in VmRSS."""
        states = [Path(f"/proc/{child}/status").read_text() for child in self._workers()]
        sizes = [line.split()[1] for state in states for line in state.splitlines() if "VmRSS" in line]
        return sum(map(int, sizes)) * 1024 / 1e6

    def complaints(self) -> int:
        """Return how many complaints a portal has stored."""
        query = "SELECT count(*) FROM complaints_complaint"
        if self.database_url:
            with psycopg.connect(self.database_url) as reached:
                found = reached.execute(query).fetchone()
        else:
            with closing(sqlite3.connect(f"{self.folder}/portal.sqlite3")) as opened:
                found = opened.execute(query).fetchone()
        return int(found[0]) if found else 0

    def _workers(self) -> list[str]:
        return Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()


@contextmanager
def base(folder: Path) -> Iterator[Server]:
    """Serve the bare view."""
    with _served([sys.executable, *GUNICORN, "bench.base"], folder / "base.log", "/", {}) as server:
        yield server


PUBLISH_LARGE = """
import sys
from io import BytesIO
from django.core.files.base import ContentFile
from django.utils import timezone
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, NumberObject
from documents.models import Document, Edition, Section, Version
from documents.publishing import publish
writer, picture = PdfWriter(), DecodedStreamObject()
side = 817
picture.set_data(bytes(side * side * 3))
facts = {"Type": "XObject", "Subtype": "Image", "ColorSpace": "DeviceRGB"}
picture.update({NameObject(f"/{name}"): NameObject(f"/{value}") for name, value in facts.items()})
for name, value in {"Width": side, "Height": side, "BitsPerComponent": 8}.items():
    picture[NameObject(f"/{name}")] = NumberObject(value)
page = writer.add_blank_page(600, 800)
pictures = DictionaryObject({NameObject("/Example"): writer._add_object(picture)})
page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): pictures})
made = BytesIO()
writer.write(made)
titles = {"title_fr": "Exemple volumineux", "title_en": "Large example"}
document = Document.objects.create(slug="large-example", section=Section.objects.first(), **titles)
version = Version.objects.create(document=document, effective_on=timezone.localdate())
edition = Edition(version=version, language="fr", file=ContentFile(made.getvalue(), name="fr.pdf"))
edition.full_clean()
edition.save()
publish(version=version, by=None)
with open(sys.argv[1], "wb") as file:
    file.write(made.getvalue())
"""
"""Publishes a PDF of two megabytes, and writes the same bytes to a file."""

PUBLISH_MANY = """
from bench.many_documents import fill
from documents.indexing import rebuild
fill(range(500), 100)
rebuild()
"""
"""5,000 editions, of eight hundred words each."""

LARGE_FILE = "large-example.bin"
"""What WhiteNoise serves of the same bytes, among the static files."""


def prepare(folder: Path, publish: str = "", **settings: str) -> None:
    """Make database and static files of a portal: the company’s content, and what `publish` adds."""
    environment = _settings(folder) | settings | {"DJANGO_SETTINGS_MODULE": "legalsite.settings"}
    for code in (PREPARE, f"import django; django.setup()\n{publish}"):
        command = [sys.executable, "-c", code, str(folder / "static" / LARGE_FILE)]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)


@contextmanager
def portal(folder: Path, **settings: str) -> Iterator[Server]:
    """Serve the portal with the settings of production and what `prepare` made in the folder."""
    command = [sys.executable, *GUNICORN, "legalsite.wsgi"]
    with _served(command, folder / "portal.log", "/en/", _settings(folder) | settings) as server:
        yield replace(server, folder=folder, database_url=settings.get("DATABASE_URL", ""))


@contextmanager
def nginx(folder: Path, page: bytes) -> Iterator[Server | None]:
    """Serve a page from disk, where nginx is installed."""
    binary = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if binary is None:
        yield None
        return
    port = free_port()
    (folder / "pages").mkdir()
    (folder / "pages" / "index.html").write_bytes(page)
    # The worker is not root.
    for each in (folder, folder / "pages"):
        each.chmod(0o755)
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
    command = [binary, "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    with _served(command, folder / "nginx.log", "/", {}, port=port) as server:
        yield server


@contextmanager
def all_servers(folder: Path) -> Iterator[dict[str, Server]]:
    """Serve base, nginx where it is installed, and the portal in several forms.

    "portal" is on SQLite, "cold" the same with no page kept, "library" one of 5,000 editions, and
    "postgresql" one on PostgreSQL, with the settings that it has after its installation.
    """
    places = {name: folder / name for name in ("portal", "library", "postgresql", "nginx")}
    for place in places.values():
        place.mkdir()
    # For those who are not root.
    folder.chmod(0o755)
    prepare(places["portal"], PUBLISH_LARGE)
    prepare(places["library"], PUBLISH_MANY)
    with ExitStack() as stack:
        database = stack.enter_context(running(hasty=False))
        prepare(places["postgresql"], DATABASE_URL=database.url)
        bare = stack.enter_context(base(folder))
        with urllib.request.urlopen(bare.url) as answer:  # noqa: S310  # loopback
            page = answer.read()
        servers = {
            "base": bare,
            "portal": stack.enter_context(portal(places["portal"])),
            "cold": stack.enter_context(portal(places["portal"], PAGE_CACHE_MB="0")),
            "library": stack.enter_context(portal(places["library"])),
            "postgresql": stack.enter_context(portal(places["postgresql"], DATABASE_URL=database.url)),
        }
        if found := stack.enter_context(nginx(places["nginx"], page)):
            servers["nginx"] = found
        yield servers


def _settings(folder: Path) -> dict[str, str]:
    url = "http://127.0.0.1:8000"
    # Every request says from which network it comes, so that no limit is met.
    return {**os.environ, **STRICT, "SITE_URL": url, "DATA_DIR": str(folder), "TRUSTED_PROXIES": "1"}


@contextmanager
def _served(
    command: list[str], log: Path, page: str, environment: Mapping[str, str], port: int = 0
) -> Iterator[Server]:
    if not port:
        port = free_port()
        command = [*command, "--bind", f"127.0.0.1:{port}"]
    began = time.perf_counter()
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**(environment or os.environ)},
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=on_first_core,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        while True:
            try:
                urllib.request.urlopen(url + page, timeout=5).close()  # noqa: S310 - loopback
                break
            except OSError:
                if process.poll() is not None or time.perf_counter() - began > START_SECONDS:
                    raise RuntimeError(f"{command}: {log.read_text()}") from None
                time.sleep(0.002)
        yield Server(url, process.pid, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)


def on_first_core() -> None:
    """Leave the other cores to whoever sends the requests."""
    if len(os.sched_getaffinity(0)) > 1:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
