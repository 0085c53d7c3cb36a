"""What search engines should know: the public pages in both languages."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from documents.models import Document


class PortalSitemap(Sitemap[str]):
    """The fixed pages and every document, at the public address of the portal."""

    i18n = True
    alternates = True
    protocol = urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: object = None) -> str:
        """Return the host of SITE_URL, whatever host the request named."""
        return urlsplit(settings.SITE_URL).netloc


class PageSitemap(PortalSitemap):
    """The fixed pages."""

    def items(self) -> list[str]:
        return [
            "home",
            "documents:library",
            "roaming:lookup",
            "roaming:zones",
            "complaint-policy",
            "complaints:new",
        ]

    def location(self, item: str) -> str:
        return reverse(item)


class DocumentSitemap(PortalSitemap):
    """One page a document."""

    def items(self) -> list[str]:
        return list(Document.objects.values_list("slug", flat=True))

    def location(self, item: str) -> str:
        return reverse("documents:document", args=[item])


SITEMAPS = {"pages": PageSitemap, "documents": DocumentSitemap}
