"""What a wording looks like with example values, for those who edit it."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from complaints.models import StandardText, Template
from core.contact import contact_details
from core.dates import long_date


def example_values(wording: Template | StandardText) -> dict[str, str]:
    """Return values for the placeholders of a wording that are recognisably examples."""
    with translation.override(wording.language):
        contact = contact_details()
        today = long_date(timezone.localdate())
        return {name: f"[{name}]" for name in wording.allowed} | {
            "name": "Example Customer",
            "reference": "R26-XXXX-XXXX",
            "received_on": today,
            "due_on": today,
            "until_on": today,
            "brand": contact.brand if contact else "",
            "complaints_email": contact.complaints_email if contact else "",
            "follow_address": settings.SITE_URL + reverse("complaints:follow"),
        }


def preview(template: Template) -> tuple[str, str]:
    """Return subject and text of `template` with example values."""
    return template.filled(example_values(template))
