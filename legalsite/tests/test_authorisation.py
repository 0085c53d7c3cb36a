"""Who may open and send what: everybody at every address, by a table held against the addresses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone, translation
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django.fixtures import Settings

from complaints import following
from complaints.models import StandardText, Template
from complaints.tests.factories import make_complaint
from complaints.tests.following import opened
from complaints.tests.uploaded_files import PDF
from core import audit
from core.models import AuditEntry, Banner, ContactDetails, FailedSignIn, OutgoingMail, SignInIdentity
from documents.models import Section
from documents.publishing import publish
from documents.tests.factories import make_document, make_edition, make_version, pdf_file
from legalsite.groups import GROUPS
from legalsite.tests.test_request_isolation import visitor as visitor_of_request
from privacy import connecting
from privacy.tests.factories import enter_request
from roaming.models import Destination, Listing, Zone

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

WORDS = "Everything about my contract."
"""What only staff may read; it stands in a case and in a request."""

STAFF = {
    "-": "no group",
    "E": "Editors",
    "P": "Approvers",
    "H": "Complaint handlers",
    "D": "Data protection",
    "A": "Auditors",
    "S": "superuser",
}
EVERY_STAFF = "".join(STAFF)
OTHERS = ("nobody", "customer account", "complainant", "requester", "superuser without second factor")


@dataclass(frozen=True)
class Staff:
    """A page of the admin. Whoever is not signed in as staff, with a code, is asked to sign in."""

    opens: str
    """Who may open it, by the letters of STAFF."""
    sends: str
    """Who may send a form to it."""
    found: int = 200
    done: int = 200
    """What an empty form is answered."""
    refused: tuple[int, int] = (403, 403)

    def expected(self, role: str) -> tuple[int, int]:
        if role in OTHERS:
            return 302, 403
        letter = next(letter for letter, name in STAFF.items() if name == role)
        return (
            self.found if letter in self.opens else self.refused[0],
            self.done if letter in self.sends else self.refused[1],
        )


@dataclass(frozen=True)
class Public:
    """A page for everybody."""

    found: int = 200
    done: int = 405
    visit: tuple[str, int, int] = ("", 0, 0)
    """Who is answered otherwise, and what."""

    def expected(self, role: str) -> tuple[int, int]:
        return self.visit[1:] if role == self.visit[0] else (self.found, self.done)


Rule = Staff | Public


def of_model(sees: str, adds: str = "", changes: str = "", deletes: str = "") -> dict[str, Rule]:
    """Return the rules of the pages that Django's admin makes for a model."""
    return {
        "changelist": Staff(sees, sees),
        "history": Staff(sees, sees),
        "add": Staff(adds, adds),
        "change": Staff(sees, changes),
        "delete": Staff(deletes, deletes),
    }


MODELS = {
    "auth_user": of_model("AS", "S", "S", "S"),
    "auth_group": of_model("AS", "S", "S", "S"),
    "core_auditentry": of_model("AS"),
    "core_banner": of_model("EAS", "ES", "ES", "ES"),
    "core_contactdetails": of_model("EAS", "", "ES"),
    "core_failedsignin": of_model("S"),
    "core_signinidentity": of_model("S", "S", "", "S"),
    "core_outgoingmail": of_model("HDAS"),
    "documents_section": of_model("EPAS", "ES", "ES", "ES"),
    "documents_document": of_model("EPDAS", "ES", "ES", "ES"),
    "documents_version": of_model("EPDAS", "ES", "ES", "ES"),
    "roaming_zone": of_model("EAS", "ES", "ES", "ES"),
    "roaming_destination": of_model("EAS", "ES", "ES", "ES"),
    "roaming_listing": of_model("EAS", "ES", "ES", "ES"),
    "complaints_complaint": of_model("HDAS"),
    "complaints_template": of_model("EHS", "", "ES"),
    "complaints_standardtext": of_model("EHS", "ES", "ES", "ES"),
    "privacy_request": of_model("DAS"),
}

