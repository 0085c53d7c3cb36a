"""Which texts applied on a day: the answer to "what did I sign?"."""

import datetime
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Prefetch

from core.bilingual import reading_language
from documents.models import Document, Edition, Section, Version
from documents.timeline import Period, Standing


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

    A section without such a text is absent. Two queries, however many texts there are.
    """
    versions = Version.objects.in_force(on)
    if section:
        versions = versions.filter(document__section__slug=section)
    editions = Edition.objects.defer("file_text")
    found = (
        versions.with_next(on)
        .select_related("document__section")
        .prefetch_related(Prefetch("editions", editions))
        .order_by("document__section__position", "document__position", "document__slug")
    )
    by_section: dict[Section, list[AppliedText]] = defaultdict(list)
    for version in found:
        for edition in version.editions.all():
            edition.version = version
        next_on = version.next_on  # type: ignore[attr-defined]  # from with_next
        ends = [day for day in (next_on, version.withdrawn_on) if day]
        period = Period(version, min(ends, default=None), Standing.IN_FORCE, (version.contracts,))
        by_section[version.document.section].append(AppliedText(version.document, period))
    return list(by_section.items())
