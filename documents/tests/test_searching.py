"""Search inside the texts: what is found, in what order, and where it leads."""

import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from documents import fulltext, indexing, searching
from documents.hits import Hit, hits
from documents.models import Document, Edition, Passage, Section
from documents.publishing import publish, withdraw
from documents.tests.factories import make_document, make_edition, make_version
from documents.timeline import Standing

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 1)

TERMS = """Les présentes conditions valent pour zébulon.

## Article 1 – Résiliation

1.1 Le client peut résilier avec un préavis de zwölf mois.

## Article 2 – Force majeure

L’œuvre est livrée sans garantie zazou. Le droit de rétractation zazou est exclu.

## Article 3 – Garantie zazou

La responsabilité est limitée.
"""


@pytest.fixture
def terms() -> Document:
    document = make_document()
    make_version(document, "2026-01-01", text=TERMS)
    return document


def find(text: str, **narrowed: object) -> list[Hit]:
    query = searching.parse(text)
    assert query is not None
    found = searching.find(query, **{"on": TODAY, **narrowed})  # type: ignore[arg-type]  # as a test names them
    return hits(found, query, permanent=False)


def slugs(text: str, **narrowed: object) -> list[str]:
    return [hit.document.slug for hit in find(text, **narrowed)]


@pytest.mark.parametrize(
    "text",
    [
        "zébulon",
        "ZEBULON",
        "zebu",
        "oeuvre zazou",
        "Œuvre zazou",
        "l'œuvre zazou",
        '"droit de retractation zazou"',
        "« droit de rétractation zazou »",
        "resili zwolf",
        "zébulon zwölf",
        "exemple zébulon",
        "terms zwölf",
        '"zebulon',
        "article 3 zazou",
    ],
)
def test_found(terms: Document, text: str) -> None:
    assert slugs(text) == [terms.slug]


@pytest.mark.parametrize(
    "text",
    [
        '"zebu"',
        '"retractation de droit zazou"',
        '"majeure l oeuvre zazou"',
        '"garantie zazou la responsabilité"',
        "zwolf zzz",
        "azou",
        "zébulon xylophone",
    ],
)
def test_not_found(terms: Document, text: str) -> None:
    assert slugs(text) == []


@pytest.mark.parametrize("text", ["", "  ", "…", '""', "« »", "%_*"])
def test_no_words(text: str) -> None:
    assert searching.parse(text) is None


def test_short_words_count_when_there_is_nothing_else(terms: Document) -> None:
    parsed = searching.parse("le droit d'un")
    assert parsed is not None
    assert [term.words for term in parsed.terms] == [("droit",)]
    alone = searching.parse("UE")
    assert alone is not None
    assert alone.terms == (fulltext.Term(("ue",)),)


def test_the_passage_is_an_article_and_its_words_are_marked(terms: Document) -> None:
    (hit,) = find("retractation zazou")
    assert hit.address == "/fr/documents/example-terms/"
    (first,) = hit.excerpts
    assert first.address == "/fr/documents/example-terms/#article-2"
    assert "sans garantie <mark>zazou.</mark> Le droit de <mark>rétractation</mark>" in first.words
    assert first.heading == "Article 2 – Force majeure"
    assert hit.further == 0


def test_words_in_several_articles_have_a_passage_each(terms: Document) -> None:
    (hit,) = find("zébulon zwölf limitée")
    assert [excerpt.passage.anchor for excerpt in hit.excerpts] == ["", "article-1", "article-3"]
    assert hit.further == 0


def test_a_heading_comes_first_and_a_part_before_the_first_heading_has_no_anchor(terms: Document) -> None:
    (hit,) = find("zazou")
    assert [excerpt.passage.anchor for excerpt in hit.excerpts] == ["article-3", "article-2"]
    assert hit.excerpts[0].heading == "Article 3 – Garantie <mark>zazou</mark>"
    (hit,) = find("zébulon")
    assert hit.excerpts[0].address == "/fr/documents/example-terms/"


