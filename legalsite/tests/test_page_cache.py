"""Readers get kept pages exactly as they would get new ones, and nobody gets what is not theirs."""

import datetime
import gzip
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, OperationalError, connection
from django.shortcuts import render
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from core.kept_answers import Kept, Page
from core.models import Banner, ContactDetails
from core.page_cache import page_cache
from documents.models import Version
from documents.publishing import publish, withdraw
from documents.tests.factories import make_document, make_version
from legalsite.tests.test_stamps import reading_addresses
from roaming.models import Alias, Destination
from roaming.moving import move

pytestmark = pytest.mark.django_db

ADDRESSES = [
    *reading_addresses(),
    "/fr/",
    "/fr/documents/ict-terms/",
    "/en/documents/?on=2026-01-15",
    "/en/roaming/zones/?on=2026-01-15",
]
NOTICE = "/en/documents/mail-disclaimer/"
TWICE = 2
MOST_QUERIES = 4


@pytest.fixture
def reader(settings: Settings) -> Iterator[Client]:
    """Somebody who reads what is kept."""
    settings.PAGE_CACHE_SIZE = 4_000_000
    page_cache.cache_clear()
    yield Client()
    page_cache.cache_clear()


@pytest.fixture
def kept(reader: Client) -> Kept[Page]:
    """The pages that are kept for the reader."""
    return page_cache().pages


def made_anew(address: str, **headers: str) -> Any:
    """Return the answer of a portal that keeps nothing, as the tests' settings have it."""
    from django.conf import settings

    with patch.object(settings, "PAGE_CACHE_SIZE", 0):
        return Client().get(address, headers=headers)


