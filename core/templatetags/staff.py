"""What the lists of the admin say on a phone, where each value stands below the others."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext

register = template.Library()

CELL = "<td "


@register.filter
def as_label(name: Any) -> str:
    """Return the name of a column as it stands before a value."""
    return gettext("%(name)s:") % {"name": capfirst(str(name))}


@register.filter
def labelled(cells: Iterable[str], headers: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the cells of a row, each but the title and the box to tick with the name of its column."""
    for cell, header in zip(cells, headers, strict=False):
        if cell.startswith(CELL) and "action-checkbox" not in cell:
            label = escape(as_label(header["text"]))
            # Django's own cell, and what is escaped above.
            yield mark_safe(f'{CELL}data-label="{label}" {cell.removeprefix(CELL)}')  # noqa: S308
        else:
            yield cell
