"""A page made once, with holes that are filled for each reader: for pages that are mostly the same.

What goes into a hole is HTML already. A random word of the process marks the holes: nobody can type it.
"""

import re
import secrets
from collections.abc import Mapping
from copy import copy
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.encoding import iri_to_uri
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

QUERY = "query"
"""The hole in the address of the page in the other language (core.templatetags.portal.alternate_url)."""


class Shell:
    """A page, and the places of its holes."""

    def __init__(self, page: str) -> None:
        # Text and names of holes in turn.
        self._parts = re.split(rf"{_word()}-(\w+)-", page)

    def fill(self, holes: Mapping[str, str], query: str = "") -> str:
        """Return the page for a reader: HTML by the name of its hole, and the query as the address has it."""
        holes = {**holes, QUERY: f"?{escape(iri_to_uri(query))}" if query else ""}
        return "".join(holes[part] if number % 2 else part for number, part in enumerate(self._parts))


def mark(name: str) -> SafeString:
    """Return what stands for a hole while the page is made."""
    return mark_safe(f"{_word()}-{name}-")  # noqa: S308  # letters and figures


def made(request: HttpRequest, template: str, context: Mapping[str, Any]) -> Shell:
    """Make the page for a request whose query is a hole."""
    stranger = copy(request)
    stranger.META = {**request.META, "QUERY_STRING": mark(QUERY)}
    page = render_to_string(template, dict(context), stranger)
    return Shell(page.replace(f"?{mark(QUERY)}", mark(QUERY)))


@cache
def _word() -> str:
    return f"hole{secrets.token_hex(8)}"
