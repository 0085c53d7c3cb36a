"""The design language to look at: every component in every state, on the development server only."""

from collections.abc import Iterator

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.contrast import READ, SEEN, contrast, theme_colours
from core.icons import ICONS, icon
from core.on_date import IsoDateField
from documents.timeline import Standing


class SampleForm(forms.Form):
    """One field of each kind, for the page of the design language."""

    text = forms.CharField(
        label="Short text", help_text="A hint stands between label and field.", max_length=100
    )
    optional = forms.CharField(label="Text that may stay empty", required=False)
    long = forms.CharField(label="Long text", widget=forms.Textarea(attrs={"rows": 4}), max_length=300)
    on = IsoDateField(label="Date")
    choice = forms.ChoiceField(
        label="One of a few", choices=[("a", "First"), ("b", "Second")], widget=forms.RadioSelect
    )
    many = forms.ChoiceField(label="One of many", choices=[("a", "First"), ("b", "Second")])
    check = forms.BooleanField(label="Yes or no", help_text="What a tick means.")
    attached = forms.FileField(label="File", required=False)


def contrasts() -> Iterator[tuple[str, str, int, float, float]]:
    """Yield each pair that must be told apart: front, ground, ratio asked, ratio on light, ratio on dark."""
    colours = theme_colours()
    for pairs, asked in ((READ, 7), (SEEN, 3)):
        for front, ground in pairs:
            yield (
                front,
                ground,
                asked,
                contrast(colours[front].light, colours[ground].light),
                contrast(colours[front].dark, colours[ground].dark),
            )


@require_safe
def style(request: HttpRequest) -> HttpResponse:
    """Show type, colours with their contrasts, icons, and each component in its states.

    Raises Http404 unless DEBUG is on.
    """
    if not settings.DEBUG:
        raise Http404("only a development server shows the design language")
    context = {
        "colours": theme_colours(),
        "contrasts": contrasts(),
        "icons": [(name, icon(name)) for name in ICONS],
        "form": SampleForm(),
        "wrong": SampleForm({"wrong-long": "x" * 301, "wrong-on": "yesterday"}, prefix="wrong"),
        "page": Paginator(range(50), 10).page(2),
        "today": timezone.localdate(),
        "periods": [{"standing": standing} for standing in Standing],
    }
    return render(request, "style.html", context)
