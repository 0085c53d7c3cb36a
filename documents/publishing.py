"""The steps of a version's life. Each is one atomic function; the admin and the loader call the same."""

import datetime
import hashlib
from collections.abc import Mapping

from django.contrib.auth.models import User
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.attention import is_outdated
from documents.indexing import index_edition
from documents.models import Edition, PublicationEvent, State, Version
from documents.parallel import differences
from documents.pdf import FINDINGS
from documents.timeline import timeline

Step = PublicationEvent.Step


class PublishingRefused(Exception):
    """A step cannot be taken; `reasons` are sentences for the person who tried."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


def missing_for_publication(version: Version) -> list[str]:
    """Return what still stands in the way of publishing `version`, as sentences; empty when nothing does."""
    reasons = []
    document = version.document
    editions = list(version.editions.all())
    if document.original_language not in {edition.language for edition in editions}:
        reasons.append(
            _("The edition in the original language (%(language)s) is missing.")
            % {"language": document.get_original_language_display()}
        )
    has_history = Version.objects.published().filter(document=document).exists()
    if has_history and not (version.change_summary_fr.strip() and version.change_summary_en.strip()):
        reasons.append(_("Say what changed, in French and in English."))
    return reasons + [reason for edition in editions if edition.file for reason in _file_problems(edition)]


def warnings(version: Version) -> list[str]:
    """Return what does not stand in the way of publishing `version` but should be looked at."""
    found = []
    editions = {edition.language: edition for edition in version.editions.all()}
    if len(editions) == 1:
        found.append(_("There is no translation: readers of the other language will see the original."))
    elif _has_outdated_translation(version, editions):
        found.append(_("The original has changed since the version before, the translation has not."))
    found += differences({language: edition.text for language, edition in editions.items()})
    for edition in editions.values():
        found += [f"{edition.file_name}: {FINDINGS[word]}" for word in edition.file_findings]
        found += _same_file(edition)
    if not version.is_published and version.effective_on < timezone.localdate():
        found.append(_("The effective date has passed: the text will be shown as in force since then."))
    for summary in version.summaries.all():
        found += summary.dead_links()
    return found


def _same_file(edition: Edition) -> list[str]:
    """Name the other versions that have the same file."""
    if not edition.file:
        return []
    others = Edition.objects.filter(file_sha256=edition.file_sha256).exclude(pk=edition.pk)
    return [
        _("%(name)s is the same file as that of %(other)s.") % {"name": edition.file_name, "other": other}
        for other in others.select_related("version__document")
    ]


def _has_outdated_translation(version: Version, editions: Mapping[str, Edition]) -> bool:
    earlier = Version.objects.published().filter(document=version.document).exclude(pk=version.pk)
    before = earlier.order_by("-effective_on", "-revision").first()
    if before is None:
        return False
    return is_outdated(
        {edition.language: _wording(edition) for edition in before.editions.all()},
        {language: _wording(edition) for language, edition in editions.items()},
        version.document.original_language,
    )


@transaction.atomic
def submit(*, version: Version, by: User, note: str = "") -> None:
    """Hand a draft to review: until it is returned nobody can change it.

    Raises PublishingRefused when it is no draft or something is missing.
    """
    locked = _lock(version, State.DRAFT)
    if reasons := missing_for_publication(locked):
        raise PublishingRefused(reasons)
    _take(version, Step.SUBMITTED, by, note, state=State.REVIEW, author=by)


@transaction.atomic
def send_back(*, version: Version, by: User, note: str = "") -> None:
    """Make a draft again of a version that is under review or approved; an approval is void with it.

    Raises PublishingRefused when it is neither.
    """
    _lock(version, State.REVIEW, State.APPROVED)
    _take(version, Step.RETURNED, by, note, state=State.DRAFT, approved_by=None)


@transaction.atomic
def approve(*, version: Version, by: User, note: str = "") -> None:
    """Approve a version under review. The approver must be another person than those who wrote it.

    Raises PublishingRefused when it is not under review, when `by` has edited or submitted it, whatever their
    rights, or when something is missing.
    """
    locked = _lock(version, State.REVIEW)
    wrote = locked.events.filter(step__in=(Step.EDITED, Step.SUBMITTED), account=by)
    if by == locked.author or wrote.exists():
        raise PublishingRefused([_("You wrote this version: somebody else must approve it.")])
    if reasons := missing_for_publication(locked):
        raise PublishingRefused(reasons)
    _take(version, Step.APPROVED, by, note, state=State.APPROVED, approved_by=by)


@transaction.atomic
def publish(*, version: Version, by: User | None) -> None:
    """Publish an approved version: readers see it at once, and it applies from its effective date.

    `by` is the publisher; None for the content loader, whose texts were reviewed as files and need no
    approval. From here on nobody can change it. Raises PublishingRefused with the reasons when it is not
    approved or something is missing.
    """
    locked = _lock(version, *((State.APPROVED,) if by else (State.DRAFT,)))
    if reasons := missing_for_publication(locked):
        raise PublishingRefused(reasons)
    for edition in locked.editions.all():
        index_edition(edition)
    _take(version, Step.PUBLISHED, by, state=State.PUBLISHED, published_at=timezone.now(), published_by=by)


@transaction.atomic
def withdraw(
    *, version: Version, by: User, reason_fr: str, reason_en: str, on: datetime.date | None = None
) -> None:
    """Withdraw a published version from the day `on` (today), with the reason that readers see.

    It keeps its page and file. From that day it does not apply; nothing takes its place but a version that
    begins later, or, when it had not begun yet, the one before it. Raises PublishingRefused when it is not
    published, has been superseded, the day has passed, or a reason is missing.
    """
    locked = _lock(version, State.PUBLISHED)
    on = on or timezone.localdate()
    reasons = []
    if not (reason_fr.strip() and reason_en.strip()):
        reasons.append(_("Give the reason in French and in English."))
    if on < timezone.localdate():
        reasons.append(_("The day must not have passed: what applied then stays on record."))
    versions = list(Version.objects.published().filter(document=locked.document))
    ends = {period.version: period.until_on for period in timeline(versions, on)}[locked]
    if ends and ends <= on:
        reasons.append(_("A later version has taken its place by then; there is nothing to withdraw."))
    if reasons:
        raise PublishingRefused(reasons)
    _take(
        version,
        Step.WITHDRAWN,
        by,
        reason_fr if reason_fr == reason_en else f"{reason_fr}\n{reason_en}",
        state=State.WITHDRAWN,
        withdrawn_on=on,
        withdrawal_reason_fr=reason_fr,
        withdrawal_reason_en=reason_en,
    )


def last_step(version: Version) -> str:
    """Return what changes with every step and every edit of a version; its summary is no part of it."""
    steps = version.events.exclude(step=Step.SUMMARISED)
    return str(steps.values_list("pk", flat=True).last() or 0)


def refuse_if_changed(*, version: Version, seen: str) -> None:
    """Lock the version; raise PublishingRefused when a step was taken since `seen` (last_step) was read.

    Nobody approves or publishes what they have not seen.
    """
    Version.objects.select_for_update().get(pk=version.pk)
    if seen != last_step(version):
        raise PublishingRefused(
            [_("This version has changed since you opened the page. Please read it again first.")]
        )


def note_edit(*, version: Version, by: User) -> None:
    """Take down who changed a draft, for the rule that nobody approves what they wrote."""
    _take(version, Step.EDITED, by, author=by)


def _lock(version: Version, *states: State) -> Version:
    locked = Version.objects.select_for_update().select_related("document").get(pk=version.pk)
    if locked.state not in states:
        state = locked.get_state_display()
        raise PublishingRefused([_("This cannot be done now: the version is %(state)s.") % {"state": state}])
    return locked


def _take(version: Version, step: str, by: User | None, note: str = "", **values: object) -> None:
    """Write a step: the event, and the version's new values past the guard that freezes it."""
    for name, value in values.items():
        setattr(version, name, value)
    models.QuerySet(Version).filter(pk=version.pk).update(**values)
    actor = by.get_username() if by else ""
    PublicationEvent.objects.create(version=version, actor=actor, account=by, step=step, note=note.strip())


def _file_problems(edition: Edition) -> list[str]:
    """Say whether the stored file is still the one that was inspected: it is what readers will get."""
    try:
        with edition.open_file() as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # it is binary
    except OSError:
        return [_("The file %(name)s is not in the storage.") % {"name": edition.file_name}]
    if digest != edition.file_sha256:
        return [_("The file %(name)s is not the one that was uploaded.") % {"name": edition.file_name}]
    return []


def _wording(edition: Edition) -> str:
    return hashlib.sha256(f"{edition.text}\0{edition.file_sha256}".encode()).hexdigest()
