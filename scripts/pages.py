"""Every kind of page of a portal with example data, in both languages, as readers and staff get it.

It is imported once Django is set up on the data of the portal that it visits.
"""

import datetime
import html
import re
import urllib.parse
from collections.abc import Callable, Iterator
from unittest.mock import patch

from django.contrib.auth.models import User
from django.core import signing
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone, translation

from complaints.models import Complaint
from complaints.views import CONFIRMATION_SALT
from core.models import Banner
from documents.models import Document, Edition, Version
from documents.preview import preview_url
from documents.publishing import approve, publish, submit, withdraw
from roaming.models import Destination, Zone
from roaming.moving import move
from scripts.example_requests import followed_complaints, followed_requests, mails
from scripts.portal import Portal
from scripts.visitor import Answer, Query, Shown, Visitor

Named = tuple[str, Answer]


PUBLIC: list[tuple[str, str, list[str], Query, int]] = [
    ("home", "home", [], [], 200),
    ("library", "documents:library", [], [], 200),
    ("library-on", "documents:library", [], [("on", "2025-06-01")], 200),
    ("library-on-error", "documents:library", [], [("on", "yesterday")], 200),
    ("document-text", "documents:document", ["complaint-handling"], [], 200),
    ("document-copying", "documents:document", ["mail-disclaimer"], [], 200),
    ("document-pdf", "documents:document", ["ict-terms"], [], 200),
    ("document-announced", "documents:document", ["cookies"], [], 200),
    ("version-current", "documents:version", ["ict-terms", "2026-03-01"], [], 200),
    ("version-superseded", "documents:version", ["ict-terms", "2025-01-01"], [], 200),
    ("version-announced", "documents:version", ["cookies", "2027-03-01"], [], 200),
    ("version-withdrawn", "documents:version", ["cookies", "2098-01-01"], [], 200),
    ("compare-form", "documents:compare-form", ["ict-terms"], [], 200),
    ("compare-form-error", "documents:compare-form", ["ict-terms"], [("before", "x")], 200),
    ("compare", "documents:compare", ["ict-terms", "2025-01-01", "2026-03-01"], [], 200),
    ("compare-same", "documents:compare", ["ict-terms", "2025-01-01", "2025-01-01"], [], 200),
    ("applied", "documents:applied", [], [], 200),
    ("applied-on", "documents:applied", [], [("on", "2026-06-01")], 200),
    ("applied-section", "documents:applied", [], [("on", "2026-06-01"), ("section", "ict")], 200),
    ("applied-error", "documents:applied", [], [("on", "yesterday"), ("section", "none")], 200),
    ("applied-zip-error", "documents:applied-zip", [], [("on", "yesterday")], 400),
    ("check-file", "documents:check-file", [], [], 200),
    ("check-file-unknown", "documents:check-file", [], [("sha256", "0" * 64)], 200),
    ("roaming", "roaming:lookup", [], [], 200),
    ("roaming-several", "roaming:lookup", [], [("q", "tunisie; Dominica"), ("q", "France")], 200),
    ("roaming-suggestions", "roaming:lookup", [], [("q", "Guinée"), ("q", "Tunesi"), ("q", "Suis")], 200),
    ("roaming-unknown", "roaming:lookup", [], [("q", "zzzzzz & <b>")], 200),
    ("roaming-on", "roaming:lookup", [], [("q", "Tunisie"), ("on", "2027-01-01")], 200),
    ("roaming-error", "roaming:lookup", [], [("q", "Tunisie"), ("on", "yesterday")], 200),
    ("roaming-too-many", "roaming:lookup", [], [("q", str(place)) for place in range(40)], 200),
    ("zones", "roaming:zones", [], [], 200),
    ("zones-on-error", "roaming:zones", [], [("on", "yesterday")], 200),
    ("a-to-z", "roaming:a-to-z", [], [], 200),
    ("a-to-z-on", "roaming:a-to-z", [], [("on", "2027-02-01")], 200),
    ("changes", "roaming:changes", [], [], 200),
    ("search", "search", [], [], 200),
    ("search-texts", "search", [], [("q", "complaint")], 200),
    ("search-place", "search", [], [("q", "Tunisie")], 200),
    ("search-nothing", "search", [], [("q", "zzzz")], 200),
    ("search-narrowed", "search", [], [("q", "complaint"), ("superseded", "on")], 200),
    ("search-error", "search", [], [("q", "complaint"), ("on", "yesterday")], 200),
    ("accessibility", "accessibility", [], [], 200),
    ("complaint-policy", "complaint-policy", [], [], 200),
    ("complaint-form", "complaints:new", [], [], 200),
    ("privacy-form", "privacy:new", [], [], 200),
    ("privacy-sent", "privacy:sent", [], [], 200),
    ("privacy-follow", "privacy:follow", [], [], 200),
    ("privacy-confirm-gone", "privacy:confirm", ["gone"], [], 410),
    ("privacy-open-gone", "privacy:open", ["gone"], [], 410),
    ("complaints-follow", "complaints:follow", [], [], 200),
    ("complaints-open-gone", "complaints:open", ["gone"], [], 410),
]
"""Public pages that an address alone leads to: name, route, its arguments, query, expected status."""