RULES: dict[str, Rule] = {
    **{f"admin:{model}_{page}": rule for model, pages in MODELS.items() for page, rule in pages.items()},
    # An address without the word "change" leads to the one with it, which asks who is there.
    **{
        f"admin/{model.replace('_', '/')}/<path:object_id>/": Staff(EVERY_STAFF, EVERY_STAFF, 302, 302)
        for model in MODELS
    },
    "admin:index": Staff(EVERY_STAFF, EVERY_STAFF),
    "admin:app_list": Staff("EPDAS", "EPDAS", refused=(404, 404)),
    "admin:second-factor": Staff(EVERY_STAFF, EVERY_STAFF),
    "admin:password_change": Staff(EVERY_STAFF, EVERY_STAFF),
    "admin:password_change_done": Staff(EVERY_STAFF, "", refused=(403, 405)),
    "admin:jsi18n": Staff(EVERY_STAFF, "", refused=(403, 405)),
    "admin:autocomplete": Staff("", "", refused=(403, 405)),
    "admin:view_on_site": Staff(EVERY_STAFF, EVERY_STAFF, 404, 404),
    "admin/(?P<url>.*)$": Staff(EVERY_STAFF, EVERY_STAFF, 404, 404),
    "admin:auth_user_reset": Staff("S", "S", done=302),
    "admin:auth_user_password_change": Staff("S", "S"),
    "admin:documents_version_step": Staff("ES", "ES"),
    "admin:documents_version_file": Staff("EPDAS", "EPDAS", 404, 404),
    "admin:documents_version_summary": Staff("EPS", "EPS"),
    "admin:documents_version_preview": Staff("ES", "ES", 405, refused=(405, 403)),
    "admin:handbook": Staff(EVERY_STAFF, "", refused=(403, 405)),
    "admin:handbook-page": Staff(EVERY_STAFF, "", refused=(403, 405)),
    "admin:roaming_destination_move": Staff("ES", "ES"),
    "admin:roaming_listing_import": Staff("ES", "ES"),
    "admin:complaints_complaint_enter": Staff("HS", "HS"),
    "admin:complaints_complaint_file": Staff("HDAS", "HDAS"),
    "admin:complaints_complaint_letter": Staff("HDAS", "HS", done=302),
    # The step that assigns a case; test_isolation.py goes through all of them, and test_request_isolation.py.
    "admin:complaints_complaint_step": Staff("HS", "HS"),
    "admin:complaints_complaint_report": Staff("HDAS", "HDAS"),
    "admin:complaints_complaint_report_csv": Staff("HDAS", "HDAS"),
    "admin:privacy_request_enter": Staff("DS", "DS"),
    "admin:privacy_request_export": Staff("DS", "DS"),
    "admin:privacy_request_clear": Staff("DS", "DS", done=302),
    "admin:privacy_request_letter": Staff("DAS", "DS", done=302),
    "admin:privacy_request_separate": Staff("DS", "DS", done=302),
    "admin:privacy_request_step": Staff("DS", "DS"),
    # Between the password and the code: whoever has not just typed the one is sent to the beginning.
    "admin:code": Public(302, 302),
    "admin:enrol": Public(302, 302),
    # There are none without OIDC_ISSUER and what belongs to it.
    "admin:single-sign-on": Public(404, 404),
    "admin:single-sign-on-callback": Public(404, 404),
    "admin:login": Public(200, 200, ("superuser", 302, 200)),
    "admin:logout": Public(302, 302, ("superuser", 405, 200)),
    "admin-language": Public(302, 302),
    "api-destinations": Public(),
    "documents-file": Public(),
    "documents-current-file": Public(302),
    "healthz": Public(),
    "readyz": Public(),
    # There are none without METRICS_TOKEN and SECURITY_CONTACT.
    "metrics": Public(404),
    "security-txt": Public(404),
    "favicon": Public(302),
    "robots": Public(),
    "sitemap": Public(),
    "home": Public(),
    "search": Public(),
    "accessibility": Public(),
    # Only with DEBUG on.
    "style": Public(404),
    "documents:library": Public(),
    "documents:applied": Public(),
    "documents:applied-zip": Public(400),
    "documents:check-file": Public(done=200),
    "documents:feed": Public(),
    "documents:preview": Public(404),
    "documents:preview-file": Public(404),
    "documents:document": Public(),
    "documents:document-feed": Public(),
    "documents:version": Public(),
    "documents:compare-form": Public(),
    "documents:compare": Public(),
    "roaming:lookup": Public(),
    "roaming:zones": Public(),
    "roaming:a-to-z": Public(),
    "roaming:changes": Public(),
    "roaming:zones-csv": Public(),
    "roaming:zones-json": Public(),
    "complaint-policy": Public(),
    "complaints:new": Public(done=200),
    "complaints:received": Public(404),
    "complaints:follow": Public(done=200),
    "complaints:open": Public(410, 410),
    "complaints:case": Public(302, 302, ("complainant", 200, 200)),
    "complaints:leave": Public(405, 302),
    "privacy:new": Public(done=200),
    "privacy:sent": Public(),
    "privacy:confirm": Public(410, 410),
    "privacy:follow": Public(done=200),
    "privacy:open": Public(410, 410),
    "privacy:request": Public(302, 405, ("requester", 200, 405)),
    "privacy:leave": Public(405, 302),
}
"""Every address by its name, or by its pattern when it has none."""


