"""The sitemap, against the rules of sitemaps.org and of hreflang."""

import datetime
import re
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from documents.models import Document
from documents.publishing import withdraw
from documents.tests.factories import make_document, make_version

pytestmark = pytest.mark.django_db

BASE = "http://127.0.0.1:8000"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LINK = "{http://www.w3.org/1999/xhtml}link"
W3C_DATE = re.compile(r"\d{4}-\d\d-\d\d")
LONGEST_ADDRESS = 2048
MOST_ADDRESSES = 50_000
LARGEST = 50 * 1024 * 1024


@pytest.fixture
def sitemap(client: Client) -> ET.Element:
    make_document("example-empty")
    response = client.get("/sitemap.xml", headers={"Host": "localhost"})
    assert response.status_code == 200
    assert response["Content-Type"] in ("application/xml", "text/xml")
    assert len(response.content) <= LARGEST
    assert response.content.decode("utf-8")
    return ET.fromstring(response.content)  # noqa: S314  # the portal wrote it


def text(url: ET.Element, name: str) -> str:
    return url.findtext(f"{SITEMAP}{name}") or ""


def alternates(url: ET.Element) -> dict[str, str]:
    links = url.findall(LINK)
    found = {link.get("hreflang") or "": link.get("href") or "" for link in links}
    assert all(link.get("rel") == "alternate" for link in links)
    assert len(found) == len(links)
    return found


def last_changed(client: Client, slug: str) -> str:
    page = client.get("/sitemap.xml").text
    found = re.search(rf"<loc>{BASE}/fr/documents/{slug}/</loc>(?:<lastmod>([^<]+)</lastmod>)?", page)
    assert found is not None
    return found[1] or ""


def test_elements(sitemap: ET.Element) -> None:
    assert sitemap.tag == f"{SITEMAP}urlset"
    assert 1 <= len(sitemap) <= MOST_ADDRESSES
    for url in sitemap:
        assert url.tag == f"{SITEMAP}url"
        names = [child.tag for child in url]
        order = [f"{SITEMAP}loc", f"{SITEMAP}lastmod", LINK, LINK]
        assert names in (order, [order[0], *order[2:]])


def test_addresses(sitemap: ET.Element) -> None:
    addresses = [text(url, "loc") for url in sitemap]
    assert len(set(addresses)) == len(addresses)
    for address in addresses:
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}" == BASE
        assert not parts.query
        assert not parts.fragment
        assert address.isascii()
        assert len(address) < LONGEST_ADDRESS


def test_last_changes(sitemap: ET.Element) -> None:
    dates = [text(url, "lastmod") for url in sitemap if text(url, "lastmod")]
    assert len(dates) == 2 * (Document.objects.count() - 1)
    for date in dates:
        assert W3C_DATE.fullmatch(date)
        assert datetime.date.fromisoformat(date) <= timezone.localdate()


def test_languages_name_each_other_and_themselves(sitemap: ET.Element) -> None:
    by_address = {text(url, "loc"): alternates(url) for url in sitemap}
    for address, languages in by_address.items():
        assert set(languages) == {"fr", "en"}
        assert address in languages.values()
        assert all(by_address[other] == languages for other in languages.values())
        assert all(urlsplit(other).path.startswith(f"/{code}/") for code, other in languages.items())


def test_the_pages_agree(sitemap: ET.Element, client: Client) -> None:
    for url in sitemap:
        response = client.get(urlsplit(text(url, "loc")).path)
        assert response.status_code == 200
        assert "noindex" not in response.text + response.get("X-Robots-Tag", "")
        assert f'<link rel="canonical" href="{text(url, "loc")}">' in response.text
        for language, address in alternates(url).items():
            assert f'<link rel="alternate" hreflang="{language}" href="{address}">' in response.text


def test_robots_lead_to_it_and_keep_none_of_it_out(sitemap: ET.Element, client: Client) -> None:
    robots = client.get("/robots.txt").text
    assert f"Sitemap: {BASE}/sitemap.xml" in robots.splitlines()
    kept_out = re.findall(r"^Disallow: (\S+)$", robots, re.MULTILINE)
    assert kept_out
    paths = [urlsplit(text(url, "loc")).path for url in sitemap]
    assert not [path for path in paths if path.startswith(tuple(kept_out))]


def test_when_a_document_changed(client: Client) -> None:
    today = timezone.localdate()
    document = make_document()
    assert last_changed(client, document.slug) == ""
    make_version(document, (today + datetime.timedelta(days=30)).isoformat(), published=False)
    assert last_changed(client, document.slug) == ""
    make_version(document, "2024-01-01")
    assert last_changed(client, document.slug) == today.isoformat()


def test_a_version_that_begins_or_ends_is_a_change(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def turn_to(day: str) -> None:
        monkeypatch.setattr("legalsite.sitemaps.timezone.localdate", lambda value=None: date_of(value, day))

    document = make_document()
    version = make_version(document, "2090-01-01")
    published = timezone.localdate().isoformat()
    turn_to("2089-12-31")
    assert last_changed(client, document.slug) == published
    turn_to("2090-01-02")
    assert last_changed(client, document.slug) == "2090-01-01"
    withdraw(
        version=version,
        by=User.objects.create_user("example"),
        reason_fr="Exemple",
        reason_en="Example",
        on=datetime.date(2090, 2, 1),
    )
    turn_to("2090-03-01")
    assert last_changed(client, document.slug) == "2090-02-01"


def date_of(value: datetime.datetime | None, today: str) -> datetime.date:
    return timezone.make_naive(value).date() if value else datetime.date.fromisoformat(today)
