"""A template of a message with example values, for those who edit it."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from complaints.models import Template
from core.contact import contact_details
from core.dates import long_date


def preview(template: Template) -> tuple[str, str]:
    """Return subject and text of `template` with values that are recognisably examples."""
    with translation.override(template.language):
        contact = contact_details()
        today = long_date(timezone.localdate())
        values = {name: f"[{name}]" for name in template.allowed}
        values |= {
            "name": "Example Customer",
            "reference": "R26-XXXX-XXXX",
            "received_on": today,
            "due_on": today,
            "until_on": today,
            "brand": contact.brand if contact else "",
            "complaints_email": contact.complaints_email if contact else "",
            "follow_address": settings.SITE_URL + reverse("complaints:follow"),
        }
    return template.filled(values)