class TestTheSame:
    """A kept page is the page."""

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_as_a_new_one(self, reader: Client, kept: Kept[Page], address: str) -> None:
        new = made_anew(address)
        assert new.status_code == 200
        for _time in range(TWICE):
            answer = reader.get(address)
            assert answer.content == new.content
            zipped = reader.get(address, headers={"accept-encoding": "gzip"})
            assert gzip.decompress(zipped.content) == new.content
            assert zipped["Content-Encoding"] == "gzip"
            assert int(zipped["Content-Length"]) == len(zipped.content) < len(new.content)
            for each in (answer, zipped):
                ours = {"Content-Length", "X-Request-ID"}
                own = ours | {"ETag", "Vary", "Cache-Control", "Content-Encoding"}
                assert {name: value for name, value in each.items() if name not in own} == {
                    name: value for name, value in new.items() if name not in ours
                }
                assert each["Vary"] == "Accept-Encoding"
                assert each["Cache-Control"] == "no-cache"
                assert "Content-Security-Policy" in each
                assert not each.cookies
        assert len(kept) == 1

    @pytest.mark.parametrize("coding", ["", "gzip"])
    def test_head_and_conditions(self, reader: Client, coding: str) -> None:
        headers = {"accept-encoding": coding}
        for _time in range(TWICE):
            head = reader.head("/en/documents/", headers=headers)
            page = reader.get("/en/documents/", headers=headers)
            assert head.content == b""
            own = {"X-Request-ID": ""}
            assert dict(head.items()) | own == dict(page.items()) | own
            not_modified = reader.get("/en/documents/", headers={**headers, "if-none-match": page["ETag"]})
            assert (not_modified.status_code, not_modified.content) == (304, b"")
            assert not_modified["ETag"] == page["ETag"]

    def test_needs_no_query(self, reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("core.stamps.RECHECK_SECONDS", 60)
        reader.get("/en/")
        with connection.execute_wrapper(refuse):
            assert reader.get("/en/").status_code == 200

    @pytest.mark.parametrize("address", [one for one in ADDRESSES if "compare" not in one])
    def test_is_made_with_four_queries_at_most(
        self, reader: Client, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # The first one reads what the process remembers: contact details, banner, names of places.
        reader.get("/en/roaming/")
        monkeypatch.setattr("core.stamps.RECHECK_SECONDS", 60)
        queries: list[str] = []

        def note(execute: Any, sql: str, *arguments: Any) -> Any:
            queries.append(sql)
            return execute(sql, *arguments)

        with connection.execute_wrapper(note):
            assert reader.get(address).status_code == 200
        assert len(queries) <= MOST_QUERIES

    def test_depends_on_the_language_of_its_address_alone(self, reader: Client) -> None:
        for language in ("fr", "en", "fr"):
            answer = reader.get(
                f"/{language}/", headers={"accept-language": "en", "cookie": "django_language=en"}
            )
            assert f'<html lang="{language}">' in answer.text
        assert "Accept-Language" in reader.get("/")["Vary"]

    def test_the_host_is_not_in_it(self, reader: Client, settings: Settings) -> None:
        settings.ALLOWED_HOSTS = [".example.com"]
        pages = {reader.get("/en/", headers={"host": f"{name}.example.com:81"}).content for name in "ab"}
        assert len(pages) == 1
        assert b"example.com:81" not in pages.pop()


def refuse(execute: Any, sql: str, *arguments: Any) -> Any:
    raise DatabaseError("gone")


def draft() -> Version:
    return make_version(make_document("example"), "2020-01-01", text="Example of a text.", published=False)


def publication() -> None:
    publish(version=Version.objects.get(document__slug="example"), by=None)


def withdrawal() -> None:
    version = Version.objects.get(document__slug="example")
    withdraw(
        version=version, by=User.objects.create_user("example"), reason_fr="Exemple", reason_en="Example why"
    )


def new_alias() -> None:
    Alias.objects.create(destination=Destination.objects.get(iso="TN"), name="Examplia")


def move_out() -> None:
    destination = Destination.objects.get(iso="TN")
    move(destination=destination, zones=[], from_on=timezone.localdate())


CHANGES: dict[str, tuple[str, Callable[[], Any], Callable[[], Any], Callable[[str], bool]]] = {
    "published": (
        "/en/documents/example/",
        draft,
        publication,
        lambda text: "Example of a text." in text,
    ),
    "withdrawn": (
        "/en/documents/example/",
        lambda: make_version(make_document("example"), "2020-01-01"),
        withdrawal,
        lambda text: "Example why" in text,
    ),
    "zone moved": (
        "/en/roaming/zones/",
        lambda: None,
        move_out,
        lambda text: "Tunisia" not in text,
    ),
    "banner": (
        "/en/documents/",
        lambda: None,
        lambda: Banner.objects.create(text_fr="Exemple", text_en="Example of a banner"),
        lambda text: "Example of a banner" in text,
    ),
    "contact details": (
        "/en/",
        lambda: None,
        lambda: ContactDetails.objects.update(telephone="+352 00 00 00"),
        lambda text: "+352 00 00 00" in text,
    ),
    "title": (
        "/en/",
        lambda: make_document("example"),
        lambda: make_document("example-2", title_en="Second example"),
        lambda text: "Second example" in text,
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_seen(reader: Client, kept: Kept[Page], what: str) -> None:
    address, prepare, change, shown = CHANGES[what]
    prepare()
    before = reader.get(address)
    assert len(kept) == 1
    assert not shown(before.text)
    change()
    after = reader.get(address, headers={"if-none-match": before["ETag"]})
    assert after.status_code == 200
    assert shown(after.text)
    assert after["ETag"] != before["ETag"]


def test_a_new_name_is_found(reader: Client) -> None:
    assert "is not the name of a place" in reader.get("/en/roaming/?q=examplia").text
    new_alias()
    assert "Tunisia" in reader.get("/en/roaming/?q=examplia").text


def test_a_page_made_while_the_content_changed_is_not_kept(reader: Client, kept: Kept[Page]) -> None:
    def render_slowly(*arguments: Any) -> Any:
        answer = render(*arguments)
        ContactDetails.objects.update(telephone="+352 00 00 00")
        return answer

    with patch("legalsite.home.render", render_slowly):
        assert "+352 00 00 00" not in reader.get("/en/").text
    assert len(kept) == 0
    assert "+352 00 00 00" in reader.get("/en/").text


class TestWhatIsNotKept:
    """Neither found there nor put there."""

    @pytest.mark.parametrize(
        "address",
        [
            "/en/complaints/new/",
            "/en/complaints/follow/",
            "/en/privacy/",
            "/en/documents/check-a-file/",
            "/en/search/",
            "/en/search/?q=terms",
            "/en/roaming/?q=tunisia",
            "/en/documents/feed/",
            "/api/destinations/?q=tunisia",
            "/sitemap.xml",
            "/",
            "/en/documents/no-such-text/",
            "/en/documents/ict-terms/1999-01-01/",
            "/en/documents/ict-terms",
        ],
    )
    def test_other_pages(self, reader: Client, kept: Kept[Page], address: str) -> None:
        for _time in range(TWICE):
            reader.get(address)
        assert len(kept) == 0

    def test_each_form_has_its_own_token(self, reader: Client) -> None:
        tokens = {reader.get("/en/complaints/new/").context["form"]["token"].value() for _time in range(3)}
        assert len(tokens) == 3

    def test_what_staff_see(self, reader: Client, kept: Kept[Page]) -> None:
        reader.get("/en/")
        staff = reader
        staff.force_login(User.objects.create_superuser("example-admin"))
        assert "ETag" not in staff.get("/en/")
        assert "ETag" not in staff.get("/en/documents/")
        assert len(kept) == 1

    def test_a_page_that_sets_a_cookie_or_looks_at_one(self, reader: Client, kept: Kept[Page]) -> None:
        def render_with(header: str, value: str) -> Callable[..., Any]:
            def changed(*arguments: Any) -> Any:
                answer = render(*arguments)
                if header == "Set-Cookie":
                    answer.set_cookie("example", value)
                else:
                    answer.headers[header] = value
                return answer

            return changed

        for header, value in (("Set-Cookie", "1"), ("Vary", "Cookie"), ("Cache-Control", "private")):
            with patch("legalsite.home.render", render_with(header, value)):
                assert "ETag" not in reader.get("/en/")
        assert len(kept) == 0

    @pytest.mark.parametrize("method", ["post", "put", "delete", "options"])
    def test_other_methods(self, reader: Client, method: str) -> None:
        reader.get("/en/")
        assert getattr(reader, method)("/en/").status_code == 405

    @pytest.mark.parametrize(("error", "status"), [(OperationalError, 503), (RuntimeError, 500)])
    def test_faults(self, reader: Client, kept: Kept[Page], error: type[Exception], status: int) -> None:
        reader.raise_request_exception = False
        with patch("legalsite.home.render", side_effect=error):
            assert reader.get("/en/").status_code == status
        assert len(kept) == 0
        assert reader.get("/en/").status_code == 200

    def test_a_host_that_is_not_ours(self, reader: Client, settings: Settings) -> None:
        settings.ALLOWED_HOSTS = ["testserver"]
        assert reader.get("/en/").status_code == 200
        for _time in range(TWICE):
            assert reader.get("/en/", headers={"host": "example.com"}).status_code == 400

    def test_what_is_redirected_to_https(self, reader: Client, settings: Settings) -> None:
        settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 60
        page_cache.cache_clear()
        secure = Client()
        for _time in range(TWICE):
            answer = secure.get("/en/", secure=True)
            assert answer["Strict-Transport-Security"] == "max-age=60"
            assert secure.get("/en/").status_code == 301
        not_modified = secure.get("/en/", secure=True, headers={"if-none-match": answer["ETag"]})
        assert not_modified["Strict-Transport-Security"] == "max-age=60"


class TestQueries:
    """What stands in a query cannot fill the memory, and is not shown to another reader."""

    def test_one_that_is_unknown_is_its_readers_own(self, reader: Client, kept: Kept[Page]) -> None:
        reader.get("/en/")
        answer = reader.get("/en/?utm_source=example")
        assert answer.text == made_anew("/en/?utm_source=example").text
        assert "/fr/?utm_source=example" in answer.text
        assert "utm_source" not in reader.get("/en/").text
        assert len(kept) == 1

    @pytest.mark.parametrize(
        "query", ["on=2026-1-5", "on=nonsense", "on=2026-01-15&on=2026-01-16", "on=2026-01-15&a", "ON=1", "&"]
    )
    def test_other_spellings_of_a_day(self, reader: Client, kept: Kept[Page], query: str) -> None:
        assert reader.get(f"/en/documents/?{query}").text == made_anew(f"/en/documents/?{query}").text
        assert len(kept) == 0

    def test_a_day_where_none_is_asked_for(self, reader: Client, kept: Kept[Page]) -> None:
        reader.get("/en/?on=2026-01-15")
        assert len(kept) == 0

    def test_every_day_of_months(self, reader: Client, kept: Kept[Page]) -> None:
        kept.most = 100_000
        first = datetime.date(1900, 1, 1)
        for number in range(60):
            day = first + datetime.timedelta(days=number)
            assert reader.get(f"/en/documents/ict-terms/?on={day}").status_code == 200
        assert 0 < kept.size <= kept.most


class TestOutage:
    """The database is gone."""

    def test_pages_that_are_kept_stay_up_for_the_day(
        self, reader: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        page = reader.get("/en/")
        reader.raise_request_exception = False
        with connection.execute_wrapper(refuse_operation):
            assert reader.get("/en/").content == page.content
            # What has to be made needs the database.
            assert reader.get("/en/documents/").status_code == 503
            tomorrow = timezone.localdate() + datetime.timedelta(days=1)
            monkeypatch.setattr("core.dates.Today.get", lambda _today: tomorrow)
            assert reader.get("/en/").status_code == 503


def refuse_operation(execute: Any, sql: str, *arguments: Any) -> Any:
    raise OperationalError("gone")
