"""Hostile texts and files in every parameter, path and field: never a 500, never taken in.

Addresses come from the URL configuration, by the table of test_authorisation; parameters are those that a
view asks for; fields are those of the forms that a page shows. What is added later is tried too.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIRequest
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from complaints.tests.factories import FACTS, form_token
from legalsite.tests import test_authorisation as table
from legalsite.tests.hostile import BODIES, BOUNDARY, FILES, TEXTS, Reader, fault_of, form, quoted, upload

pytestmark = pytest.mark.django_db

addresses = table.addresses

FORM = "application/x-www-form-urlencoded"

GOOD = {**FACTS, "token": "", "text": "A request.", "right": "access", "language": "en", "consent": "on"}
"""What fields hold while another one is hostile."""

VISITORS = {
    "complaints:case": "complainant",
    "complaints:leave": "complainant",
    "privacy:request": "requester",
}
"""Who has to ask, where nobody sees a form."""


EVERY = 1 if os.environ.get("FUZZ") == "all" else 11
"""One in so many is sent, to each place other ones: no list has a multiple of it. `make fuzz` sends all."""


@contextmanager
def questions(answers: dict[str, str]) -> Iterator[set[str]]:
    """Collect the names of parameters that are asked for by a view that gets these."""
    asked: set[str] = set()

    class Recording(QueryDict):
        def __contains__(self, key: object) -> bool:
            asked.add(str(key))
            return super().__contains__(key)

        def __getitem__(self, key: str) -> Any:
            asked.add(key)
            return super().__getitem__(key)

        def getlist(self, key: str, default: Any = None) -> Any:
            asked.add(key)
            return super().getlist(key, default)

    with mock.patch.object(WSGIRequest, "GET", property(lambda _request: Recording(urlencode(answers)))):
        yield asked


def parameters_of_page(client: Client, address: str) -> list[str]:
    """Return every parameter that a page asks for, those too that it asks for only when it gets another."""
    known: set[str] = set()
    waiting = [""]
    while waiting:
        name = waiting.pop()
        for answer in ("cookies", "2026-12-01") if name else ("",):
            with questions({name: answer} if name else {}) as asked:
                client.get(address)
            waiting += asked - known
            known |= asked
    return sorted(known)


def public() -> list[str]:
    return [name for name, rule in table.RULES.items() if isinstance(rule, table.Public)]


class Attack:
    """Sends what is hostile, undoes what it did, and collects the faults."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.tried, self.every = 0, EVERY

    def send(
        self, client: Client, what: str, address: str, body: bytes | None = None, kind: str = FORM
    ) -> None:
        self.tried += 1
        if self.tried % self.every:
            return
        cache.clear()
        try:
            with transaction.atomic():
                if body is None:
                    response: Any = client.get(address)
                else:
                    # Not post(), which would encode the body anew.
                    response = client.generic("POST", address, body, content_type=kind)
                fault = fault_of(response)
                if response.streaming:
                    response.close()
                transaction.set_rollback(True)
        # Whatever a view raises is what this looks for.
        except Exception as error:  # noqa: BLE001
            fault = f"{type(error).__name__}: {error}"
        if fault:
            self.faults.append(f"{what} at {address[:80]}: {fault[:200]}")


@pytest.fixture
def attack() -> Attack:
    return Attack()


def test_every_parameter_of_every_public_address(addresses: dict[str, str], attack: Attack) -> None:
    client, found = Client(), {}
    for name in public():
        found[name] = parameters_of_page(client, addresses[name])
        for parameter in found[name]:
            for what, value in TEXTS.items():
                attack.send(
                    client, f"{what} as {parameter}", f"{addresses[name]}?{parameter}={quoted(value)}"
                )
        for form_of_it in ("[]=1", "[0]=1&{0}[1]=2", "=1&{0}=2&{0}=3", "", ";{0}=1", "&&&%"):
            query = "&".join(f"{each}{form_of_it.format(each)}" for each in found[name] or ["x"])
            attack.send(client, "an array", f"{addresses[name]}?{query}")
    assert attack.faults == []
    assert {"q", "on"} <= set(found["roaming:lookup"])
    assert {"q", "page"} <= set(found["search"])


