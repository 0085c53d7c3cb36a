"""What changed between two wordings, by article, paragraph and word."""

import pytest
from django.core.cache import cache
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from documents.models import Document, Version
from documents.publishing import publish
from documents.redline import Mark, Piece, Redline, compare
from documents.tests.factories import make_document, make_edition, make_version

OLD = ["1. Objet", "Le texte vaut pour tous.", "2. Prix", "Le prix est de 10 euros par mois.", "Fin."]
NEW = [
    "1. Objet",
    "Le texte vaut pour tous.",
    "2. Prix",
    "Le prix est de 12 euros par an.",
    "3. Durée",
    "Un an.",
]


def side(redline: Redline, name: str) -> list[str]:
    rows = [row for part in redline.parts for row in part.rows]
    return ["".join(piece.words for piece in getattr(row, name)) for row in rows if getattr(row, name)]


def test_words_paragraphs_and_articles() -> None:
    redline = compare(OLD, NEW)
    assert [part.heading for part in redline.parts] == ["1. Objet", "2. Prix", "3. Durée"]
    assert [part.is_changed for part in redline.parts] == [False, True, True]
    (price,) = [row for row in redline.parts[1].rows if row.is_changed and row.before and row.after]
    assert [piece.words for piece in price.before if piece.mark is Mark.REMOVED] == ["10", "mois"]
    assert [piece.words for piece in price.after if piece.mark is Mark.ADDED] == ["12", "an"]
    assert (redline.removed, redline.added, redline.changes) == (3, 6, 4)


def test_the_same_text_has_no_change() -> None:
    redline = compare(OLD, OLD)
    assert (redline.changes, redline.added, redline.removed) == (0, 0, 0)


def test_a_change_of_accents_or_capitals_is_a_change() -> None:
    redline = compare(["Le prix déja payé."], ["Le prix déjà payé."])
    assert redline.changes == 1
    assert redline.parts[0].rows[0].after[1] == Piece(Mark.ADDED, "déjà")


def test_nothing_against_something() -> None:
    assert compare([], []).parts == ()
    assert compare([], ["Un."]).added == 1
    assert compare(["Un."], []).removed == 1


paragraphs = st.lists(st.text("abc é.1 ", min_size=1, max_size=30).filter(str.strip), max_size=12)


@given(before=paragraphs, after=paragraphs)
def test_both_sides_are_whole_and_what_is_the_same_is_the_same(before: list[str], after: list[str]) -> None:
    redline = compare(before, after)
    assert side(redline, "before") == before
    assert side(redline, "after") == after
    for part in redline.parts:
        for row in part.rows:
            same = [
                "".join(piece.words for piece in pieces if piece.mark is Mark.SAME)
                for pieces in (row.before, row.after)
            ]
            assert same[0] == same[1]


def pieces(redline: Redline) -> list[tuple[str, str]]:
    """Return each row as one would write it: [-gone-] and [+come+]."""

    def written(side: tuple[Piece, ...]) -> str:
        signs = {Mark.ADDED: "+", Mark.REMOVED: "-"}
        return "".join(
            f"[{signs[piece.mark]}{piece.words}{signs[piece.mark]}]" if piece.mark in signs else piece.words
            for piece in side
        )

    return [(written(row.before), written(row.after)) for part in redline.parts for row in part.rows]


def test_words_that_follow_each_other_are_one_change() -> None:
    redline = compare(
        ["Les organismes et Pôle emploi décident."], ["Les organismes et France Travail décident."]
    )
    assert pieces(redline) == [
        ("Les organismes et [-Pôle emploi-] décident.", "Les organismes et [+France Travail+] décident.")
    ]


def test_paragraphs_are_paired_so_that_most_is_in_common() -> None:
    # The first paragraph resembles the last one most, which has a better partner.
    old = [
        "Le prix est dû chaque mois par le client.",
        "Le prix est dû chaque mois par le client et sa caution.",
    ]
    new = [
        "Un tarif est dû chaque année par le client.",
        "Le prix est dû chaque mois par le client et la caution.",
    ]
    rows = compare(old, new).parts[0].rows
    assert [(bool(row.before), bool(row.after)) for row in rows] == [(True, True), (True, True)]


def test_articles_are_paired_by_their_title_when_they_are_renumbered() -> None:
    redline = compare(["3. Durée", "Un an."], ["3. Prix", "Dix euros.", "4. Durée", "Un an."])
    assert [part.heading for part in redline.parts] == ["3. Prix", "4. Durée"]
    assert pieces(redline)[-2:] == [("[-3-]. Durée", "[+4+]. Durée"), ("Un an.", "Un an.")]


