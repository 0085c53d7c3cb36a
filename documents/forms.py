"""What readers ask of the library, and what the steps of a publication ask of staff."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from core.on_date import IsoDateField
from documents import pdf
from documents.models import Language, Section, Summary

LONGEST_QUERY = 200
"""Characters looked at; the rest of a longer query is ignored."""

NO_SECTION = _("There is no such section. Choose one of the list.")


class AppliedForm(forms.Form):
    """A day, and a section if only its texts are wanted."""

    on = IsoDateField(
        label=_("Date"),
        help_text=_("For example the date on which you signed."),
        error_messages={"required": _("Enter a date.")},
    )
    section = forms.ModelChoiceField(
        Section.objects.all(),
        to_field_name="slug",
        required=False,
        label=_("Section"),
        empty_label=_("All sections"),
        error_messages={"invalid_choice": NO_SECTION},
    )


class CheckFileForm(forms.Form):
    """A file that may be one of the portal's."""

    file = forms.FileField(
        label=_("File to check"),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,application/pdf"}),
        error_messages={"required": _("Choose the file to check.")},
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


class SummaryForm(forms.ModelForm[Summary]):
    """The points of a plain-language summary; emptied, it is removed."""

    text = forms.CharField(
        label=_("Points, one a line"),
        required=False,
        help_text=_(
            "Six at most, of one or two short sentences, from this text alone: nothing added, softened or "
            "promised. A link to a place of the text is written [words](#place). "
            "Leave it empty to remove the summary."
        ),
        widget=forms.Textarea(attrs={"rows": 12, "cols": 100}),
    )

    class Meta:
        model = Summary
        fields = ("text",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # For the spelling checker and for whoever listens.
        self.fields["text"].widget.attrs["lang"] = self.instance.language


class SearchForm(forms.Form):
    """Words to look for, and what narrows the search."""

    needs_nothing = True
    """No field is required, and none has to say so."""

    q = forms.CharField(
        label=_("Search for a text, a destination or a page"),
        required=False,
        help_text=_(
            "Beginnings of words count. Put quotation marks around words that must stand in this order."
        ),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "maxlength": 200}),
    )
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("All languages")), *Language.choices]
    )
    section = forms.ModelChoiceField(
        Section.objects.all(),
        to_field_name="slug",
        required=False,
        label=_("Section"),
        empty_label=_("All sections"),
        error_messages={"invalid_choice": NO_SECTION},
    )
    on = IsoDateField(label=_("In force on"), required=False)
    superseded = forms.BooleanField(
        label=_("Also versions that are not in force"),
        required=False,
        help_text=_("Superseded, withdrawn and announced ones; the date then does not count."),
    )

    def clean_q(self) -> str:
        return " ".join(str(self.cleaned_data["q"])[:LONGEST_QUERY].split())

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the words was asked for."""
        return any(self.data.get(name) for name in ("language", "section", "on", "superseded"))
