"""What staff find when they type into the search of the inbox: every word, or the beginning of it.

The searched text is folded and has a space before each word (models.case.searched_in). PostgreSQL has an
index of its words (models.search); SQLite reads the texts through in an index that holds nothing else.
"""

from collections.abc import Sequence

from django.db import connection
from django.db.models import QuerySet

from complaints.models import Complaint
from complaints.models.search import Words
from core.folding import fold

LONGEST_WORD = 254
"""Letters of the longest word that can stand there: an e-mail address folds to shorter ones."""

FEW = 1_000
"""So many hits are looked up by their keys; more are searched for again by each query of a page."""


def narrowed(complaints: QuerySet[Complaint], typed: str) -> QuerySet[Complaint]:
    """Return those of `complaints` with each word that was typed, or one that begins so.

    All of them without a word.
    """
    words = fold(typed).split()
    if any(len(word) > LONGEST_WORD for word in words):
        return complaints.none()
    if not words:
        return complaints
    # A page of the inbox asks at least twice, how many there are and for the first of them: the texts are
    # searched once, and only what is found is read from the table.
    keys = list(with_words(Complaint.objects.order_by(), words).values_list("pk", flat=True)[: FEW + 1])
    return complaints.filter(pk__in=keys) if len(keys) <= FEW else with_words(complaints, words)


def with_words(complaints: QuerySet[Complaint], words: Sequence[str]) -> QuerySet[Complaint]:
    """Return those of `complaints` that have each of `words`, which are folded, or one that begins so."""
    if connection.vendor == "postgresql":
        # Folded words are letters and digits alone: none can end the quotation.
        query = " & ".join(f"'{word}':*" for word in words)
        return complaints.alias(words=Words("search_text")).filter(words__match=query)
    for word in words:
        complaints = complaints.filter(search_text__contains=f" {word}")
    return complaints