def test_articles_that_have_only_a_number_are_paired_by_it() -> None:
    redline = compare(["Article L114-9", "Un texte."], ["Article L115-1", "Autre chose encore."])
    assert [(bool(row.before), bool(row.after)) for row in redline.parts[0].rows] == [
        (True, False),
        (True, False),
    ]


@pytest.mark.django_db
class TestPage:
    """The comparison as a page."""

    @pytest.fixture
    def terms(self) -> Document:
        cache.clear()
        document = make_document()
        for date, fr, en in [
            ("2024-01-01", "## 1. Objet\n\nUn texte.", "One text."),
            ("2025-01-01", "## 1. Objet\n\nUn <b>autre</b> texte.", ""),
        ]:
            version = make_version(document, date, published=False, text=fr)
            if en:
                make_edition(version, language="en", text=en)
            publish(version=version, by=None)
        return document

    def address(self, document: Document, before: str, after: str, language: str = "fr") -> str:
        with translation.override(language):
            return reverse("documents:compare", args=[document.slug, before, after])

    def test_additions_and_removals_are_marked(self, client: Client, terms: Document) -> None:
        page = client.get(self.address(terms, "2024-01-01", "2025-01-01")).text
        assert "1 paragraphe diffère" in page
        assert "<ins>" in page
        assert "[ajouté\u00a0:]" in page
        assert "<b>" not in page
        assert 'id="change-1"' in page
        assert "autre" in page
        back = client.get(self.address(terms, "2025-01-01", "2024-01-01")).text
        assert "<del>" in back

    def test_a_language_both_have(self, client: Client, terms: Document) -> None:
        page = client.get(self.address(terms, "2024-01-01", "2025-01-01", "en")).text
        assert '<div class="redline" lang="fr">' in page
        assert "One text." not in page

    def test_pdf_files_of_what_ships(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        document = Document.objects.get(slug="ict-terms")
        address = self.address(document, "2025-01-01", "2026-03-01")
        first = client.get(address).text
        assert "seuls les fichiers font référence" in first
        assert first.count('id="change-') > 10
        assert first.count("Changement suivant") == first.count('id="change-') - 1
        with django_assert_num_queries(9):
            assert client.get(address).text == first

    def test_versions_are_chosen_and_addressed(self, client: Client, terms: Document) -> None:
        with translation.override("fr"):
            form = reverse("documents:compare-form", args=[terms.slug])
        old, new = Version.objects.filter(document=terms).order_by("effective_on")
        assert client.get(form).status_code == 200
        response = client.get(form, {"before": old.pk, "after": new.pk})
        assert response["Location"] == self.address(terms, "2024-01-01", "2025-01-01")
        wrong = client.get(form, {"before": str(old.pk), "after": "0"})
        assert wrong.context["form"].errors

    def test_drafts_and_other_dates_are_not_there(self, client: Client, terms: Document) -> None:
        make_version(terms, "2026-01-01", published=False)
        for after in ("2026-01-01", "2020-01-01"):
            assert client.get(self.address(terms, "2024-01-01", after)).status_code == 404

    def test_without_a_common_language_it_is_said(self, client: Client, terms: Document) -> None:
        version = Version.objects.create(document=terms, effective_on="2026-01-01")
        make_edition(version, language="en", text="English only")
        # Past the rule that the original must be there.
        published = {"state": "published", "published_at": "2026-01-01T00:00:00Z"}
        models.QuerySet(Version).filter(pk=version.pk).update(**published)
        page = client.get(self.address(terms, "2025-01-01", "2026-01-01")).text
        assert "aucune langue en commun" in page

    def test_the_version_page_leads_to_it(self, client: Client, terms: Document) -> None:
        page = client.get(terms.versions.get(effective_on="2025-01-01").get_absolute_url()).text
        assert self.address(terms, "2024-01-01", "2025-01-01") in page


def test_a_paragraph_without_end_is_not_compared_word_by_word() -> None:
    long = " ".join(f"mot{number}" for number in range(5_000))
    redline = compare([long], [long + " fin"])
    (row,) = redline.parts[0].rows
    assert [piece.mark for piece in (*row.before, *row.after)] == [Mark.REMOVED, Mark.ADDED]
