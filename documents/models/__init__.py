"""Document, version, edition: a legal text, its wording from a date, that wording in one language."""

from documents.models.edition import Edition, edition_path
from documents.models.freezing import Frozen
from documents.models.library import STAMP, Document, Language, Section
from documents.models.passage import Passage
from documents.models.record import PublicationEvent
from documents.models.summary import Summary
from documents.models.version import State, Version, VersionQuerySet

__all__ = [
    "STAMP",
    "Document",
    "Edition",
    "Frozen",
    "Language",
    "Passage",
    "PublicationEvent",
    "Section",
    "State",
    "Summary",
    "Version",
    "VersionQuerySet",
    "edition_path",
]
