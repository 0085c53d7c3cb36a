"""The portal's pages as the search finds them: what can be done here that no legal text says."""

from dataclasses import dataclass
from functools import cache

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.bilingual import reading_language
from core.folding import fold

SHORTEST_BEGINNING = 3
"""Letters that are enough to find a word by its beginning; a shorter one must be the whole word."""


@dataclass(frozen=True)
class Page:
    """A page, what it is for, and the words that people use for it besides those of its title."""

    route: str
    title: str | Promise
    purpose: str | Promise
    words: str | Promise

    @property
    def address(self) -> str:
        """Its address in the language of the request."""
        return reverse(self.route)


PAGES: tuple[Page, ...] = (
    Page(
        "complaints:new",
        _("Make a complaint"),
        _("The form, with a reference at once and the date of our answer."),
        _("complain complaint dissatisfied problem claim dispute invoice bill overcharged fault outage"),
    ),
    Page(
        "complaints:follow",
        _("Follow a complaint"),
        _("Where it stands; add to it, withdraw it, or ask for an examination by the management."),
        _("status reference escalate escalation withdraw answer case review"),
    ),
    Page(
        "complaint-policy",
        _("Complaints"),
        _("The complaint handling policy, and every way to write to us."),
        _("contact post letter address e-mail telephone deadline month"),
    ),
    Page(
        "privacy:new",
        _("Exercise a right over your data"),
        _("Access, rectification, erasure, restriction, objection."),
        _("GDPR privacy personal data protection officer DPO delete copy consent"),
    ),
    Page(
        "privacy:follow",
        _("Follow a request about your data"),
        _("Where your request stands, and by when it is answered."),
        _("GDPR privacy personal data status reference"),
    ),
    Page(
        "roaming:lookup",
        _("Roaming zones"),
        _("The roaming zone of a destination, and whether our mobile plans include it."),
        _("travel abroad country destination zone mobile phone data plan Europe map"),
    ),
    Page(
        "roaming:a-to-z",
        _("All destinations from A to Z"),
        _("Every destination with its zone, in one list."),
        _("travel abroad countries list roaming"),
    ),
    Page(
        "documents:library",
        _("All legal texts"),
        _("Terms and notices in force, and their earlier versions."),
        _("terms conditions contract general PDF download notice policy licence"),
    ),
    Page(
        "documents:applied",
        _("Which text applied when I signed?"),
        _("The exact set of texts that were in force on a date, to download together."),
        _("contract signature date past earlier previous version archive history"),
    ),
    Page(
        "documents:check-file",
        _("Check a file"),
        _("Whether a PDF file is one that was published here, and which one."),
        _("proof authentic verify genuine SHA-256 checksum evidence"),
    ),
)


def find_pages(query: str) -> list[Page]:
    """Return the pages that have every word of `query`, those with all in the title first.

    Words are compared folded (core.folding), and by their beginning from SHORTEST_BEGINNING letters on;
    single letters (à, l’, a) say nothing.
    """
    wanted = [word for word in fold(query).split() if len(word) > 1]
    if not wanted:
        return []
    titled, others = [], []
    for page, title, words in _folded(reading_language()):
        if _has(wanted, title):
            titled.append(page)
        elif _has(wanted, title + words):
            others.append(page)
    return titled + others


@cache
def _folded(_language: str) -> list[tuple[Page, list[str], list[str]]]:
    """Return each page with the words of its title and its other words, in the reader's language."""
    return [(page, fold(str(page.title)).split(), fold(str(page.words)).split()) for page in PAGES]


def _has(wanted: list[str], words: list[str]) -> bool:
    return all(any(_answers(each, word) for word in words) for each in wanted)


def _answers(wanted: str, word: str) -> bool:
    return word == wanted or (len(wanted) >= SHORTEST_BEGINNING and word.startswith(wanted))
