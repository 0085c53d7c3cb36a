"""What was published, as Atom feeds (RFC 4287): all documents, or one."""

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import conditional_page, require_safe

from core.bilingual import Wording, reading_language
from core.contact import contact_details
from core.dates import long_date
from documents.models import Document, Version

MOST_ENTRIES = 50

NOTHING_YET = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed without entries changed last."""

NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""A character that no XML document may hold."""


class PlainAtomFeed(Atom1Feed):
    """Atom with summaries in plain text, each in its own language, and without what XML does not allow."""

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        self.feed = _clean(self.feed)
        super().add_root_elements(handler)

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        item = _clean(item)
        super().add_item_elements(handler, {**item, "description": None})
        if item["description"]:
            foreign = {"xml:lang": item["foreign_language"]} if item["foreign_language"] else {}
            handler.addQuickElement("summary", item["description"], {"type": "text", **foreign})

    def latest_post_date(self) -> datetime:
        return super().latest_post_date() if self.items else NOTHING_YET


def _clean(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: NO_XML.sub(" ", value) if isinstance(value, str) else value for name, value in values.items()
    }


class PublicationFeed(Feed[Version, Document | None]):
    """The versions published last, of all documents or of the one in the address.

    An entry stays as it is: its identity is the version's address and its time that of the publication, so
    that nothing but a new version makes a reader see something new. The two languages have entries of their
    own.
    """

    feed_type = PlainAtomFeed

    @method_decorator(require_safe)
    @method_decorator(conditional_page)
    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().__call__(request, *args, **kwargs)
        # When an announced version is withdrawn its entry goes, and the last one left is older than what a
        # reader has: the entity tag tells that the feed has changed, the time would deny it.
        del response.headers["Last-Modified"]
        return response

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

    def author_name(self, document: Document | None) -> str:
        contact = contact_details()
        return contact.company_name if contact else urlsplit(settings.SITE_URL).netloc

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
        return str(_summary(item))

    def item_extra_kwargs(self, item: Version) -> dict[str, Any]:
        summary = _summary(item)
        return {"foreign_language": summary.language if summary.is_foreign else ""}

    def item_link(self, item: Version) -> str:
        return settings.SITE_URL + item.get_absolute_url()

    def item_guid(self, item: Version) -> str:
        """A tag URI (RFC 4151), which outlives a change of the address's form."""
        host = urlsplit(settings.SITE_URL).hostname
        day = item.published_at.date() if item.published_at else item.effective_on
        return (
            f"tag:{host},{day.isoformat()}:{reading_language()}/documents/{item.document.slug}/{item.address}"
        )

    def item_pubdate(self, item: Version) -> datetime | None:
        return item.published_at

    def item_updateddate(self, item: Version) -> datetime | None:
        return item.published_at


def _summary(version: Version) -> Wording:
    return version.change_summary or version.document.description
