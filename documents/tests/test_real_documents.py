"""Real legal texts, which nobody wrote for the portal: upload, text, search, redline and pages."""

import datetime
import re
import time
import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from documents import fulltext, pdf, searching
from documents.hits import hits
from documents.models import Document
from documents.paragraphs import is_heading, paragraphs_of_pages, part_alike
from documents.passages import parts
from documents.redline import Mark, Part, Redline, compare
from documents.tests.real_texts import NAMES, path, wordings
from scripts.legal_texts import TEXTS, Text, articles

pytestmark = pytest.mark.usefixtures("legal_texts")

SENTENCES = {
    "art-libre": "les productions de l’esprit s’offrent naturellement à la circulation, à l’échange",
    "cecill": "Le Contrat entre en vigueur à la date de son acceptation par le Licencié",
    "code": "Toute personne a le droit de connaître le prénom, le nom, la qualité et l'adresse",
    "etalab": "L’absence de défauts ou d’erreurs éventuellement contenues dans l’« Information »",
    "eupl": "the Licensee royalty-free, non-exclusive usage rights to any patents held by the Licensor",
    "gpl": "freedom to share and change",
    "liliq": "une œuvre protégée par le droit d'auteur, telle qu'un programme d'ordinateur",
    "partage": "ou qui a reçu l'autorisation expresse de l'Offrant d'exercer des droits",
}
"""What a document says, across the ends of lines."""

TABLE_OVER_TWO_PAGES = "Article D324-5-1"
"""Has a table one of whose rows is on two pages, whose cells no text of a PDF tells apart."""


@cache
def facts(text: Text) -> pdf.PdfFacts:
    with path(text.document, text.version, text.language).open("rb") as file:
        return pdf.inspect(file)


def paragraphs(document: str, version: str = "", language: str = "") -> list[str]:
    return paragraphs_of_pages(facts(wordings(document, version, language)[0]).text)


def redline(document: str) -> Redline:
    """Compare the first and the last wording of a document."""
    before, after = (facts(text).text for text in (wordings(document)[0], wordings(document)[-1]))
    return compare(*part_alike(paragraphs_of_pages(before), paragraphs_of_pages(after)))


def part(found: Redline, heading: str) -> Part:
    (part,) = [part for part in found.parts if part.heading == heading]
    return part


def words(part: Part, mark: Mark) -> list[str]:
    rows = [piece for row in part.rows for piece in (*row.before, *row.after)]
    return [piece.words.strip() for piece in rows if piece.mark is mark]


def bare(text: str) -> str:
    return re.sub(r"[\s\u200b]", "", text)


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.file)
def test_upload(text: Text) -> None:
    found = facts(text)
    assert 1 < found.pages <= 60
    assert found.findings == ()
    assert "\ufb01" not in found.text
    assert found.text.count("\f") == found.pages - 1
    whole = "\n".join(paragraphs_of_pages(found.text))
    assert not re.search(r"[\u2010\u00ad]|Page \d+ / \d+", whole)


@pytest.mark.parametrize("document", SENTENCES)
def test_a_sentence_is_found_across_the_ends_of_lines(document: str) -> None:
    texts = (paragraphs_of_pages(facts(text).text) for text in wordings(document))
    assert any(SENTENCES[document] in paragraph for text in texts for paragraph in text)


def test_the_search_reads_words_that_lines_part() -> None:
    found = facts(wordings("art-libre", "2007-01-01")[0]).text
    assert "transfor\u2010\nmer" in found
    passages = parts("", found)
    assert "diffuser et de transformer librement les œuvres" in " ".join(passages[0].text.split())
    assert [passage.page for passage in passages] == [1, 2, 3]


def test_ligatures_are_dissolved_and_accents_kept() -> None:
    raw = "".join(page.extract_text() for page in PdfReader(path("art-libre", "2007-01-01")).pages)
    assert "modiﬁ" in raw
    found = facts(wordings("art-libre", "2007-01-01")[0]).text
    assert "modifi" in found
    assert "œuvre" in found
    assert "L’ÉTENDUE DE LA JOUISSANCE" in found


@pytest.mark.parametrize("text", wordings("code"), ids=lambda text: text.version)
def test_every_article_of_sixty_pages_is_a_heading(text: Text) -> None:
    found = [line for line in paragraphs_of_pages(facts(text).text) if is_heading(line)]
    assert facts(text).pages >= 59
    assert [line for line in found if line.startswith("Article")] == list(articles(text))
    assert "Titre III : L'ASSOCIATION DU PUBLIC AUX DÉCISIONS PRISES PAR L'ADMINISTRATION" in found


def test_the_redline_marks_the_articles_that_were_amended_and_no_others() -> None:
    before, after = (articles(text) for text in wordings("code"))
    amended = {name for name in {*before, *after} if bare(before.get(name, "")) != bare(after.get(name, ""))}
    # One changed its number only: it stands under the new one.
    amended.remove("Article D. 312-1-3")
    marked = {part.heading for part in redline("code").parts if part.is_changed}
    assert {name for name in marked if name.startswith("Article")} - amended <= {TABLE_OVER_TWO_PAGES}
    assert amended <= marked
    assert len(amended) > 10


