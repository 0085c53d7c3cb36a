"""What the portal's templates need beyond Django's own tags."""

import datetime
import json
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.template.context import RequestContext
from django.urls import reverse, translate_url
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.bilingual import Wording, other_language, reading_language

register = template.Library()

NO_BREAK_SPACE = "\u00a0"


@register.filter
def with_lang(text: str) -> str | SafeString:
    """Mark a wording that is in another language than the page with its `lang`."""
    if isinstance(text, Wording) and text.is_foreign:
        return format_html('<span lang="{}">{}</span>', text.language, text)
    return text


@register.filter
def long_date(value: datetime.date | datetime.datetime | None) -> str:
    """Write a date in words, as the language does: "1er mars 2026", "1 March 2026".

    The parts hold together with no-break spaces. A moment counts by its day in Luxembourg.
    """
    if value is None:
        return ""
    day = timezone.localdate(value) if isinstance(value, datetime.datetime) else value
    number = "1er" if day.day == 1 and reading_language() == "fr" else str(day.day)
    return NO_BREAK_SPACE.join([number, date_format(day, "F"), str(day.year)])


@register.simple_tag(takes_context=True)
def alternate_url(context: RequestContext, language: str) -> str:
    """Return this page's address in `language`, query included; the home page when it has none there."""
    request: HttpRequest | None = context.get("request")
    if request is None:
        return home_url(language)
    address = request.get_full_path()
    translated = translate_url(address, language)
    if translated == address and language != reading_language():
        return home_url(language)
    return translated


@register.simple_tag
def home_url(language: str) -> str:
    """Return the address of the legal centre in `language`."""
    with translation.override(language):
        return reverse("home")


@register.simple_tag
def switch_language() -> str:
    """Return the language to which the reader can switch."""
    return other_language(reading_language())


@register.simple_tag(takes_context=True)
def canonical_url(context: RequestContext, language: str = "") -> str:
    """Return the public address of this page without its query, in `language` or the page's own."""
    request: HttpRequest = context["request"]
    path = request.path
    return settings.SITE_URL + (translate_url(path, language) if language else path)


@register.simple_tag
def organization_json_ld(contact: Any) -> SafeString:
    """Return a JSON-LD block that describes the company as a schema.org `Organization`."""
    text = json.dumps(_organization(contact), ensure_ascii=False)
    # Inside a script element only these three could end it or open a comment.
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return format_html('<script type="application/ld+json">{}</script>', SafeString(text))


def _organization(contact: Any) -> dict[str, Any]:
    described = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "name": contact.brand,
        "legalName": contact.company_name,
        "url": settings.SITE_URL,
        "identifier": f"RCS {contact.register_number}",
        "address": {
            "@type": "PostalAddress",
            "streetAddress": ", ".join(part for part in (contact.street, contact.district) if part),
            "postalCode": contact.postal_code,
            "addressLocality": contact.locality,
            "addressCountry": contact.country,
        },
        "contactPoint": [
            {"@type": "ContactPoint", "contactType": kind, "email": email}
            for kind, email in (
                ("complaints", contact.complaints_email),
                ("customer support", contact.calldesk_email),
                ("data protection", contact.privacy_email),
            )
        ],
    }
    if contact.telephone:
        described["telephone"] = contact.telephone
    return described
