"""The contact details and the banner, as every page sees them."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from core.models import Banner, ContactDetails


def contact_details() -> ContactDetails | None:
    """Return the company's contact details, or None before any content was loaded."""
    return ContactDetails.objects.first()


def context(request: HttpRequest) -> dict[str, Any]:
    """Return what every template may show; each part is read only when a template asks for it."""
    return {
        "contact": SimpleLazyObject(contact_details),
        "banner": SimpleLazyObject(lambda: Banner.objects.shown(timezone.localdate()).first()),
        "site_url": settings.SITE_URL,
    }
