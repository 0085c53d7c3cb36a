"""What other pages show of the documents."""

from django import template
from django.db.models import QuerySet
from django.utils import timezone

from documents.models import Document, Version

register = template.Library()


@register.simple_tag
def section_documents(slug: str) -> QuerySet[Document]:
    """Return the documents of a section that have a text in force today."""
    in_force = Version.objects.in_force(timezone.localdate())
    return Document.objects.filter(section__slug=slug, versions__in=in_force).distinct()
