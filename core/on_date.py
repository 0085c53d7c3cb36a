"""The day for which a reader asks."""

import datetime
import re
from typing import Any

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

LONGEST_SHOWN = 40
"""Characters of a wrong date that are shown again."""

ON_DATE = re.compile(r"on=[12]\d{3}-[01]\d-[0-3]\d")
"""The query with which OnDateForm asks for a day, in its usual spelling."""

NO_DATE = _("“%(value)s” is not a date. Write it as year-month-day, for example 2026-03-31.")


class IsoDateInput(forms.DateInput):
    """A date picker. It shows nothing when the text is no date: browsers accept no other value there."""

    input_type = "date"

    def format_value(self, value: Any) -> str | None:
        try:
            return datetime.date.fromisoformat(str(value)).isoformat()
        except ValueError:
            return None


class IsoDateField(forms.DateField):
    """A day, asked for with a date picker. What is no date is named, shortened, in the error."""

    widget = IsoDateInput

    def to_python(self, value: Any) -> datetime.date | None:
        try:
            return super().to_python(value)
        except forms.ValidationError as error:
            shown = Truncator(" ".join(str(value).split())).chars(LONGEST_SHOWN)
            raise forms.ValidationError(NO_DATE, code="invalid", params={"value": shown}) from error


class OnDateForm(forms.Form):
    """The day for which texts or lists are shown: `?on=YYYY-MM-DD`. Its label is the page's."""

    on = IsoDateField(label=_("Date"), required=False)

    def chosen(self, today: datetime.date) -> datetime.date:
        """Return the day asked for, or `today` when none or no valid one was given."""
        if self.is_valid():
            day: datetime.date | None = self.cleaned_data["on"]
            return day or today
        return today
