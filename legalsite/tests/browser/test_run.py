"""`make run` on an empty folder: content, pages, a complaint and its mail in the output; then once more."""

import re
import time
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from complaints.tests.factories import FACTS
from scripts.portal import running

pytestmark = [pytest.mark.browser, pytest.mark.any_database]


def test_first_and_second_run(tmp_path: Path) -> None:
    settings = {"DEBUG": "True", "DATABASE_URL": f"sqlite:///{tmp_path / 'portal.sqlite3'}"}
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    with running(tmp_path, **settings) as portal:
        log = portal.wait_for_log("make staff")
        assert portal.url in log
        form = opener.open(f"{portal.url}/en/complaints/new/").read().decode()
        secret = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
        token = re.search(r'name="token" value="([\w:-]+)"', form)
        assert secret is not None
        assert token is not None
        data = {
            **FACTS,
            "token": token.group(1),
            "action": "send",
            "csrfmiddlewaretoken": secret.group(1),
        }
        # What is sent faster than a person writes is set aside, and nobody is written to.
        time.sleep(3.5)
        with opener.open(f"{portal.url}/en/complaints/new/", urllib.parse.urlencode(data).encode()) as sent:
            path, confirmation = urllib.parse.urlsplit(sent.geturl()).path, sent.read().decode()
        reference = re.search(r"R\d\d-\w{4}-\w{4}", confirmation)
        assert reference is not None
        log = portal.wait_for_log("To: complaints@proximus.lu")
        assert f"Subject: We have received your complaint {reference.group()}" in log
    with running(tmp_path, **settings) as portal:
        assert "unchanged." in portal.wait_for_log("Content:")
        assert reference.group() in opener.open(portal.url + path).read().decode()
