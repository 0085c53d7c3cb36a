"""Who gets where: every address of a request about personal data, for everybody who could try."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import translation

from complaints.tests.factories import make_complaint
from legalsite.groups import GROUPS
from legalsite.tests.test_isolation import expected
from privacy import connecting, handling
from privacy import urls as public
from privacy.models import Request
from privacy.steps import STEPS
from privacy.tests.factories import enter_request, last_token, make_request

pytestmark = pytest.mark.django_db

SEES = ("Data protection", "Auditors")
HANDLES = ("Data protection",)
VISITORS = ("nobody", "other requester", "own requester", "customer account", *GROUPS)
WORDS = "Everything about my contract."

ADMIN: dict[str, tuple[str, ...]] = {
    "changelist": SEES,
    "change": SEES,
    "history": SEES,
    "letter": SEES,
    "add": (),
    "delete": (),
    "enter": HANDLES,
    "step": HANDLES,
    "separate": HANDLES,
    "export": HANDLES,
    "clear": HANDLES,
}
"""Every page of the admin, and the groups that may open it."""

PUBLIC = {"new": 200, "sent": 200, "confirm": 410, "follow": 200, "open": 410, "request": 302, "leave": 405}
"""Every public page, and what it answers to whoever has opened no request."""


@pytest.fixture
def asked() -> Request:
    """Return a request by letter with everything that can belong to one."""
    request = enter_request(text=WORDS, right="deletion", identity="Called back.", email="own@example.lu")
    by = User(username="example-clerk")
    complaint = make_complaint("en", email="", answer_by="post", summary=WORDS)
    connecting.connect(request=request, what=complaint.reference, reason="x", by=by)
    return request


def visitor(kind: str, asked: Request) -> Client:
    """Return the browser of somebody."""
    if kind.endswith("requester"):
        own = kind.startswith("own")
        found = asked if own else make_request(text="Another", email="other@example.com")
        handling.send_link(reference=found.reference, email=found.email)
        client = Client()
        with translation.override("en"):
            client.post(reverse("privacy:open", args=[last_token("follow")]))
        return client
    client = Client()
    if kind != "nobody":
        user = User.objects.create_user(f"example-{kind}", is_staff=kind in GROUPS)
        user.groups.set(Group.objects.filter(name=kind))
        client.force_login(user)
    return client


def addresses(name: str, asked: Request) -> list[str]:
    """Return the addresses of a page of the admin."""
    arguments: dict[str, list[list[Any]]] = {
        "letter": [[asked.pk, asked.letters.get().pk]],
        "separate": [[asked.pk, asked.connections.get().pk]],
        "step": [[asked.pk, step] for step in STEPS],
        **{plain: [[]] for plain in ("changelist", "add", "enter")},
    }
    found = arguments.get(name, [[asked.pk]])
    return [reverse(f"admin:privacy_request_{name}", args=args) for args in found]


def test_the_tables_name_every_address() -> None:
    """An address that is added later fails here until somebody says who may open it."""
    admin = get_resolver().namespace_dict["admin"][1].reverse_dict
    prefix = "privacy_request_"
    assert {key.removeprefix(prefix) for key in admin if str(key).startswith(prefix)} == set(ADMIN)
    assert {pattern.name for pattern in public.urlpatterns} == set(PUBLIC)


@pytest.mark.parametrize("kind", VISITORS)
def test_the_pages_of_the_admin(asked: Request, kind: str) -> None:
    client = visitor(kind, asked)
    for name, allowed in ADMIN.items():
        for address in addresses(name, asked):
            response = client.get(address)
            assert response.status_code == expected(kind, allowed), address
            if response.status_code != 200:
                assert WORDS not in response.text
                assert asked.reference not in response.text


@pytest.mark.parametrize("kind", [kind for kind in VISITORS if kind not in HANDLES])
def test_nobody_else_changes_anything(asked: Request, kind: str) -> None:
    client = visitor(kind, asked)
    before = list(asked.events.values_list("action", flat=True))
    data = {
        "text": "x",
        "outcome": "granted",
        "reasons": "x",
        "until_on": "2099-01-01",
        "what": "a@example.lu",
    }
    for name, allowed in ADMIN.items():
        for address in addresses(name, asked):
            status = client.post(address, {**data, "reason": "x"}).status_code
            if not set(HANDLES) & set(allowed) or kind not in SEES:
                # A form sent by somebody who is not signed in as staff ends at the sign-in page, refused.
                assert status == 403, address
    asked.refresh_from_db()
    assert list(asked.events.values_list("action", flat=True)) == before
    assert asked.is_open
    assert asked.connections.count() == 1
    assert asked.letters.get().posted_at is None
    assert Request.objects.filter(text="x").count() == 0


@pytest.mark.parametrize("kind", VISITORS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_public_pages(asked: Request, kind: str, language: str) -> None:
    client = visitor(kind, asked)
    with translation.override(language):
        pages = {
            name: reverse(f"privacy:{name}", args=["gone"] if name in ("confirm", "open") else [])
            for name in PUBLIC
        }
    for name, status in PUBLIC.items():
        response = client.get(pages[name])
        opened = name == "request" and kind.endswith("requester")
        assert response.status_code == (200 if opened else status), name
        assert (WORDS in response.text) == (opened and kind == "own requester")
    for name in ("confirm", "open"):
        assert client.post(pages[name]).status_code == 410


def test_a_letter_and_a_connection_are_found_with_their_own_request_alone(asked: Request) -> None:
    client, other = visitor("Data protection", asked), enter_request(text="Another")
    letter, connection = asked.letters.get(), asked.connections.get()
    assert client.get(reverse("admin:privacy_request_letter", args=[other.pk, letter.pk])).status_code == 404
    wrong = reverse("admin:privacy_request_separate", args=[other.pk, connection.pk])
    assert client.post(wrong).status_code == 404
    assert asked.connections.exists()


def test_opening_a_request_begins_no_session(asked: Request) -> None:
    client = visitor("own requester", asked)
    assert "sessionid" not in client.cookies
    assert client.get(reverse("admin:index")).status_code == 302