def test_every_part_of_every_public_path(addresses: dict[str, str], attack: Attack) -> None:
    """Where a path holds a value, each text; the words of a path need one address, which leads nowhere."""
    client = Client()
    for name, route in table.every_route():
        if not isinstance(table.RULES[name], table.Public):
            continue
        words, parts = f"/{route}".split("/"), addresses[name].split("/")
        values = [place for place, word in enumerate(words) if "<" in word and place < len(parts)]
        for place in values or ([2] if name == "home" else []):
            for what, value in TEXTS.items():
                hostile = [*parts[:place], quoted(value), *parts[place + 1 :]]
                attack.send(client, what, "/".join(hostile))
    assert attack.faults == []


def test_every_field_of_every_public_form(addresses: dict[str, str], attack: Attack) -> None:
    tried = set()
    for name in public():
        client = table.visitor(VISITORS.get(name, "nobody"))
        page: Any = client.get(addresses[name])
        if page.status_code != 200 or page.streaming or "html" not in page["Content-Type"]:
            continue
        fields = {**Reader(page.text).fields}
        fields.pop("csrfmiddlewaretoken", None)
        if not fields:
            continue
        tried.add(name)
        good = {each: value or GOOD.get(each, "") for each, value in fields.items()}
        if "token" in good:
            good["token"] = form_token()
        names, texts = list(fields), list(TEXTS.items())
        for turn, (what, _value) in enumerate(texts):
            everything = [(each, texts[(turn + place) % len(texts)][1]) for place, each in enumerate(names)]
            attack.send(client, f"{what} and more", addresses[name], form(everything))
        for each in names:
            for what, value in texts:
                one = [*((other, good[other]) for other in names if other != each), (each, value)]
                attack.send(client, f"{what} in {each}", addresses[name], form(one))
        for what, (kind, body) in BODIES.items():
            attack.send(client, what, addresses[name], body, kind)
    assert attack.faults == []
    assert tried >= {"complaints:new", "complaints:follow", "privacy:new", "privacy:follow", "admin:login"}


def test_hostile_files(addresses: dict[str, str], attack: Attack) -> None:
    attack.every = 1
    client, kind = Client(), f"multipart/form-data; boundary={BOUNDARY}"
    for name in ("complaints:new", "documents:check-file"):
        text = client.get(addresses[name]).text
        [field] = set(
            re.findall(r'<input[^>]*type="file"[^>]*name="(\w+)"|name="(\w+)"[^>]*type="file"', text)
        )
        good = {**GOOD, "token": form_token()}
        for what, (filename, content) in FILES.items():
            body = upload(good, "".join(field), filename, content)
            attack.send(client, what, addresses[name], body, kind)
    assert attack.faults == []


LOOKUPS = (
    "q",
    "o",
    "p",
    "e",
    "all",
    "_facets",
    "_popup",
    "_to_field",
    "id__exact",
    "password__startswith",
    "pk__in",
)
"""What every list of the admin could be asked for, and what it should not answer."""


def parameters_of(model_admin: Any) -> list[str]:
    """Return the parameters of a list: those of its filters too."""
    named = [*LOOKUPS]
    for each in model_admin.list_filter:
        name = getattr(each, "parameter_name", None) or (each[0] if isinstance(each, tuple) else each)
        named += [str(name), f"{name}__exact", f"{name}__gte", f"{name}__isnull", f"{name}__id__exact"]
    if model_admin.date_hierarchy:
        named += [f"{model_admin.date_hierarchy}__{part}" for part in ("year", "month", "day")]
    return named


def test_lists_of_the_admin(addresses: dict[str, str], attack: Attack) -> None:
    client = table.visitor("superuser")
    values = [
        "NUL",
        "a lone surrogate",
        "a number past 64 bits",
        "no number",
        "a year past the end",
        "an element",
    ]
    for model, model_admin in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        for parameter in parameters_of(model_admin):
            for what in values:
                address = f"{reverse(name)}?{parameter}={quoted(TEXTS[what])}"
                attack.send(client, f"{what} as {parameter}", address)
    assert attack.faults == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("state=a%00b", 404),
        ("pk__in=1,18446744073709551616", 404),
        ("effective_on__year=99999", 404),
        ("state=nonsense", 200),
        ("q=18446744073709551616", 200),
        ("q=a%00b", 200),
    ],
)
def test_what_no_row_can_hold_is_not_found(query: str, status: int) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("example-boss"))
    address = reverse("admin:documents_version_changelist")
    assert client.get(f"{address}?{query}", follow=True).status_code == status
    mails = client.get(f"{reverse('admin:core_outgoingmail_changelist')}?{query}", follow=True)
    assert mails.status_code in (status, 200)
