"""The feeds, against every rule of RFC 4287 that applies to them."""

import datetime
import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from core.models import ContactDetails
from documents.feeds import NOTHING_YET, PlainAtomFeed
from documents.models import Document
from documents.publishing import publish, withdraw
from documents.tests.factories import make_document, make_version

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
TAG_URI = re.compile(r"tag:[a-z0-9.-]+,\d{4}-\d\d-\d\d:[a-z0-9/-]+")

OPTIONAL_ONCE = (
    "generator",
    "icon",
    "logo",
    "rights",
    "subtitle",
    "published",
    "source",
    "summary",
    "content",
)
FEED_CHILDREN = {"title", "link", "id", "updated", "author", "entry"}
ENTRY_CHILDREN = {"title", "link", "id", "updated", "published", "summary"}


@pytest.fixture
def terms() -> Document:
    document = make_document()
    for date in ("2024-01-01", "2025-01-01", "2090-01-01"):
        make_version(document, date)
    return document


@pytest.fixture(params=["fr", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def address(language: str, slug: str = "") -> str:
    name, arguments = ("document-feed", [slug]) if slug else ("feed", [])
    with translation.override(language):
        return reverse(f"documents:{name}", args=arguments)


def read(client: Client, language: str = "en", slug: str = "") -> ET.Element:
    response = client.get(address(language, slug))
    assert response.status_code == 200
    return ET.fromstring(response.content)  # noqa: S314  # the portal wrote it


def every_feed(client: Client, language: str) -> Iterator[ET.Element]:
    make_document("example-empty")
    yield read(client, language)
    for slug in Document.objects.values_list("slug", flat=True):
        yield read(client, language, slug)


def entries(feed: ET.Element) -> list[ET.Element]:
    return feed.findall(f"{ATOM}entry")


def identities(feed: ET.Element) -> list[str]:
    return [entry.findtext(f"{ATOM}id") or "" for entry in entries(feed)]


def local(element: ET.Element) -> str:
    assert element.tag.startswith(ATOM)
    return element.tag.removeprefix(ATOM)


def publish_with_summary(document: Document, *, fr: str = "Exemple", en: str = "Example") -> None:
    version = make_version(document, "2024-01-01", published=False)
    version.change_summary_fr, version.change_summary_en = fr, en
    version.save()
    publish(version=version, by=None)


class TestRulesOfTheFormat:
    """Each test names the section of RFC 4287 that it holds the feeds to."""

    def test_media_type_and_encoding(self, client: Client, language: str) -> None:
        """Sections 2 and 7: well-formed XML, served as Atom, in the encoding that it names."""
        response = client.get(address(language))
        assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
        assert response.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
        assert response.content.decode("utf-8")
        assert response["Content-Language"] == language

    def test_elements(self, client: Client, terms: Document, language: str) -> None:
        """Sections 4.1.1 and 4.1.2: one id, title and updated; the others at most once; no stranger."""
        for feed in every_feed(client, language):
            assert local(feed) == "feed"
            for element, allowed in [
                (feed, FEED_CHILDREN),
                *((each, ENTRY_CHILDREN) for each in entries(feed)),
            ]:
                number = Counter(local(child) for child in element)
                assert set(number) <= allowed
                assert all(number[name] == 1 for name in ("id", "title", "updated"))
                assert all(number[name] <= 1 for name in OPTIONAL_ONCE)
                assert not (element.text or "").strip()

    def test_authors(self, client: Client, terms: Document, language: str) -> None:
        """Sections 3.2, 4.1.1 and 4.1.2: the feed, or else each entry, has an author with one name."""
        company = ContactDetails.objects.get().company_name
        for feed in every_feed(client, language):
            (author,) = feed.findall(f"{ATOM}author")
            assert [(local(child), child.text) for child in author] == [("name", company)]

    def test_an_author_before_any_content_is_loaded(self, client: Client) -> None:
        ContactDetails.objects.all().delete()
        assert read(client).findtext(f"{ATOM}author/{ATOM}name") == "127.0.0.1:8000"

    def test_text_constructs(self, client: Client, terms: Document, language: str) -> None:
        """Section 3.1.1: text has no child elements; its type is text, html or xhtml."""
        for feed in every_feed(client, language):
            for text in (*feed.iter(f"{ATOM}title"), *feed.iter(f"{ATOM}summary")):
                assert len(text) == 0
                assert (text.text or "").strip()
                assert text.get("type", "text") == "text"

    def test_dates(self, client: Client, terms: Document, language: str) -> None:
        """Section 3.3: RFC 3339 with an upper-case T, and an offset or an upper-case Z."""
        for feed in every_feed(client, language):
            for date in (*feed.iter(f"{ATOM}updated"), *feed.iter(f"{ATOM}published")):
                assert RFC_3339.fullmatch(date.text or "")
                assert datetime.datetime.fromisoformat(date.text or "") <= timezone.now()

    def test_the_feed_was_updated_when_its_last_entry_was(self, client: Client, language: str) -> None:
        """Section 4.2.15."""
        for feed in every_feed(client, language):
            times = [entry.findtext(f"{ATOM}updated") or "" for entry in entries(feed)]
            assert feed.findtext(f"{ATOM}updated") == max(times, default=NOTHING_YET.isoformat())
            assert times == sorted(times, reverse=True)

    def test_identities(self, client: Client, terms: Document, language: str) -> None:
        """Section 4.2.6: absolute IRIs, already in normal form, each of one feed or entry."""
        for feed in every_feed(client, language):
            assert len(set(identities(feed))) == len(identities(feed))
            for identity in (feed.findtext(f"{ATOM}id") or "", *identities(feed)):
                assert IRI.fullmatch(identity)
                assert urlsplit(identity).scheme == urlsplit(identity).scheme.lower()
                assert "/../" not in identity
                assert "%" not in identity
            assert all(TAG_URI.fullmatch(identity) for identity in identities(feed))

    def test_links(self, client: Client, terms: Document, language: str) -> None:
        """Sections 4.1.1, 4.1.2 and 4.2.7: an href; one alternate, which each entry must have; and self."""
        for feed in every_feed(client, language):
            for element in (feed, *entries(feed)):
                links = element.findall(f"{ATOM}link")
                assert all(IRI.fullmatch(link.get("href") or "") and len(link) == 0 for link in links)
                assert all(link.get("rel") in ("alternate", "self") for link in links)
                kinds = Counter(
                    (link.get("type"), link.get("hreflang"))
                    for link in links
                    if link.get("rel", "alternate") == "alternate"
                )
                assert list(kinds.values()) == [1]

    def test_the_link_to_itself(self, client: Client, terms: Document, language: str) -> None:
        """Section 4.1.1: the feed says where it is to be had."""
        for slug in ("", terms.slug):
            (link,) = [
                each
                for each in read(client, language, slug).findall(f"{ATOM}link")
                if each.get("rel") == "self"
            ]
            assert link.get("href") == "http://127.0.0.1:8000" + address(language, slug)

    def test_languages(self, client: Client, language: str) -> None:
        """Section 2: xml:lang names the language of the words, also of a summary in the other one."""
        document = make_document(description_fr="Une description.")
        publish_with_summary(document, fr="", en="")
        feed = read(client, language, document.slug)
        assert feed.get(LANG) == language
        (summary,) = feed.iter(f"{ATOM}summary")
        assert summary.text == "Une description."
        assert summary.get(LANG, language) == "fr"


class TestText:
    """What staff write comes out as they wrote it."""

    def test_markup_is_text(self, client: Client) -> None:
        document = make_document(title_en="R&D <b>terms</b>")
        written = "Prices < 10 € & “<script>” &amp;"
        publish_with_summary(document, en=written)
        feed = read(client, "en", document.slug)
        assert feed.findtext(f"{ATOM}entry/{ATOM}summary") == written
        assert feed.findtext(f"{ATOM}title") == "R&D <b>terms</b>"

    @given(text=st.text(st.characters(exclude_categories=["Cs"])))
    def test_no_character_breaks_a_feed(self, text: str) -> None:
        feed = PlainAtomFeed(title=text, link="http://127.0.0.1/", description="", feed_url=None)
        now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
        feed.add_item(text, "http://127.0.0.1/", text, pubdate=now, updateddate=now, foreign_language="")
        ET.fromstring(feed.writeString("utf-8"))  # noqa: S314  # the portal wrote it

    def test_a_control_character_in_a_frozen_summary(self, client: Client) -> None:
        document = make_document()
        publish_with_summary(document, en="Article\x0b2\ufffe")
        assert read(client, "en", document.slug).findtext(f"{ATOM}entry/{ATOM}summary") == "Article 2 "


class TestStability:
    """Nothing but a publication or a withdrawal makes a reader see something new."""

    def test_a_feed_stays_the_same(self, client: Client, terms: Document, language: str) -> None:
        make_document("example-empty")
        for slug in ("", terms.slug, "example-empty"):
            first, second = (client.get(address(language, slug)) for _time in range(2))
            assert first.content == second.content
            assert first["ETag"] == second["ETag"]

    def test_what_a_reader_has_is_not_sent_again(self, client: Client, terms: Document) -> None:
        etag = client.get(address("en"))["ETag"]
        again = client.get(address("en"), headers={"if-none-match": etag})
        assert (again.status_code, again.content) == (304, b"")

    def test_a_publication_is_sent(self, client: Client, terms: Document) -> None:
        etag = client.get(address("en"))["ETag"]
        make_version(terms, "2091-01-01")
        assert client.get(address("en"), headers={"if-none-match": etag}).status_code == 200

    def test_a_withdrawal_is_sent(self, client: Client, terms: Document) -> None:
        seen = client.get(address("en"))
        assert "Last-Modified" not in seen
        withdraw_coming(terms)
        headers = {"if-none-match": seen["ETag"], "if-modified-since": "Sat, 29 Oct 2044 19:43:31 GMT"}
        for sent in (headers, {"if-modified-since": headers["if-modified-since"]}):
            assert client.get(address("en"), headers=sent).status_code == 200

    def test_an_entry_stays_the_same(self, client: Client, terms: Document) -> None:
        before = ET.tostring(entries(read(client, slug=terms.slug))[0])
        make_version(terms, "2091-01-01")
        found = entries(read(client, slug=terms.slug))
        assert len(found) == 4
        assert ET.tostring(found[1]) == before

    def test_an_entry_is_the_same_in_both_feeds(self, client: Client, terms: Document, language: str) -> None:
        here = entries(read(client, language, terms.slug))
        there = entries(read(client, language))[: len(here)]
        assert list(map(ET.tostring, here)) == list(map(ET.tostring, there))

    def test_an_identity_outlives_other_words(self, client: Client, terms: Document, language: str) -> None:
        """Section 4.2.6: an identity never changes."""
        before = identities(read(client, language, terms.slug))
        Document.objects.filter(pk=terms.pk).update(
            title_fr="Autre titre", title_en="Other title", position=9
        )
        assert identities(read(client, language, terms.slug)) == before

    def test_each_language_has_entries_of_its_own(self, client: Client, terms: Document) -> None:
        """Section 4.2.6: two texts with pages of their own are not one entry."""
        feeds = [read(client, language) for language in ("fr", "en")]
        assert len(set(identities(feeds[0])) | set(identities(feeds[1]))) == 2 * len(entries(feeds[0]))
        assert feeds[0].findtext(f"{ATOM}id") != feeds[1].findtext(f"{ATOM}id")


def withdraw_coming(terms: Document) -> None:
    withdraw(
        version=terms.versions.get(effective_on="2090-01-01"),
        by=User.objects.create_user("example"),
        reason_fr="Exemple",
        reason_en="Example",
    )


def test_entries_lead_to_readable_pages_in_the_language(
    client: Client, terms: Document, language: str
) -> None:
    links = [entry.find(f"{ATOM}link") for entry in entries(read(client, language, terms.slug))]
    addresses = [link.get("href") or "" for link in links if link is not None]
    assert len(addresses) == 3
    for each in addresses:
        path = urlsplit(each).path
        assert path.startswith(f"/{language}/")
        assert client.get(path).status_code == 200


def test_pages_name_their_feed(client: Client, terms: Document, language: str) -> None:
    with translation.override(language):
        pages = {reverse("documents:library"): "", terms.get_absolute_url(): terms.slug}
    for page, slug in pages.items():
        links = re.findall(r'<link rel="alternate" type="application/atom\+xml"[^>]+>', client.get(page).text)
        assert [re.findall(r'href="([^"]+)"', link) for link in links] == [[address(language, slug)]]


def test_drafts_and_what_never_applied_are_not_in_it(client: Client, terms: Document) -> None:
    make_version(terms, "2092-01-01", published=False)
    withdraw_coming(terms)
    assert len(entries(read(client, slug=terms.slug))) == 2


def test_queries(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        read(client)


def test_no_feed_of_nothing(client: Client) -> None:
    assert client.get("/en/documents/nowhere/feed/").status_code == 404
