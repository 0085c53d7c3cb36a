"""Two spellings of the same words fold to the same string."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.folding import fold


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Œuvre d'été", "oeuvre d ete"),
        ("oeuvre d’ete", "oeuvre d ete"),
        ("  CÔTE   d'Ivoire ", "cote d ivoire"),
        ("Straße", "strasse"),
        ("ﬁnance", "finance"),
        ("Færøerne", "faeroerne"),
        ("Timor-Leste", "timor leste"),
        ("a_b\x00c", "a b c"),
        ("日本", "日本"),
        ("", ""),
    ],
)
def test_fold(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text(max_size=200))
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
