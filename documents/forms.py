"""What the steps of a publication ask."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.on_date import IsoDateField


class StepForm(forms.Form):
    """A step that asks nothing but to be confirmed."""


class NoteForm(StepForm):
    """A step with a word to the colleagues."""

    note = forms.CharField(
        label=_("Note for the record"),
        required=False,
        max_length=2000,
        widget=forms.Textarea,
    )


class SendBackForm(NoteForm):
    """What must be changed before the version can go on."""

    note = forms.CharField(label=_("What is to be changed"), max_length=2000, widget=forms.Textarea)


class WithdrawForm(StepForm):
    """From when, and why, as readers will see it."""

    on = IsoDateField(label=_("Withdrawn from"), help_text=_("First day on which it no longer applies."))
    reason_fr = forms.CharField(
        label=_("Reason shown to readers, in French"),
        max_length=2000,
        widget=forms.Textarea,
    )
    reason_en = forms.CharField(
        label=_("Reason shown to readers, in English"),
        max_length=2000,
        widget=forms.Textarea,
    )