def routes(patterns: Any, names: tuple[str, ...] = (), before: str = "") -> Iterator[tuple[str, str]]:
    """Yield name and pattern of every address; what has no name goes by its pattern."""
    for each in patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLPattern):
            yield (":".join([*names, each.name]) if each.name else route), route
        else:
            yield from routes(each.url_patterns, (*names, each.namespace) if each.namespace else names, route)


def every_route() -> list[tuple[str, str]]:
    """Return name and pattern of every address, in English."""
    with translation.override("en"):
        return list(routes(get_resolver().url_patterns))


@pytest.fixture
def addresses(settings: Settings) -> dict[str, str]:
    """Return an address that leads somewhere for every name."""
    settings.STAFF_SECOND_FACTOR, settings.DEBUG = True, False
    case = make_complaint("en", answer_by="post", summary=WORDS)
    case.messages.update(by_post=True, mail=None)
    following.add_information(complaint=case, text="More.", files=[SimpleUploadedFile("invoice.pdf", PDF)])
    asked = enter_request(text=WORDS, right="deletion", identity="Called back.", email="own@example.lu")
    connecting.connect(request=asked, what=case.reference, reason="x", by=User(username="example-clerk"))
    make_complaint("en", summary="Acknowledged by mail")
    audit.record(audit.Action.CODE_REFUSED, by=None, about="example-account")
    AccessAttempt.objects.create(attempt_time=timezone.now(), failures_since_start=1)
    document = make_document()
    make_version(document, "2020-01-01")
    latest = make_version(document, "2021-01-01", published=False)
    make_edition(latest, language="en", file=pdf_file())
    publish(version=latest, by=None)
    first: dict[str, type[models.Model]] = {
        "core_failedsignin": FailedSignIn,
        "core_auditentry": AuditEntry,
        "core_contactdetails": ContactDetails,
        "core_outgoingmail": OutgoingMail,
        "documents_section": Section,
        "roaming_zone": Zone,
        "roaming_destination": Destination,
        "roaming_listing": Listing,
        "complaints_template": Template,
    }
    records: dict[str, models.Model] = {
        **{name: model._default_manager.all()[0] for name, model in first.items()},
        "auth_user": User.objects.create_user("example-account", is_staff=True),
        "auth_group": Group.objects.create(name="Example"),
        "core_signinidentity": SignInIdentity.objects.create(
            user=User.objects.create_user("example-connected"), issuer="x", subject="x"
        ),
        "core_banner": Banner.objects.create(text_fr="x", text_en="x"),
        "documents_document": make_document("example-unused"),
        "documents_version": make_version(document, "2099-01-01", published=False),
        "complaints_complaint": case,
        "complaints_standardtext": StandardText.objects.create(),
        "privacy_request": asked,
    }
    facts = {
        "slug": document.slug,
        "address": "2021-01-01",
        "before": "2020-01-01",
        "after": "2021-01-01",
        "language": "en",
        "token": "gone",
        "name": "none.pdf",
        "app_label": "documents",
        "url": "nowhere/",
        "content_type_id": 1,
        "object_id": 1,
        "file": case.attachments.get().pk,
        "letter": case.messages.get(kind="acknowledgement").pk,
        "connection": asked.connections.get().pk,
        "admin:documents_version_step": "submit",
        "admin:complaints_complaint_step": "assign",
        "admin:privacy_request_step": "answer",
        "admin:documents_version_summary": "en",
        "admin:handbook-page": "publish",
    }
    found = {}
    for name, route in every_route():
        model = next((one for one in records if route.startswith(f"admin/{one.replace('_', '/')}/")), None)
        own: dict[str, Any] = dict(facts)
        if model:
            own |= dict.fromkeys(("pk", "id", "object_id"), records[model].pk)
        if name in facts:
            own |= dict.fromkeys(("step", "slug", "language"), facts[name])
        if name == "admin:privacy_request_letter":
            own["letter"] = asked.letters.get().pk
        plain = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", route).strip("$").replace("^", "").replace("$", "")
        parts = re.split(r"<(?:\w+:)?(\w+)>", plain)
        # Every other part is a name.
        parts[1::2] = [str(own[word]) for word in parts[1::2]]
        found[name] = "/" + "".join(parts)
    return found


