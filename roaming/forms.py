"""What staff fill in to change the lists."""

import datetime

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.on_date import IsoDateField
from roaming.importing import LONGEST
from roaming.models import Zone

LARGEST_FILE = 1_000_000
"""Bytes of an uploaded list."""


class FromDayForm(forms.Form):
    """A day from which a change counts: today or later."""

    from_on = IsoDateField(
        label=_("From"),
        help_text=_("The first day on which it applies. What applied before stays on record."),
    )

    def clean_from_on(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["from_on"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("The day must not have passed: what applied then stays on record."))
        return day


class ZonesField(forms.ModelMultipleChoiceField[Zone]):
    """Zones of which none may be chosen, which then says something too."""

    is_conditional = True


class MoveForm(FromDayForm):
    """The zones in which a destination is listed from a day on."""

    zones = ZonesField(
        Zone.objects.all(),
        label=_("Listed in"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("One zone as a rule; none, if the destination leaves the lists."),
    )
    field_order = ("zones", "from_on")


class EitherCharField(forms.CharField):
    """A text that is asked for unless another field is filled in."""

    is_conditional = True


class EitherFileField(forms.FileField):
    """A file that is asked for unless another field is filled in."""

    is_conditional = True


class ImportForm(FromDayForm):
    """A whole list, as a file or as text."""

    text = EitherCharField(
        label=_("List"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 14, "cols": 90}),
        help_text=_(
            "The zone’s code on a line of its own, then its destinations, separated by commas; "
            "or the text of a CSV file."
        ),
    )
    file = EitherFileField(
        label=_("or a CSV file"),
        required=False,
        help_text=_("With the columns of the download on the page of the lists."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv,text/plain"}),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    """The stamp of the lists that the preview was made from."""

    def clean(self) -> None:
        """Take the text from the file, where there is one."""
        file = self.cleaned_data.get("file")
        if file:
            if file.size > LARGEST_FILE:
                self.add_error("file", gettext("The file is larger than 1 MB."))
                return
            try:
                self.cleaned_data["text"] = file.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", gettext("The file is not a text file in UTF-8."))
                return
        if not self.cleaned_data.get("text", "").strip() and "text" not in self.errors:
            self.add_error("text", gettext("Paste a list or choose a file."))
