"""Every page of a portal with example data, collected once for those who check or picture them."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from scripts.portal import Portal, running
from scripts.visitor import Shown


@contextmanager
def example_portal() -> Iterator[tuple[Portal, str]]:
    """Start a portal with example data; give it and the password of its administrator, `example-admin`."""
    with tempfile.TemporaryDirectory() as name:
        settings = {"DEBUG": "True", "DATABASE_URL": f"sqlite:///{name}/portal.sqlite3"}
        with running(Path(name), **settings) as portal:
            accounts = portal.manage("load_demo")
            password = re.search(r"example-admin\s+(\S+)", accounts)
            if password is None:
                raise RuntimeError(f"No password of the example administrator in:\n{accounts}")
            yield portal, password[1]


def collected(portal: Portal, password: str) -> list[Shown]:
    """Return every page of scripts/pages.py. Sets Django up on the portal's data."""
    os.environ |= {**portal.environment, "DJANGO_SETTINGS_MODULE": "legalsite.settings"}
    django.setup()
    from scripts.pages import every_page

    return list(every_page(portal, password))


def session() -> str:
    """Return the session cookie of the example administrator. Django is set up: see `collected`."""
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client()
    client.force_login(User.objects.get(username="example-admin"))
    return client.cookies["sessionid"].value