def visitor(role: str) -> Client:
    """Return the browser of somebody; `nobody` has signed in nowhere."""
    if role == "complainant":
        return opened(make_complaint("en", summary="Another", email="other@example.com"))
    if role == "requester":
        return visitor_of_request("other requester", None)  # type: ignore[arg-type]  # asks for one of its own
    client = Client()
    if role != "nobody":
        user = User.objects.create_user(
            f"example-{role}",
            is_staff=role != "customer account",
            is_superuser=role.startswith("superuser"),
        )
        user.groups.set(Group.objects.filter(name=role))
        assert user.groups.count() == (role in GROUPS)
        client.force_login(user)
        if role in STAFF.values():
            session = client.session
            session[DEVICE_ID_SESSION_KEY] = TOTPDevice.objects.create(user=user, name="app").persistent_id
            session.save()
    return client


def ask(client: Client, method: str, address: str) -> HttpResponse:
    """Send a request and undo what it did to the database and the browser."""
    cookies = SimpleCookie(client.cookies)
    with transaction.atomic():
        response: Any = getattr(client, method)(address)
        if response.streaming:
            # Read to its end, it is closed as the test client closes, which leaves the connection open.
            response.getvalue()
        transaction.set_rollback(True)
    client.cookies = cookies
    return response  # type: ignore[no-any-return]  # the client's own kind


def test_the_table_names_every_address_and_no_other() -> None:
    """An address that is added later fails here until somebody says who may open it."""
    names = [name for name, _route in every_route()]
    assert set(names) == set(RULES)
    # One name in two places could hide an address.
    assert len(names) == len(set(names))


@pytest.mark.parametrize("role", [*OTHERS, *STAFF.values()])
def test_everybody_at_every_address(addresses: dict[str, str], role: str) -> None:
    client = visitor(role)
    wrong = []
    for name, rule in RULES.items():
        # Which group somebody is in makes no difference to a public page: the superuser stands for all.
        if isinstance(rule, Public) and role in STAFF.values() and role != "superuser":
            continue
        for method, status in zip(("get", "post"), rule.expected(role), strict=True):
            response = ask(client, method, addresses[name])
            if response.status_code != status:
                wrong.append(f"{method} {addresses[name]}: {response.status_code} and not {status}")
            if status == 302 and role in OTHERS and isinstance(rule, Staff):
                assert response["Location"].startswith("/admin/login/?next=")
            # A file handed out has no text; it is handed out with 200 only.
            if not response.streaming and (status != 200 or role in OTHERS):
                assert WORDS not in response.text, addresses[name]
    assert wrong == []


def test_no_form_is_taken_without_its_secret(addresses: dict[str, str]) -> None:
    client = visitor("superuser")
    client.handler.enforce_csrf_checks = True
    answers = {address: ask(client, "post", address).status_code for address in addresses.values()}
    # What programs read has no forms: it refuses the method.
    taken = {
        address
        for address, status in answers.items()
        if status != 403 and not (status == 405 and "/api/" in address)
    }
    assert taken == set()
