"""What search engines should know: the public pages in both languages."""

import datetime
from typing import TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import Max, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from documents.models import Document

Item = TypeVar("Item")


class PortalSitemap(Sitemap[Item]):
    """The fixed pages and every document, at the public address of the portal."""

    i18n = True
    alternates = True
    protocol = urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: object = None) -> str:
        """Return the host of SITE_URL, whatever host the request named."""
        return urlsplit(settings.SITE_URL).netloc


class PageSitemap(PortalSitemap[str]):
    """The fixed pages."""

    def items(self) -> list[str]:
        return [
            "home",
            "documents:library",
            "roaming:lookup",
            "roaming:zones",
            "complaint-policy",
            "complaints:new",
            "privacy:new",
            "accessibility",
        ]

    def location(self, item: str) -> str:
        return reverse(item)


class DocumentSitemap(PortalSitemap[Document]):
    """One page a document, with the day on which what it shows changed last."""

    def items(self) -> QuerySet[Document]:
        today, published = timezone.localdate(), Q(versions__published_at__isnull=False)
        return Document.objects.annotate(
            published_at=Max("versions__published_at"),
            begun_on=Max("versions__effective_on", filter=published & Q(versions__effective_on__lte=today)),
            ended_on=Max("versions__withdrawn_on", filter=Q(versions__withdrawn_on__lte=today)),
        )

    def location(self, item: Document) -> str:
        return item.get_absolute_url()

    def lastmod(self, item: Document) -> datetime.date | None:
        """Return the day of the last publication, begin or withdrawal of a version; None before any."""
        published_at: datetime.datetime | None = getattr(item, "published_at", None)
        days = [timezone.localdate(published_at)] if published_at else []
        days += [day for name in ("begun_on", "ended_on") if (day := getattr(item, name, None))]
        return max(days, default=None)


SITEMAPS = {"pages": PageSitemap, "documents": DocumentSitemap}
