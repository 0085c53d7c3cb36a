"""What readers ask of the library, and what the steps of a publication ask of staff."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from core.on_date import IsoDateField
from documents import pdf
from documents.models import Section


class AppliedForm(forms.Form):
    """A day, and a section if only its texts are wanted."""

    on = IsoDateField(label=_("Date"), help_text=_("For example the date on which you signed."))
    section = forms.ModelChoiceField(
        Section.objects.all(),
        to_field_name="slug",
        required=False,
        label=_("Section"),
        empty_label=_("All sections"),
    )


class CheckFileForm(forms.Form):
    """A file that may be one of the portal's."""

    file = forms.FileField(
        label=_("File to check"), widget=forms.ClearableFileInput(attrs={"accept": ".pdf,application/pdf"})
    )

    def clean_file(self) -> "UploadedFile[Any]":
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > pdf.MAX_SIZE:
            raise forms.ValidationError(_("The file is larger than 20 MB."))
        return file


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
