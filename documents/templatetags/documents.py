"""What other pages show of the documents."""

from django import template
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.safestring import SafeString

from core.templatetags.portal import json_ld
from documents.models import Document, Version
from documents.timeline import Period

register = template.Library()


@register.simple_tag
def digital_document(period: Period) -> SafeString:
    """Describe a version and its files as a schema.org `DigitalDocument`."""
    version = period.version
    last_on = period.last_on
    described = {
        "@context": "https://schema.org",
        "@type": "DigitalDocument",
        "name": str(version.document.title),
        "url": settings.SITE_URL + version.get_absolute_url(),
        "version": version.address,
        "inLanguage": sorted(edition.language for edition in version.editions.all()),
        "datePublished": timezone.localdate(version.published_at).isoformat(),
        "temporalCoverage": f"{version.effective_on.isoformat()}/{last_on.isoformat() if last_on else '..'}",
        "encoding": [
            {
                "@type": "MediaObject",
                "contentUrl": settings.SITE_URL + edition.file_url,
                "encodingFormat": "application/pdf",
                "contentSize": str(edition.file_size),
                "inLanguage": edition.language,
                "sha256": edition.file_sha256,
            }
            for edition in version.editions.all()
            if edition.file
        ],
    }
    return json_ld(described)


@register.simple_tag
def section_documents(slug: str) -> QuerySet[Document]:
    """Return the documents of a section that have a text in force today."""
    in_force = Version.objects.in_force(timezone.localdate())
    return Document.objects.filter(section__slug=slug, versions__in=in_force).distinct()
