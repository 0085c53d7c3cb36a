"""What in the library waits for staff: the next steps, and translations that lag behind."""

import datetime
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Exists, F, OuterRef, TextField
from django.db.models.functions import MD5, Concat
from django.utils import timezone

from documents import rendering
from documents.models import Edition, State, Summary, Version

WAITING_SHOWN = 20

SHORT_TEXT = 60
"""Words of a page text that is read as quickly as its summary would be."""


@dataclass(frozen=True)
class Waiting:
    """Versions that wait for a step, those that this member of staff can take first."""

    to_approve: list[Version]
    to_publish: list[Version]
    drafts: list[Version]
    announced: list[Version]
    untranslated: list[Version]
    outdated: list[Version]
    unsummarised: list[Version]

    def __bool__(self) -> bool:
        return any(vars(self).values())


def waiting(user: User) -> Waiting:
    """Return what waits for staff, as far as `user` may see versions. Five queries."""
    today = timezone.localdate()
    under_way = list(
        Version.objects.filter(published_at__isnull=True).select_related("document")[:WAITING_SHOWN]
    )
    by_state = defaultdict(list)
    for version in under_way:
        by_state[State(version.state)].append(version)
    untranslated, outdated = translations(today)
    return Waiting(
        to_approve=[version for version in by_state[State.REVIEW] if version.author_id != user.pk],
        to_publish=by_state[State.APPROVED],
        drafts=by_state[State.DRAFT],
        announced=list(
            Version.objects.published()
            .filter(effective_on__gt=today, withdrawn_on__isnull=True)
            .select_related("document")[:WAITING_SHOWN]
        ),
        untranslated=untranslated,
        outdated=outdated,
        unsummarised=unsummarised(today),
    )


def translations(on: datetime.date) -> tuple[list[Version], list[Version]]:
    """Return the versions in force on a day without a translation, and those whose translation is outdated.

    Two queries.
    """
    wordings: dict[int, dict[str, str]] = defaultdict(dict)
    order: dict[int, list[int]] = defaultdict(list)
    rows = (
        Edition.objects.filter(version__in=Version.objects.published())
        .annotate(wording=Concat(MD5("text"), F("file_sha256"), output_field=TextField()))
        .order_by("version__effective_on", "version__revision")
        .values_list("version_id", "version__document_id", "language", "wording")
    )
    for version, document, language, wording in rows:
        wordings[version][language] = wording
        if version not in order[document]:
            order[document].append(version)
    untranslated, outdated = [], []
    for current in Version.objects.in_force(on).select_related("document"):
        now = wordings[current.pk]
        place = order[current.document_id].index(current.pk)
        before = wordings[order[current.document_id][place - 1]] if place else {}
        if len(now) == 1:
            untranslated.append(current)
        elif is_outdated(before, now, current.document.original_language):
            outdated.append(current)
    return untranslated, outdated


def unsummarised(on: datetime.date) -> list[Version]:
    """Return the versions in force on a day with a page text that has no summary in its language.

    A text of SHORT_TEXT words or less needs none. One query.
    """
    summaries = Summary.objects.filter(version=OuterRef("version"), language=OuterRef("language"))
    editions = (
        Edition.objects.filter(~Exists(summaries), version__in=Version.objects.in_force(on))
        .exclude(text="")
        .select_related("version__document")
        .defer("file_text")
    )
    found = [edition for edition in editions if len(rendering.plain(edition.text).split()) > SHORT_TEXT]
    return list(dict.fromkeys(edition.version for edition in found))


def is_outdated(before: Mapping[str, str], now: Mapping[str, str], original: str) -> bool:
    """Whether the original has changed since the version before and a translation has not.

    Both map a language to what tells one wording from another.
    """
    changed = {language for language in now if language in before and now[language] != before[language]}
    stayed = {language for language in now if language in before} - changed
    return original in changed and bool(stayed)
