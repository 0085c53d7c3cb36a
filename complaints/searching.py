"""What staff find when they type into the search of the inbox: every word, or the beginning of it.

The searched text is folded and has a space before each word (models.case.searched_in). PostgreSQL has an
index of its words (models.search); SQLite reads the texts through in an index that holds nothing else.
"""

from django.db import connection
from django.db.models import QuerySet

from complaints.models import Complaint
from complaints.models.search import Words
from core.folding import fold

LONGEST_WORD = 254
"""Letters of the longest word that can stand there: an e-mail address folds to shorter ones."""

FEW = 1_000
"""So many hits are looked up by their keys; more are searched for again by each query of a page."""


def matching(typed: str) -> QuerySet[Complaint] | None:
    """Return the complaints with each word that was typed, or one that begins so; None without a word."""
    words = fold(typed).split()
    if not words:
        return None
    if any(len(word) > LONGEST_WORD for word in words):
        return Complaint.objects.none()
    found = Complaint.objects.order_by()
    if connection.vendor == "postgresql":
        # Folded words are letters and digits alone: none can end the quotation.
        query = " & ".join(f"'{word}':*" for word in words)
        return found.alias(words=Words("search_text")).filter(words__match=query)
    for word in words:
        found = found.filter(search_text__contains=f" {word}")
    return found


def narrowed(complaints: QuerySet[Complaint], typed: str) -> QuerySet[Complaint]:
    """Return those of `complaints` that match what was typed; all of them without a word."""
    found = matching(typed)
    if found is None:
        return complaints
    # A page of the inbox asks at least twice, how many there are and for the first of them: the texts are
    # searched once, and only what is found is read from the table.
    keys = list(found.values_list("pk", flat=True)[: FEW + 1])
    return complaints.filter(pk__in=keys if len(keys) <= FEW else found.values("pk"))