def test_order() -> None:
    def store(slug: str, text: str, **values: str) -> None:
        make_version(make_document(slug, **values), "2026-01-01", text=text)

    store("f-spread", "## A\n\nWidget.\n\n## B\n\nGizmo.")
    store("e-passage", "Gizmo et widget.")
    store("d-passages", "## A\n\nGizmo et widget.\n\n## B\n\nGizmo ou widget.")
    store("c-sequence", "Un widget gizmo.")
    store("b-heading", "## Gizmo et widget\n\nRien.")
    store("a-title", "Rien.", title_en="Gizmo widget")
    expected = ["a-title", "b-heading", "c-sequence", "d-passages", "e-passage", "f-spread"]
    assert slugs("widget gizmo") == expected


def test_the_readers_language_comes_first_and_links_lead_to_the_page_in_the_language() -> None:
    version = make_version(make_document(), "2026-01-01", text="Gadgetron.", published=False)
    make_edition(version, language="en", text="Gadgetron and widgetron.")
    publish(version=version, by=None)
    (hit,) = find("gadgetron")
    assert hit.edition is not None
    assert (hit.edition.language, hit.address) == ("fr", "/fr/documents/example-terms/")
    (hit,) = find("widgetron")
    assert hit.edition is not None
    assert (hit.edition.language, hit.address) == ("en", "/en/documents/example-terms/")
    assert slugs("gadgetron", language="en") == ["example-terms"]
    assert slugs("widgetron", language="fr") == []


def test_sections_and_dates() -> None:
    document = make_document()
    make_version(document, "2025-01-01", text="Ancien widgetron.")
    make_version(document, "2026-06-01", text="Nouveau gadgetron.")
    make_version(document, "2027-01-01", text="Futur gizmotron.")
    assert slugs("widgetron") == []
    assert slugs("widgetron", on=datetime.date(2025, 3, 1)) == ["example-terms"]
    assert slugs("gadgetron", on=datetime.date(2025, 3, 1)) == []
    assert slugs("gadgetron", section=document.section_id) == ["example-terms"]
    assert slugs("gadgetron", section=Section.objects.get(slug="ict").pk) == []
    assert slugs("gadgetron", section=document.section_id, on=datetime.date(2030, 1, 1)) == []


def test_superseded_and_announced_texts_on_request(admin_user: User) -> None:
    document = make_document()
    for date in ("2025-01-01", "2026-06-01", "2027-01-01"):
        make_version(document, date, text=f"Widgetron {date}.")
    (hit,) = find("widgetron")
    assert hit.standing is Standing.IN_FORCE
    found = find("widgetron", superseded=True)
    assert [hit.standing for hit in found] == [
        Standing.ANNOUNCED,
        Standing.IN_FORCE,
        Standing.SUPERSEDED,
    ]
    assert [hit.address for hit in found] == [
        "/fr/documents/example-terms/2027-01-01/",
        "/fr/documents/example-terms/",
        "/fr/documents/example-terms/2025-01-01/",
    ]


def test_what_is_withdrawn_is_found_no_more_at_once(admin_user: User) -> None:
    version = make_version(make_document(), "2020-01-01", text="Widgetron.")
    today = timezone.localdate()
    assert slugs("widgetron", on=today) == ["example-terms"]
    withdraw(version=version, by=admin_user, reason_fr="Exemple", reason_en="Example")
    assert slugs("widgetron", on=today) == []
    assert slugs("widgetron", superseded=True) == ["example-terms"]


def test_a_draft_is_not_found(terms: Document) -> None:
    make_version(terms, "2026-10-01", text="Widgetron.", published=False)
    assert slugs("widgetron", superseded=True) == []
    assert not Passage.objects.filter(text__contains="Widgetron").exists()


