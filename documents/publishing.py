"""The steps of a version's life. Each is one atomic function; the admin and the loader call the same."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.models import Version


class PublishingRefused(Exception):
    """A version cannot be published; `reasons` are sentences for the editor."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


def missing_for_publication(version: Version) -> list[str]:
    """Return what still stands in the way of publishing `version`, as sentences; empty when nothing does."""
    reasons = []
    document = version.document
    languages = {edition.language for edition in version.editions.all()}
    if document.original_language not in languages:
        reasons.append(
            _("The edition in the original language (%(language)s) is missing.")
            % {"language": document.get_original_language_display()}
        )
    has_history = Version.objects.published().filter(document=document).exists()
    if has_history and not (version.change_summary_fr.strip() and version.change_summary_en.strip()):
        reasons.append(_("Say what changed, in French and in English."))
    return reasons


@transaction.atomic
def publish(*, version: Version, by: User | None) -> None:
    """Publish `version`: readers see it at once, and it applies from its effective date.

    `by` is the publisher, None for the content loader. From here on nobody can change it. Raises
    PublishingRefused with the reasons when it is already published or something is missing.
    """
    locked = Version.objects.select_for_update().get(pk=version.pk)
    if locked.is_published:
        raise PublishingRefused([_("This version is already published.")])
    if reasons := missing_for_publication(locked):
        raise PublishingRefused(reasons)
    version.published_at, version.published_by = timezone.now(), by
    Version.objects.filter(pk=version.pk).update(published_at=version.published_at, published_by=by)
