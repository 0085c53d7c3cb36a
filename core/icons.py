"""The portal's own icons: line drawings on a square of 24, set within the page."""

from collections.abc import Mapping

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

ICONS: Mapping[str, SafeString] = {
    name: mark_safe(drawing)  # noqa: S308  # constants of this file
    for name, drawing in {
        "complaint": '<path d="M4 5h16v11h-9l-5 4v-4H4z"/><path d="M8 9.5h8M8 12.5h5"/>',
        "data": '<path d="M12 3l7 3v5.5c0 4.6-2.9 7.7-7 9.5-4.1-1.8-7-4.9-7-9.5V6z"/>'
        '<circle cx="12" cy="10.5" r="1.75"/><path d="M12 12.25V15.5"/>',
        "download": '<path d="M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 20h14"/>',
        "roaming": '<circle cx="12" cy="12" r="9"/><path d="M3 12h18"/>'
        '<path d="M12 3c3.2 3.2 3.2 14.8 0 18M12 3c-3.2 3.2-3.2 14.8 0 18"/>',
        "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5L21 21"/>',
        "text": '<path d="M6 3h8.5L19 7.5V21H6z"/><path d="M14 3v5h5M9 12.5h6.5M9 16.5h6.5"/>',
    }.items()
}


def icon(name: str) -> SafeString:
    """Return a drawing as SVG, for the eye only. Raises KeyError for a name that ICONS lacks."""
    return format_html('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', ICONS[name])