ENTRIES = {
    "full_name": "Example “Customer” & <b>",
    "address": "1, rue de l’Exemple\nL-0000 Exempleville",
    "phone": "+352 00 00 00",
    "answer_by": "post",
    "kind": "financial",
    "summary": "Invoice sent twice",
    "description": "First line.\n\nSecond line.",
}

LONG_AGO = 1_000_000_000
"""Seconds since 1970 of a time when any signed link was made that is too old by now."""

NO_PAGES = re.compile(r"/(logout|jsi18n|r/|file/|language)|\.pdf$|\.csv$|/files/\d+/$")


WRONG = (
    "admin-complaints-complaint-0-assign-take-received",
    "admin-documents-version-0-change-draft",
    "admin-documents-version-0-step-withdraw-published",
    "admin-password_change",
    "admin-roaming-destination-0-move",
    "admin-roaming-listing-import",
)
"""Forms of the admin that are sent with wrong entries."""

IMPORTED = "zone,name,iso\nROW1,Tunisie,TN\nROW1,Nowhere,\n"
"""A list with a change and a defect."""


def every_page(portal: Portal, password: str) -> Iterator[Shown]:
    """Yield each page; `password` is that of the example administrator."""
    draft = _prepare()
    records = _records()
    parts: list[Callable[[Visitor], Iterator[Named]]] = [
        _public,
        _from_forms,
        followed_complaints,
        followed_requests,
        mails,
        lambda visitor: iter([("preview", visitor.get(preview_url(draft)))]),
        lambda visitor: _admin(visitor, password, records),
        # The last, since after it no more is answered for a while.
        _refusals,
    ]
    visitors = [Visitor(portal, language) for language in ("fr", "en")]
    for part in parts:
        for visitor in visitors:
            with translation.override(visitor.language):
                pages = list(part(visitor))
            yield from (Shown(name, visitor.language, page) for name, page in pages)


def _prepare() -> Version:
    """Add to the portal what the example data lacks, and return a version that is a draft."""
    Banner.objects.create(text_fr="Exemple d’annonce", text_en="Example of an announcement")
    cookies, admin = Document.objects.get(slug="cookies"), User.objects.get(username="example-admin")
    withdrawn, approved, waiting, draft = (
        Version.objects.create(
            document=cookies,
            effective_on=datetime.date(year, 1, 1),
            change_summary_fr="Exemple",
            change_summary_en="Example",
        )
        for year in (2098, 2097, 2096, 2099)
    )
    for version in (withdrawn, approved, waiting, draft):
        Edition.objects.create(version=version, language="fr", text="## Exemple\n\n- Un **exemple**.")
    publish(version=withdrawn, by=None)
    withdraw(version=withdrawn, by=admin, reason_fr="Exemple", reason_en="Example")
    for version in (approved, waiting):
        submit(version=version, by=User.objects.get(username="example-editors"))
    approve(version=approved, by=admin)
    tunisia, zones = Destination.objects.get(iso="TN"), list(Zone.objects.order_by("code")[:1])
    move(destination=tunisia, zones=zones, from_on=timezone.localdate() + datetime.timedelta(days=30))
    return draft


def _public(visitor: Visitor) -> Iterator[Named]:
    for name, route, arguments, query, status in PUBLIC:
        yield name, visitor.get(reverse(route, args=arguments), query, status=status)


