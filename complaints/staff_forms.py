"""The forms of the steps that staff take."""

import datetime
from typing import Any

from django import forms
from django.contrib.admin.utils import label_for_field
from django.contrib.auth.models import User
from django.http import QueryDict
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from complaints.forms import ASKED, FILES_HINT, ComplaintForm, FilesField, MultilineField
from complaints.models import AnswerBy, Channel, Complaint, DelayCause, Outcome, StandardText
from complaints.models.standard_text import StandardTextQuerySet
from complaints.models.wording import COMMON
from complaints.retention import KEPT
from core.on_date import IsoDateField
from core.sign_in.pending import BACKEND


class StaffField(forms.ModelChoiceField[User]):
    """A member of staff who can see complaints, by name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(User.objects.none(), **kwargs)

    def label_from_instance(self, obj: User) -> str:
        return f"{obj.get_full_name()} ({obj.get_username()})" if obj.get_full_name() else obj.get_username()


class LetterField(MultilineField):
    """Words that the complainant reads as they stand: no placeholder is filled in any more."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            help_text=_("In the language of the complaint: the complainant reads it as it stands."), **kwargs
        )

    def validate(self, value: str) -> None:
        """Refuse a placeholder that was left, as when the text of a template is pasted."""
        super().validate(value)
        for name in COMMON:
            if f"{{{name}}}" in value:
                raise forms.ValidationError(
                    _("The complainant would read {%(name)s}: write there what it stands for."),
                    params={"name": name},
                )


class StandardTextForm(forms.Form):
    """Which standard text to use."""

    standard_text = forms.ModelChoiceField(
        StandardText.objects.none(),
        label=_("Standard text"),
        help_text=_("It is added to the field below, where you can change it."),
        error_messages={"required": _("Choose a standard text.")},
    )

    def __init__(self, texts: StandardTextQuerySet, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.fields["standard_text"].queryset = texts  # type: ignore[attr-defined]  # chosen from a queryset


class AssignForm(forms.Form):
    """Who takes care of a complaint."""

    owner = StaffField(label=_("Owner"), help_text=_("In charge of the resolution."))
    sponsor = StaffField(label=_("Sponsor"), help_text=_("The manager accountable for it."))
    conflict_reason = forms.CharField(
        label=_("Reason for naming a person concerned"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 80}),
        help_text=_("Only if the complainant names the owner or the sponsor as concerned."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Named, because the throttle of the sign-in is a backend too.
        staff = User.objects.with_perm("complaints.view_complaint", backend=BACKEND).filter(is_staff=True)
        for field in self.fields.values():
            if isinstance(field, StaffField):
                field.queryset = staff.order_by("last_name", "username")


class DelayForm(forms.Form):
    """Why an answer is late, and until when."""

    causes = LetterField(label=_("Causes of the delay"), widget=forms.Textarea(attrs={"rows": 5, "cols": 80}))
    cause = forms.TypedChoiceField(
        label=_("Main cause"),
        choices=[("", "–"), *DelayCause.choices],
        coerce=DelayCause,
        help_text=_("For the yearly report; the complainant does not see it."),
    )
    until_on = forms.DateField(
        label=_("Day on which the examination should end"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class AnswerForm(forms.Form):
    """The answer to a complaint, and how it ends."""

    text = LetterField(label=_("Answer"), widget=forms.Textarea(attrs={"rows": 15, "cols": 80}))
    outcome = forms.TypedChoiceField(
        label=_("Outcome"), choices=[("", "–"), *Outcome.choices], coerce=Outcome
    )


class ConfirmForm(forms.Form):
    """A step that asks nothing but to be confirmed."""


class NoteForm(forms.Form):
    """An internal note."""

    text = MultilineField(
        label=_("Internal note"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 6, "cols": 80})
    )


class ReasonForm(forms.Form):
    """A step with its reason, for the record."""

    reason = MultilineField(
        label=_("Reason for the record"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 5, "cols": 80}),
    )


class RequestForm(forms.Form):
    """What the complainant is asked."""

    request = LetterField(
        label=_("What do we need to know?"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 8, "cols": 80}),
    )


class ReceivedForm(forms.Form):
    """What the complainant wrote or said otherwise than on the page of the case."""

    text = MultilineField(
        label=_("What did the complainant write or say?"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 8, "cols": 80}),
        help_text=_("The complainant reads it among the messages of the case."),
    )
    attached = FilesField(label=_("Files"), required=False, help_text=FILES_HINT)


class HoldForm(ReasonForm):
    """Why a case must not be erased, and until when."""

    until_on = IsoDateField(label=_("Held until"))


class EntryForm(ComplaintForm):
    """A complaint that came by letter, mail or telephone, entered by staff."""

    channel = forms.ChoiceField(
        label=_("How did it come?"),
        choices=[choice for choice in Channel.choices if choice[0] != Channel.WEB],
    )
    received_on = IsoDateField(
        label=_("Received on"), help_text=_("The true day of receipt: the month is counted from it.")
    )
    language = forms.ChoiceField(
        label=_("Language of the complaint"), choices=[("fr", _("French")), ("en", _("English"))]
    )

    field_order = ("channel", "received_on", "language", *ASKED)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The questions of the form are put to customers; staff read the names that the case has.
        for name in ASKED:
            self.fields[name].label = capfirst(str(label_for_field(name, Complaint)))
            self.fields[name].help_text = ""
        # A letter or a call may not say it, and is a complaint all the same.
        self.fields["phone"].required = self.fields["address"].required = False

    def clean(self) -> dict[str, Any]:
        """Ask for the address when a letter is to go there."""
        cleaned = super().clean()
        if cleaned.get("answer_by") == AnswerBy.POST and not cleaned.get("address"):
            self.add_error("address", _("Enter the postal address to which the answer should go."))
        return cleaned

    def clean_received_on(self) -> datetime.date:
        """Refuse a day to come, and one so long ago that the data would not be kept any more."""
        day: datetime.date = self.cleaned_data["received_on"]
        today = timezone.localdate()
        if day > today:
            raise forms.ValidationError(_("The day of receipt cannot lie in the future."))
        if day + KEPT <= today:
            raise forms.ValidationError(
                _("This day lies three years back or more: check the year. Such old data are not kept.")
            )
        return day
