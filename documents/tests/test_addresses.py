"""Parts of files, links between versions, and the description for machines."""

import json
import re

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from documents import ranges
from documents.models import Document, Edition, Version
from documents.ranges import NotSatisfiable, Range
from documents.tests.factories import make_document, make_version

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", Range(0, 0)),
        ("bytes=0-9", Range(0, 9)),
        ("bytes=90-", Range(90, 99)),
        ("bytes=90-1000", Range(90, 99)),
        ("bytes=-10", Range(90, 99)),
        ("bytes=-1000", Range(0, 99)),
        (" Bytes=5-6 ", Range(5, 6)),
        ("bytes=1 0-2 0", None),
        ("bytes=0-" + "9" * 5000, None),
        ("", None),
        ("bytes=", None),
        ("bytes=-", None),
        ("bytes=9-5", None),
        ("bytes=0-1,5-6", None),
        ("lines=0-1", None),
        ("bytes=a-b", None),
    ],
)
def test_ranges(header: str, expected: Range | None) -> None:
    assert ranges.parse(header, 100) == expected


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_ranges_outside_the_file(header: str) -> None:
    with pytest.raises(NotSatisfiable):
        ranges.parse(header, 100)


@given(first=st.integers(0, 300), last=st.integers(0, 300), size=st.integers(1, 200))
def test_any_range_lies_in_the_file(first: int, last: int, size: int) -> None:
    try:
        wanted = ranges.parse(f"bytes={first}-{last}", size)
    except NotSatisfiable:
        assert first >= size
        return
    if wanted is None:
        assert last < first
        return
    assert 0 <= wanted.first <= wanted.last < size
    assert wanted.length == min(last, size - 1) - first + 1


class TestParts:
    """The file's address gives parts, and only of the file that the reader means."""

    @pytest.fixture
    def edition(self) -> Edition:
        edition = Edition.objects.exclude(file="").select_related("version__document").first()
        assert edition is not None
        return edition

    def content(self, edition: Edition) -> bytes:
        with edition.open_file() as file:
            return file.read()

    def test_a_part(self, client: Client, edition: Edition) -> None:
        response = client.get(edition.file_url, headers={"range": "bytes=100-199"})
        content = self.content(edition)
        assert response.status_code == 206
        assert response.getvalue() == content[100:200]
        assert response["Content-Range"] == f"bytes 100-199/{len(content)}"
        assert response["Content-Length"] == "100"
        assert response["ETag"] == f'"{edition.file_sha256}"'
        assert "immutable" in response["Cache-Control"]
        assert edition.file_name in response["Content-Disposition"]

    def test_two_parts_make_the_whole(self, client: Client, edition: Edition) -> None:
        parts = [
            client.get(edition.file_url, headers={"range": part}).getvalue()
            for part in ("bytes=0-4999", "bytes=5000-")
        ]
        assert b"".join(parts) == self.content(edition)

    def test_outside_the_file(self, client: Client, edition: Edition) -> None:
        response = client.get(edition.file_url, headers={"range": "bytes=999999999-"})
        assert response.status_code == 416
        assert response["Content-Range"] == f"bytes */{edition.file_size}"
        assert "immutable" not in response["Cache-Control"]

    def test_a_part_of_another_file_is_not_added_to_this_one(self, client: Client, edition: Edition) -> None:
        for etag, status in ((f'"{edition.file_sha256}"', 206), ('"other"', 200)):
            headers = {"range": "bytes=0-9", "if-range": etag}
            assert client.get(edition.file_url, headers=headers).status_code == status
        whole = client.get(edition.file_url)
        assert (whole.status_code, whole["Accept-Ranges"]) == (200, "bytes")

    def test_what_the_reader_has_is_not_sent_again(self, client: Client, edition: Edition) -> None:
        headers = {"if-none-match": f'"{edition.file_sha256}"', "range": "bytes=0-9"}
        response = client.get(edition.file_url, headers=headers)
        assert response.status_code == 304
        assert response["Content-Language"] == edition.language
        assert "immutable" in response["Cache-Control"]

    def test_head(self, client: Client, edition: Edition) -> None:
        response = client.head(edition.file_url, headers={"range": "bytes=0-9"})
        assert (response.status_code, response["Content-Length"]) == (200, str(edition.file_size))


@pytest.fixture
def terms() -> Document:
    document = make_document()
    for date in ("2024-01-01", "2025-01-01", "2090-01-01"):
        make_version(document, date)
    return document


def test_links_between_versions(client: Client, terms: Document) -> None:
    header = client.get(terms.versions.get(effective_on="2025-01-01").get_absolute_url())["Link"]
    found = re.findall(r'<([^>]+)>; rel="([a-z-]+)"', header)
    relations = {relation: address for address, relation in found}
    assert relations["predecessor-version"].endswith("/example-terms/2024-01-01/")
    assert relations["successor-version"].endswith("/example-terms/2090-01-01/")
    assert relations["latest-version"].endswith("/example-terms/2025-01-01/")
    assert relations["version-history"].endswith("/documents/example-terms/")
    assert all(address.startswith("http") for address in relations.values())


def test_only_the_text_in_force_is_for_search_engines(client: Client, terms: Document) -> None:
    old, current, coming = (
        client.get(terms.versions.get(effective_on=date).get_absolute_url()).text
        for date in ("2024-01-01", "2025-01-01", "2090-01-01")
    )
    assert '<meta name="robots" content="noindex">' in old
    assert '/documents/example-terms/2024-01-01/">' in old
    assert "noindex" not in current
    assert 'rel="canonical" href="http' in current
    assert '/documents/example-terms/">' in current.split('rel="canonical"')[1].split("<link")[0]
    assert "noindex" not in coming


def test_the_description_for_machines(client: Client) -> None:
    version = Version.objects.get(document__slug="ict-terms", effective_on="2025-01-01")
    page = client.get(version.get_absolute_url()).text
    blocks = [
        json.loads(block) for block in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    ]
    (described,) = [block for block in blocks if block["@type"] == "DigitalDocument"]
    edition = version.editions.get()
    assert described["temporalCoverage"] == "2025-01-01/2026-02-28"
    assert described["version"] == "2025-01-01"
    assert [(each["sha256"], each["inLanguage"]) for each in described["encoding"]] == [
        (edition.file_sha256, edition.language)
    ]
    assert described["encoding"][0]["contentUrl"].endswith(edition.file_url)
