"""The data of a portal after its first start, made once in a test run and copied for each portal in it."""

import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from scripts.portal import ROOT, STRICT
from scripts.supervised import PREPARE


def database_url(name: str, template: str = "template1") -> str:
    """Return the address of a new database on the engine under test, "" for SQLite in the data folder."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        return ""
    with psycopg.connect(given, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return urlsplit(given)._replace(path=f"/{name}").geturl()


def prepared(folder: Path, database: str) -> str:
    """Copy the data into a folder and a new database; return its address, "" for SQLite in the folder.

    Whoever starts a portal on them migrates and loads again: by then there is nothing to do.
    """
    shutil.copytree(_first_start().name, folder, dirs_exist_ok=True)
    return database_url(database, "first_start")


@cache
def _first_start() -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory(prefix="portal-first-start-")
    settings = {"DATABASE_URL": url} if (url := database_url("first_start")) else {}
    environment = {
        **os.environ,
        **STRICT,
        "SITE_URL": "http://127.0.0.1",
        "DATA_DIR": folder.name,
        **settings,
    }
    subprocess.run([sys.executable, "-c", PREPARE], cwd=ROOT, env=environment, check=True)  # noqa: S603  # ours
    return folder
