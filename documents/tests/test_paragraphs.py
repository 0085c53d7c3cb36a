"""The paragraphs of a PDF's text: headings, headers and footers, words parted at the end of a line."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.paragraphs import heading_parts, is_heading, paragraphs_of_pages, part_alike


@pytest.mark.parametrize(
    "line",
    [
        "Article 3 Prix",
        "Art. 12",
        "4.2 Durée",
        "7. Fin",
        "ANNEXE II Tarifs",
        "Article 1er - DEFINITIONS",
        "Article R*132-6",
        "Article L. 112-3",
        "Article D114-9-1",
        "Article premier",
        "Livre Ier : LES ÉCHANGES AVEC L'ADMINISTRATION",
        "Sous-section 2 : Délivrance d'un accusé de réception",
        "Titre préliminaire",
        "4.1.ENTREE EN VIGUEUR",
        "1- OBJET.",
        "2. Basic Permissions.",
        "12.Termination of the Licence",
    ],
)
def test_headings(line: str) -> None:
    assert is_heading(line)


@pytest.mark.parametrize(
    "line",
    [
        "Le prix",
        "1. " + "x" * 200,
        "12 euros sont dus.",
        "a) premier point ;",
        "2025 relative à la différenciation et à la déconcentration",
        "1. joindre aux copies cette licence à l’identique",
        "Section 10 makes it unnecessary.",
        "Articles 3 et 4",
        "Part l’accord des parties",
        "12.1 Toute personne est autorisée à copier et à distribuer des copies de ce contrat",
    ],
)
def test_what_is_no_heading(line: str) -> None:
    assert not is_heading(line)


def test_the_number_and_the_title_of_a_heading() -> None:
    assert heading_parts("Article L. 112-3 – Le prix.") == ("Article L112-3", "Le prix")
    assert heading_parts("4.2 Durée") == ("4.2", "Durée")
    assert heading_parts("Durée") == ("", "Durée")


def test_the_paragraphs_of_pages_are_without_headers_and_parted_words() -> None:
    pages = [
        "Conditions d’exemple\n1. Objet\nLe présent texte s’applique à toutes les presta-\n"
        "tions de la société et à leurs suites,\nquelles qu’elles soient.\nUn autre alinéa commence ici.\n"
        "• un point ;\n• un autre.\nPage 1",
        "Conditions d’exemple\n2. Prix\nLes prix sont ceux du contrat.\nPage 2",
        "Conditions d’exemple\n3. Durée\nUn an.\nIl se renouvelle.\nPage 3",
    ]
    assert paragraphs_of_pages("\f".join(pages)) == [
        "1. Objet",
        "Le présent texte s’applique à toutes les prestations de la société et à leurs suites, "
        "quelles qu’elles soient.",
        "Un autre alinéa commence ici.",
        "• un point ;",
        "• un autre.",
        "2. Prix",
        "Les prix sont ceux du contrat.",
        "3. Durée",
        "Un an.",
        "Il se renouvelle.",
    ]
    assert paragraphs_of_pages("") == []


@pytest.mark.parametrize(
    ("lines", "paragraph"),
    [
        # Typesetting programs part words with a sign of their own.
        ("les œuvres transfor\u2010\nmées et dé\u00ad\nfinies", "les œuvres transformées et définies"),
        ("la presta-\ntion de ser-\nvice", "la prestation de service"),
        # The word is written with its hyphen elsewhere.
        (
            "ci-après le ser-\nvice, ou ci-\naprès la presta-\ntion",
            "ci-après le service, ou ci-après la prestation",
        ),
        ("au sens de l’article 114-\n9 du code", "au sens de l’article 114-9 du code"),
        ("un accord ANRT-\nARCEP", "un accord ANRT-ARCEP"),
    ],
)
def test_words_parted_at_the_end_of_a_line(lines: str, paragraph: str) -> None:
    assert paragraphs_of_pages(lines) == [paragraph]


def test_where_no_word_is_parted_a_hyphen_is_the_word_s_own() -> None:
    page = "\n".join(["une ligne aussi longue que toutes les autres lignes"] * 60)
    assert "vis-à-vis" in paragraphs_of_pages(f"{page}\nqui engage la société vis-\nà-vis de tous")[0]


def body(page: int) -> str:
    """Return the lines of a page, none of which is on another one."""
    letter = "abcdefgh"[page]
    words = [f"{letter * 3}{other * 3}" for other in "ijklmnopqrstuvwx"]
    return "\n".join(" ".join([word] * 10) for word in words)


def test_a_running_head_that_says_the_chapter() -> None:
    pages = [
        f"{body(number)}\nCode de l’exemple et des exemples Chapitre {number}\nPage {number} / 5"
        for number in range(1, 5)
    ]
    # Where the chapter's name is long, the head takes several lines.
    pages.append(f"{body(0)}\nCode de l’exemple et des exemples\nChapitre long\net très long\nPage 5 / 5")
    text = " ".join(paragraphs_of_pages("\f".join(pages)))
    assert "Chapitre" not in text
    assert "Code" not in text
    assert len(text.split()) == 5 * 16 * 10


def test_articles_and_prices_at_the_edge_of_pages_are_no_heads() -> None:
    pages = [f"Article {number}\n{body(number)}\n{number} EUR\n- {number} -" for number in range(1, 5)]
    text = "\n".join(paragraphs_of_pages("\f".join(pages)))
    for number in range(1, 5):
        assert f"Article {number}" in text
        assert f"{number} EUR" in text
        assert f"- {number} -" not in text


def test_a_heading_and_an_item_may_take_two_lines() -> None:
    page = (
        f"{body(0)}.\nTitre III : L’ASSOCIATION DU PUBLIC AUX\nDÉCISIONS\n"
        "Chapitre III : Commissions à caractère\nconsultatif\n"
        "1. Toute personne peut demander les documents qui la concernent à la\n"
        "société.\n2° Un autre point ;\nII.-Un alinéa."
    )
    assert paragraphs_of_pages(page)[-5:] == [
        "Titre III : L’ASSOCIATION DU PUBLIC AUX DÉCISIONS",
        "Chapitre III : Commissions à caractère consultatif",
        "1. Toute personne peut demander les documents qui la concernent à la société.",
        "2° Un autre point ;",
        "II.-Un alinéa.",
    ]


def test_a_line_in_the_middle_of_a_sentence_begins_nothing() -> None:
    page = (
        "Le client qui a reçu la facture la conteste dans les conditions de l’\n"
        "Article 5 du contrat, et la société lui répond au plus tard dans les\n"
        "L. 112-3 jours qui suivent."
    )
    assert len(paragraphs_of_pages(page)) == 1


@given(st.lists(st.text("aé1. -–A", min_size=1, max_size=30), max_size=20))
def test_no_letter_of_a_page_is_lost(lines: list[str]) -> None:
    def letters(text: str) -> str:
        return re.sub(r"[\s-]", "", text)

    assert letters("".join(paragraphs_of_pages("\n".join(lines)))) == letters("".join(lines))


def test_a_line_without_end_is_read_in_time() -> None:
    start = time.process_time()
    for line in ("a" * 500_000, "a. " * 200_000, "a-" * 200_000, "1 . " * 100_000):
        part_alike(paragraphs_of_pages(f"{line}\n{line}"), ["Un autre texte de cinq mots."])
    assert time.process_time() - start < 10


def test_paragraphs_are_parted_where_the_other_text_parts_them() -> None:
    run_together = ["Un premier alinéa qui se termine ici. Le second dit encore tout autre chose.", "Fin."]
    parted = ["Un premier alinéa qui se termine là.", "Le second dit encore tout autre chose.", "Fin."]
    before, after = part_alike(run_together, parted)
    assert before == [
        "Un premier alinéa qui se termine ici.",
        "Le second dit encore tout autre chose.",
        "Fin.",
    ]
    assert after == parted