def test_known_amendments_of_the_code() -> None:
    found = redline("code")
    office = part(found, "Article L211-7")
    assert (words(office, Mark.REMOVED), words(office, Mark.ADDED)) == (
        ["Pôle emploi"],
        ["l'opérateur France Travail"],
    )
    signature = part(found, "Article L212-1")
    assert words(signature, Mark.ADDED) == [", du trafic de stupéfiants ou des actes d'ingérence"]
    assert all(not row.before for row in part(found, "Article L115-1").rows)
    assert all(not row.after for row in part(found, "Article D114-9-2").rows)
    assert found.changes < 100


def test_sixty_pages_are_compared_in_time() -> None:
    texts = [facts(text).text for text in wordings("code")]
    start = time.process_time()
    compare(*part_alike(*map(paragraphs_of_pages, texts)))
    assert time.process_time() - start < 2


def test_an_article_that_was_renumbered_is_the_same_article() -> None:
    found = redline("art-libre")
    duration = part(found, "8. LA DURÉE DE LA LICENCE.")
    assert (duration.rows[0].before[0].words, duration.rows[0].after[0].words) == ("5", "8")
    assert "acception" in words(duration, Mark.REMOVED)
    assert "acceptation" in words(duration, Mark.ADDED)
    # "Oeuvre" and "œuvre" are the same word to the search, and two wordings to the redline.
    assert "œuvre" in words(part(found, "2.1 LA LIBERTÉ DE COPIER (OU DE REPRODUCTION)."), Mark.ADDED)


def test_a_licence_in_two_versions() -> None:
    found = redline("eupl")
    headings = [part.heading for part in found.parts if part.heading]
    assert [heading.partition(".")[0] for heading in headings] == [str(number) for number in range(1, 16)]
    assert "Member State" in words(part(found, "15.Applicable Law"), Mark.ADDED)
    assert found.removed < 300
    agreement = redline("cecill-english")
    assert not any(piece.is_changed for piece in agreement.parts if piece.heading.startswith("Article 10"))
    assert "LICENSES" in " ".join(
        words(part(agreement, "5.3.4 COMPATIBILITY WITH OTHER LICENSES"), Mark.ADDED)
    )


def test_two_columns_are_read_one_after_the_other() -> None:
    found = redline("liliq")
    assert words(part(found, "4.1. Réciprocité"), Mark.ADDED)[:2] == ["ou dérivé", ", un logiciel modifié,"]
    assert not part(found, "7. Garanties").is_changed
    assert found.changes < 30


def test_a_bilingual_pair_has_the_same_articles() -> None:
    numbers = [
        re.findall(
            r"^Article (\d+)", "\n".join(filter(is_heading, paragraphs("cecill", language=language))), re.M
        )
        for language in ("fr", "en")
    ]
    assert numbers[0] == numbers[1] == [str(number) for number in range(1, 14)]


@pytest.mark.any_database
@pytest.mark.parametrize("name", NAMES)
def test_the_pages_of_a_document(client: Client, real_document: Callable[[str], Document], name: str) -> None:
    document = real_document(name)
    for version in document.versions.all():
        for edition in version.editions.all():
            assert edition.file_pages > 1
            with translation.override(edition.language):
                page = client.get(version.get_absolute_url())
            assert page.status_code == 200
            assert edition.file_sha256 in page.text
            file = client.get(edition.file_url)
            assert b"".join(file).startswith(b"%PDF-")
    days = [f"{version.effective_on:%Y-%m-%d}" for version in document.versions.order_by("effective_on")]
    if len(days) > 1:
        page = client.get(reverse("documents:compare", args=[document.slug, *days]))
        assert page.status_code == 200
        assert "<ins>" in page.text
        assert "<del>" in page.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "words", "marked"),
    [
        ("code", '"droit de connaitre le prenom"', "<mark>connaître</mark>"),
        ("code", "prenom qualite adresse administratives", "<mark>prénom,</mark>"),
        ("liliq", "oeuvre protegee ordinateur", "<mark>œuvre</mark>"),
        ("gpl", '"freedom to share and change"', "<mark>freedom</mark>"),
    ],
)
def test_search(real_document: Callable[[str], Document], name: str, words: str, marked: str) -> None:
    document = real_document(name)
    query = searching.parse(words)
    assert query is not None
    found = searching.find(query, on=datetime.date(2030, 1, 1))
    (hit,) = [hit for hit in hits(found, query, permanent=False) if hit.document == document]
    assert hit.edition is not None
    assert marked in "".join(excerpt.words for excerpt in hit.excerpts)
    page = hit.excerpts[0].passage.page
    assert page
    with hit.edition.open_file() as file:
        text = unicodedata.normalize("NFKC", PdfReader(file).pages[page - 1].extract_text())
    assert set(query.words) & set(fulltext.words_of(text))
    assert hit.excerpts[0].address.endswith(f"/{hit.edition.language}.pdf#page={page}")


def test_nothing_of_them_ships(legal_texts: Path) -> None:
    root = Path(__file__).parent.parent.parent
    assert legal_texts.relative_to(root).parts[0] == "var"
    assert not list((root / "documents" / "content").rglob("*2023-05-14*"))