def test_a_document_without_text_is_found_by_its_title_until_that_changes() -> None:
    document = make_document(title_fr="Conditions gizmotron")
    (hit,) = find("gizmotron")
    assert (hit.version, hit.address) == (None, "/fr/documents/example-terms/")
    assert slugs("gizmotron", language="fr") == []
    assert slugs("gizmotron", section=Section.objects.get(slug="ict").pk) == []
    document.title_fr = "Conditions"
    document.save()
    assert slugs("gizmotron") == []


def test_pages_of_a_pdf() -> None:
    edition = Edition.objects.get(
        version__document__slug="ict-terms", version__effective_on="2026-03-01", language="fr"
    )
    first, second = (set(fulltext.words_of(page)) for page in edition.file_text.split("\f")[:2])
    words = max(second - first, key=len)
    (hit,) = [hit for hit in find(words) if hit.document.slug == "ict-terms"]
    assert hit.edition is not None
    assert f"{hit.edition.file_url}#page=2" in [excerpt.address for excerpt in hit.excerpts]


def test_a_long_article_is_several_passages_with_one_anchor() -> None:
    words = " ".join(f"mot{number}" for number in range(4_000))
    make_version(make_document(), "2026-01-01", text=f"## Long\n\n{words}")
    (hit,) = find("mot3999")
    assert [excerpt.passage.anchor for excerpt in hit.excerpts] == ["long"]
    assert "<mark>mot3999</mark>" in hit.excerpts[0].words


def test_many_times_the_same_word_before_a_sequence() -> None:
    """PostgreSQL keeps 256 places of a word in a row: passages stay below that in any real text."""
    make_version(make_document(), "2026-01-01", text="Le client, " * 200 + "le widgetron du client.")
    assert slugs('"le widgetron du client"') == ["example-terms"]


def test_the_index_can_be_made_anew(terms: Document) -> None:
    before = list(Passage.objects.values_list("key", "page", "anchor", "heading", "text"))
    fulltext.clear(connection)
    assert slugs("zébulon") == []
    assert indexing.rebuild() == len(before)
    assert list(Passage.objects.values_list("key", "page", "anchor", "heading", "text")) == before
    assert slugs("zébulon") == [terms.slug]
    assert slugs("Exemple zébulon") == [terms.slug]


def test_queries(terms: Document, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    find("zazou")
    with django_assert_num_queries(6):
        find("zazou garantie responsabilité")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the plan of SQLite")
def test_sqlite_reads_no_table_from_end_to_end() -> None:
    query = searching.parse("garantie responsabilité")
    assert query is not None
    plan: list[str] = []

    def explain(execute: Any, sql: str, parameters: Any, *others: Any) -> Any:
        rows = connection.connection.execute(f"EXPLAIN QUERY PLAN {sql.replace('%s', '?')}", parameters)
        plan.extend(row[3] for row in rows)
        return execute(sql, parameters, *others)

    with connection.execute_wrapper(explain):
        fulltext.count_passages(connection, query.in_one_passage, [1, 2, 3])
        fulltext.titled(connection, query.in_one_passage)
        fulltext.first_passages(connection, dict.fromkeys([1, 2, 3], query.in_one_passage), 3)
    scans = [line for line in plan if line.startswith("SCAN documents")]
    assert scans
    assert all("VIRTUAL TABLE INDEX" in line and ":M" in line for line in scans), scans


@pytest.mark.postgresql
def test_postgresql_reads_the_index() -> None:
    query = searching.parse("garantie responsabilité")
    assert query is not None
    condition, value = fulltext.index(connection).where(query.in_one_passage[-1])
    with connection.cursor() as cursor:
        # The planner reads small tables from end to end whatever index they have.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN SELECT key FROM {fulltext.TABLE} WHERE {condition}", [value])  # noqa: S608  # our own table
        plan = " ".join(row[0] for row in cursor.fetchall())
    assert f"Bitmap Index Scan on {fulltext.TABLE}_words" in plan
