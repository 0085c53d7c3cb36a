"""What the portal's templates need beyond Django's own tags."""

import datetime
import json
from contextlib import suppress
from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.template.base import FilterExpression, Parser, Token
from django.template.context import Context, RequestContext
from django.templatetags.static import static
from django.urls import reverse, translate_url
from django.utils import translation
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.bilingual import Wording, other_language, reading_language
from core.dates import NO_BREAK_SPACE, long_date
from core.icons import icon
from core.made_today import MadeToday

register = template.Library()
register.simple_tag(icon)


class _KeptNode(template.Node):
    def __init__(self, nodelist: template.NodeList, name: str, depends_on: list[FilterExpression]) -> None:
        self.nodelist = nodelist
        self.name = name
        self.depends_on = depends_on

    def render(self, context: Context) -> SafeString:
        # The pages for faults have no request, and ask for nothing that could be broken.
        if context.get("request") is not None:
            key = (self.name, reading_language(), *(value.resolve(context) for value in self.depends_on))
            with suppress(DatabaseError):
                return _parts().get(key, lambda: self.nodelist.render(context))
        return self.nodelist.render(context)


@cache
def _parts() -> MadeToday[SafeString]:
    return MadeToday()


@register.tag
def kept(parser: Parser, token: Token) -> _KeptNode:
    """Make a part of a page once for a language, the content of now and the values that are named.

    `{% kept "name" value ... %}...{% endkept %}`; whatever else the part shows has to be the same for all
    readers, and the values have to be few.
    """
    _tag, name, *values = token.split_contents()
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return _KeptNode(nodelist, name, [parser.compile_filter(value) for value in values])


@register.filter
def with_lang(text: str) -> str | SafeString:
    """Mark a wording that is in another language than the page with its `lang`."""
    if isinstance(text, Wording) and text.is_foreign:
        return format_html('<span lang="{}">{}</span>', text.language, text)
    return text


@register.filter(name="long_date")
def long_date_or_nothing(value: datetime.date | datetime.datetime | None) -> str:
    """Write a date in words (core.dates.long_date); nothing for no date."""
    return long_date(value) if value else ""


@register.filter
def file_size(size: int) -> str:
    """Write a number of bytes as people read it, in thousands: "38.2 KB", "38,2 ko", "1.4 MB"."""
    for unit, bytes_each in ((_("MB"), 1_000_000), (_("KB"), 1_000)):
        if size >= bytes_each:
            return f"{number_format(round(size / bytes_each, 1), 1)}{NO_BREAK_SPACE}{unit}"
    return f"{size}{NO_BREAK_SPACE}{_('bytes')}"


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
    is_other = language not in ("", reading_language())
    return settings.SITE_URL + (translate_url(path, language) if is_other else path)


@register.simple_tag
def preview_picture() -> str:
    """Return the public address of the picture of a shared link, in the page's language."""
    return settings.SITE_URL + static(f"preview-{reading_language()}.png")


@register.simple_tag
def organization_json_ld(contact: Any) -> SafeString:
    """Return a JSON-LD block that describes the company as a schema.org `Organization`."""
    return json_ld(_organization(contact))


def json_ld(described: dict[str, Any]) -> SafeString:
    """Return a JSON-LD block with what is described in the words of schema.org."""
    text = json.dumps(described, ensure_ascii=False)
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
