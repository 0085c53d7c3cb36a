"""What was published, as Atom feeds (RFC 4287): all documents, or one."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import F
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from core.bilingual import reading_language
from core.dates import long_date
from documents.models import Document, Version

MOST_ENTRIES = 50


class PublicationFeed(Feed[Version, Document | None]):
    """The versions published last, of all documents or of the one in the address.

    An entry stays as it is: its identity is the version's address and its time that of the publication, so
    that nothing but a new version makes a reader see something new.
    """

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, slug: str = "") -> Document | None:
        return get_object_or_404(Document, slug=slug) if slug else None

    def get_feed(self, obj: Document | None, request: HttpRequest) -> Any:
        feed = super().get_feed(obj, request)
        feed.feed["language"] = reading_language()
        return feed

    def title(self, document: Document | None) -> str:
        return str(document.title) if document else _("Legal texts: what was published")

    def link(self, document: Document | None) -> str:
        path = document.get_absolute_url() if document else reverse("documents:library")
        return settings.SITE_URL + path

    def feed_url(self, document: Document | None) -> str:
        name, arguments = ("documents:document-feed", [document.slug]) if document else ("documents:feed", [])
        return settings.SITE_URL + reverse(name, args=arguments)

    def feed_guid(self, document: Document | None) -> str:
        return self.feed_url(document)

    def items(self, document: Document | None) -> Any:
        versions = Version.objects.published().exclude(withdrawn_on__lte=F("effective_on"))
        if document:
            versions = versions.filter(document=document)
        return versions.select_related("document").order_by("-published_at", "-pk")[:MOST_ENTRIES]

    def item_title(self, item: Version) -> str:
        return _("%(document)s, version of %(date)s") % {
            "document": item.document.title,
            "date": long_date(item.effective_on),
        }

    def item_description(self, item: Version) -> str:
        return str(item.change_summary or item.document.description)

    def item_link(self, item: Version) -> str:
        return settings.SITE_URL + item.get_absolute_url()

    def item_guid(self, item: Version) -> str:
        """A tag URI (RFC 4151), which outlives a change of the address's form."""
        host = urlsplit(settings.SITE_URL).hostname
        day = item.published_at.date() if item.published_at else item.effective_on
        return f"tag:{host},{day.isoformat()}:documents/{item.document.slug}/{item.address}"

    def item_pubdate(self, item: Version) -> datetime | None:
        return item.published_at

    def item_updateddate(self, item: Version) -> datetime | None:
        return item.published_at

    def item_author_name(self, item: Version) -> str:
        return urlsplit(settings.SITE_URL).hostname or ""