def _from_forms(visitor: Visitor) -> Iterator[Named]:
    """Yield the pages that answer a complaint on its way, and a file to check that is missing."""
    form = reverse("complaints:new")
    yield "complaint-errors", visitor.post(form, {"action": "check", "phone": "none", "email": "none"})
    yield "complaint-check", visitor.post(form, {**ENTRIES, "action": "check"})
    yield "complaint-edit", visitor.post(form, {**ENTRIES, "action": "edit"})
    yield "complaint-received", visitor.post(form, {**ENTRIES, "action": "send"})
    yield "check-file-error", visitor.post(reverse("documents:check-file"), {})
    for name in ("complaints:follow", "privacy:follow"):
        yield f"{name.replace(':', '-')}-errors", visitor.post(reverse(name), {"email": "none"})
        known = {"reference": "R26-0000-0000", "email": "customer@example.com"}
        yield f"{name.replace(':', '-')}-sent", visitor.post(reverse(name), known)
    yield "privacy-errors", visitor.post(reverse("privacy:new"), {"action": "send", "email": "none"})


def _refusals(visitor: Visitor) -> Iterator[Named]:
    """Yield the pages for what goes wrong; those that need production or a fault are made on the spot."""
    form, nowhere = reverse("complaints:new"), f"/{visitor.language}/nowhere/"
    yield "error-404", visitor.get(nowhere, status=404)
    for status in (400, 403, 413, 500, 503):
        request = None if status >= 500 else RequestFactory().get(nowhere)
        yield f"error-{status}", Answer(nowhere, render_to_string(f"errors/{status}.html", request=request))
    with patch("time.time", lambda: LONG_AGO):
        token = signing.dumps("example", salt=CONFIRMATION_SALT)
    yield "complaint-expired", visitor.get(reverse("complaints:received", args=[token]), status=410)
    yield "error-csrf", visitor.send(form, b"action=check", status=403)
    archive = reverse("documents:applied-zip")
    for _time in range(60):
        try:
            visitor.get(archive, [("on", "yesterday")], status=400)
        except RuntimeError:
            break
    yield "error-429", visitor.get(archive, status=429)


def _records() -> dict[str, str]:
    """Return addresses in the admin: one version and one complaint of each state, with the state."""
    found = {
        reverse("admin:documents_version_change", args=[version.pk]): str(version.state)
        for version in Version.objects.order_by("-pk")
    }
    found |= {
        reverse("admin:complaints_complaint_change", args=[complaint.pk]): str(complaint.status)
        for complaint in Complaint.objects.order_by("-pk")
    }
    first = {f"{address.split('/')[2]} {state}": address for address, state in found.items()}
    return {address: found[address] for address in first.values()}


def _admin(visitor: Visitor, password: str, records: dict[str, str]) -> Iterator[Named]:
    """Yield the sign-in page, one page of each kind that its links lead to, and what answers wrong entries.

    `records` are addresses to visit besides, with the word that tells their pages from others of their kind.
    """
    sign_in, index = reverse("admin:login"), reverse("admin:index")
    yield "admin-login", visitor.get(sign_in)
    yield "admin-login-error", visitor.post(sign_in, {"username": "nobody", "password": "none"})
    visitor.post(f"{sign_in}?next={index}", {"username": "example-admin", "password": password})
    waiting, seen = [index, *records], dict[str, str]()
    while waiting:
        address = waiting.pop(0)
        name = "admin" + re.sub(r"\d+", "0", address.removeprefix("/admin")).replace("/", "-").rstrip("-")
        for record, word in records.items():
            name += f"-{word}" if address.startswith(record.removesuffix("change/")) else ""
        if name in seen or NO_PAGES.search(address):
            continue
        seen[name] = address
        page = visitor.get(address)
        yield name, page
        links = (html.unescape(link) for link in re.findall(r'<a [^>]*href="([^"]+)"', page.html))
        here = visitor.portal.url + address
        paths = (urllib.parse.urlsplit(urllib.parse.urljoin(here, link)).path for link in links)
        waiting += [path for path in paths if path.startswith("/admin/")]
    for name in WRONG:
        yield f"{name}-error", visitor.post(seen[name], {"from_on": "yesterday"})
    lists = {"text": IMPORTED, "from_on": "2099-01-01"}
    yield "admin-roaming-listing-import-read", visitor.post(seen["admin-roaming-listing-import"], lists)
