"""The contact details and the banner, as every page sees them."""

import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from core.dates import today
from core.models import Banner, ContactDetails
from core.stamps import Kept


def contact_details() -> ContactDetails | None:
    """Return the company's contact details, or None before any content was loaded.

    For reading: all who ask get the same record, half a second old at most.
    """
    return _shown().get().contact


STAMP = "contact"
"""Name of the stamp (core.stamps) of contact details and banners."""

MOST_DAYS = 8


class _Shown:
    """The contact details, and the banner of each day for which it was asked."""

    def __init__(self) -> None:
        self.contact = ContactDetails.objects.first()
        self.banners: dict[datetime.date, Banner | None] = {}

    def banner(self, on: datetime.date) -> Banner | None:
        """Return the banner to show on a day."""
        if on not in self.banners:
            if len(self.banners) >= MOST_DAYS:
                self.banners.clear()
            self.banners[on] = Banner.objects.shown(on).first()
        return self.banners.get(on)


@cache
def _shown() -> Kept[_Shown]:
    return Kept(STAMP, _Shown)


def context(request: HttpRequest) -> dict[str, Any]:
    """Return what every template may show; each part is read only when a template asks for it."""
    return {
        "contact": SimpleLazyObject(contact_details),
        "banner": SimpleLazyObject(lambda: _shown().get().banner(today())),
        "site_url": settings.SITE_URL,
    }
