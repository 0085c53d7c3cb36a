"""Which texts applied on a day: the answer to "what did I sign?"."""

import datetime
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Prefetch

from core.bilingual import reading_language
from documents.models import Document, Edition, Section, Version
from documents.timeline import Period, Standing, timeline


@dataclass(frozen=True)
class AppliedText:
    """A document and the version of it that applied."""

    document: Document
    period: Period

    @property
    def version(self) -> Version:
        """The version that applied."""
        return self.period.version

    @property
    def editions(self) -> list[Edition]:
        """Its editions, the reader's language first."""
        language = reading_language()
        return sorted(self.version.editions.all(), key=lambda edition: edition.language != language)


def applied(on: datetime.date, section: str = "") -> list[tuple[Section, list[AppliedText]]]:
    """Return the texts that applied on the day `on`, by section; those of one, where its slug is given.

    A section without such a text is absent. Three queries, however many texts there are.
    """
    documents = Document.objects.filter(section__slug=section) if section else Document.objects.all()
    editions = Edition.objects.defer("file_text", "search_text")
    versions = (
        Version.objects.published()
        .filter(document__in=documents)
        .select_related("document__section")
        .prefetch_related(Prefetch("editions", editions))
    )
    by_document: dict[Document, list[Version]] = defaultdict(list)
    for version in versions:
        by_document[version.document].append(version)
        for edition in version.editions.all():
            edition.version = version
    by_section: dict[Section, list[AppliedText]] = defaultdict(list)
    for document in sorted(by_document, key=lambda found: (found.position, found.slug)):
        for period in timeline(by_document[document], on):
            if period.standing is Standing.IN_FORCE:
                by_section[document.section].append(AppliedText(document, period))
    return sorted(by_section.items(), key=lambda item: (item[0].position, item[0].slug))
