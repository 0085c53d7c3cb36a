"""Writing the plain-language summary of a version: who may, and the one function that does."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.models import PublicationEvent, Summary, Version
from documents.publishing import PublishingRefused


def may_summarise(user: User, version: Version) -> bool:
    """Whether `user` may write the summaries of `version`.

    Of a draft, who may edit it; once it is under review, approved or published only those who may publish it.
    """
    return user.has_perm("documents.publish_version") or (
        version.is_draft and user.has_perm("documents.change_version")
    )


def last_change(version: Version, language: str) -> str:
    """Return what changes whenever the summary of a version in a language does."""
    steps = version.events.filter(step=PublicationEvent.Step.SUMMARISED, note__startswith=f"{language}:")
    return str(steps.values_list("pk", flat=True).last() or 0)


@transaction.atomic
def summarise(
    *, version: Version, language: str, text: str, by: User | None, seen: str | None = None
) -> Summary | None:
    """Write the summary of a version in a language, or remove it when `text` is empty; return it.

    The version's record keeps each wording with who and when. `by` is None for the content loader. Raises
    PublishingRefused when it has changed since `seen` (last_change) was read, and ValidationError for a text
    that is no summary (Summary.clean).
    """
    Version.objects.select_for_update().get(pk=version.pk)
    if seen is not None and seen != last_change(version, language):
        raise PublishingRefused(
            [
                _(
                    "A colleague has changed this summary since you opened it. Nothing is saved. Open it in "
                    "another window and bring your changes there."
                )
            ]
        )
    text = "\n".join(text.strip().splitlines())
    summary = version.summaries.filter(language=language).first() or Summary(
        version=version, language=language
    )
    if text == summary.text:
        return summary if text else None
    summary.text, summary.written_at, summary.written_by = text, timezone.now(), by
    if text:
        summary.full_clean()
        summary.save()
    else:
        summary.delete()
    PublicationEvent.objects.create(
        version=version,
        actor=by.get_username() if by else "",
        account=by,
        step=PublicationEvent.Step.SUMMARISED,
        note=f"{language}:\n{text}",
    )
    return summary if text else None
