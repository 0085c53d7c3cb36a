"""The forms about personal data: the public ones, and those of the steps that staff take."""

import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.forms import MultilineField
from complaints.models import AnswerBy, Channel
from complaints.suspicion import new_token
from core.on_date import IsoDateField
from privacy.models import Outcome, Request, Right

ASKED = ("right", "full_name", "email", "text")
"""The fields of the form in the order in which they are asked."""

RIGHTS = {
    Right.ACCESS: _("Access: to know which data you hold on me, and to get a copy"),
    Right.RECTIFICATION: _("Rectification: to have wrong or incomplete data corrected"),
    Right.DELETION: _("Deletion: to have my data erased"),
    Right.RESTRICTION: _("Restriction: to have the use of my data suspended"),
    Right.OBJECTION: _("Objection: to object to the use of my data"),
}
"""Each right in the words of somebody who exercises it."""


class RequestForm(forms.ModelForm[Request]):
    """Which right somebody exercises, who it is, and what it is about."""

    # Neither this nor the trap is refused by the form, whatever stands in it: nobody could see or mend it.
    token = forms.CharField(required=False, widget=forms.HiddenInput)
    # People do not see it; programs that fill in everything do.
    website = forms.CharField(required=False)

    class Meta:
        model = Request
        fields: tuple[str, ...] = ASKED
        field_classes = {"text": MultilineField}
        labels = {
            "right": _("Which right do you wish to exercise?"),
            "full_name": _("Full name"),
            "email": _("E-mail address"),
            "text": _("What is your request about?"),
        }
        help_texts = {
            "email": _(
                "The address under which we know you, if there is one. "
                "We send a link there: your request reaches us once you have opened it and confirmed."
            ),
            "text": _(
                "For example which data are wrong, or what you object to and why. "
                "Please do not send copies of identity documents."
            ),
        }
        error_messages = {
            "right": {"required": _("Choose the right that you wish to exercise.")},
            "full_name": {"required": _("Enter your full name.")},
            "email": {
                "required": _("Enter your e-mail address."),
                "invalid": _("Enter a valid e-mail address, for example name@example.lu."),
            },
            "text": {"required": _("Say what your request is about.")},
        }
        widgets = {
            "right": forms.RadioSelect,
            "full_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
            "text": forms.Textarea(attrs={"rows": 8}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Our own sentences, in the summary and beside the field, instead of the browser's bubble.
        self.use_required_attribute = False
        self.label_suffix = ""
        self.fields["email"].required = True
        # A group of radio buttons has no "nothing chosen" button of its own.
        self.fields["right"].choices = list(RIGHTS.items())  # type: ignore[attr-defined]  # a choice field
        if not self.is_bound:
            self.initial.setdefault("token", new_token())

    def facts(self) -> dict[str, str]:
        """Return the cleaned fields, ready for handling.receive."""
        return {name: self.cleaned_data[name] for name in ASKED}


ENTERED = ("right", "full_name", "answer_by", "email", "address", "text", "identity")
"""The fields of a request that staff enter."""


class EntryForm(RequestForm):
    """A request that came by letter, mail or telephone, entered by staff."""

    channel = forms.ChoiceField(
        label=_("How did it come?"),
        choices=[choice for choice in Channel.choices if choice[0] != Channel.WEB],
    )
    received_on = IsoDateField(
        label=_("Received on"), help_text=_("The true day of receipt: the month is counted from it.")
    )
    language = forms.ChoiceField(
        label=_("Language of the request"), choices=[("fr", _("French")), ("en", _("English"))]
    )

    field_order = ("channel", "received_on", "language", *ENTERED)

    class Meta(RequestForm.Meta):
        fields: tuple[str, ...] = ENTERED
        field_classes = {"text": MultilineField, "address": MultilineField, "identity": MultilineField}
        labels = {
            "right": _("Which right is exercised?"),
            "full_name": _("Full name"),
            "answer_by": _("How should we answer?"),
            "email": _("E-mail address"),
            "address": _("Postal address"),
            "text": _("What is the request about?"),
            "identity": _("Who checked the identity of the requester, and how?"),
        }
        help_texts = {
            "identity": _(
                "For example by a call back to the number of the contract. No copies of identity documents. "
                "It can be noted later; until then nothing can be exported or erased."
            ),
        }
        error_messages = {
            "right": {"required": _("Choose the right that is exercised.")},
            "full_name": {"required": _("Enter the full name.")},
            "answer_by": {"required": _("Choose how we should answer.")},
            "email": {"invalid": _("Enter a valid e-mail address, for example name@example.lu.")},
            "text": {"required": _("Say what the request is about.")},
        }
        widgets = {
            "right": forms.RadioSelect,
            "answer_by": forms.RadioSelect,
            "address": forms.Textarea(attrs={"rows": 4, "cols": 80}),
            "text": forms.Textarea(attrs={"rows": 8, "cols": 80}),
            "identity": forms.Textarea(attrs={"rows": 3, "cols": 80}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].required = False
        # Nothing is chosen beforehand: whoever enters a letter says how it is to be answered.
        self.fields["answer_by"].choices = AnswerBy.choices  # type: ignore[attr-defined]  # a choice field
        self.initial["answer_by"] = None

    def clean(self) -> dict[str, Any]:
        """Ask for the address to which the answer should go."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        by = cleaned.get("answer_by")
        if by == AnswerBy.EMAIL and not cleaned.get("email") and "email" not in self.errors:
            self.add_error("email", _("Enter the e-mail address to which the answer should go."))
        if by == AnswerBy.POST and not cleaned.get("address"):
            self.add_error("address", _("Enter the postal address to which the answer should go."))
        return cleaned

    def clean_received_on(self) -> datetime.date:
        """Refuse a day to come."""
        day: datetime.date = self.cleaned_data["received_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("The day of receipt cannot lie in the future."))
        return day

    def facts(self) -> dict[str, str]:
        """Return the cleaned fields, ready for handling.enter."""
        return {name: self.cleaned_data[name] for name in ENTERED}


class FollowForm(forms.Form):
    """What opens a request: only the requester knows both."""

    reference = forms.CharField(
        label=_("Reference"),
        max_length=40,
        help_text=_("It is in the acknowledgement of receipt, for example D26-7KQ4-M2XH."),
        error_messages={"required": _("Enter the reference of your request.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("The address that you gave with your request."),
        error_messages={
            "required": _("Enter the e-mail address that you gave with your request."),
            "invalid": _("Enter a valid e-mail address, for example name@example.lu."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )


class ExtensionForm(forms.Form):
    """Why the answer takes longer, and until when."""

    reasons = MultilineField(
        label=_("Reasons for the extension"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 5, "cols": 80}),
        help_text=_("In the language of the request: the requester reads it as it stands."),
    )
    until_on = IsoDateField(
        label=_("Extended until"),
        help_text=_(
            "At most two months after the day the answer is due. A refusal cannot wait that long: "
            "it is told within the first month (GDPR, article 12(4))."
        ),
    )


class AnswerForm(forms.Form):
    """The answer to a request."""

    text = MultilineField(
        label=_("Answer"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 15, "cols": 80}),
        help_text=_(
            "In the language of the request: the requester reads it as it stands. "
            "The mail or letter adds how to turn to the supervisory authority and the courts."
        ),
    )
    outcome = forms.TypedChoiceField(
        label=_("Outcome"),
        choices=[("", "–"), *Outcome.choices],
        coerce=Outcome,
        help_text=_("For the record. Whatever is refused, the answer says why (GDPR, article 12(4))."),
    )


class IdentityForm(forms.Form):
    """How it is known who asks."""

    text = MultilineField(
        label=_("Who checked the identity of the requester, and how?"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 80}),
        help_text=_(
            "For example by a call back to the number of the contract. No copies of identity documents."
        ),
    )


class ConnectForm(forms.Form):
    """What belongs to the requester, and how that is known."""

    what = forms.CharField(
        label=_("E-mail address or reference"),
        max_length=254,
        help_text=_("An e-mail address, or the reference of one complaint or of another request."),
        widget=forms.TextInput(attrs={"size": 40, "autocomplete": "off", "spellcheck": "false"}),
    )
    reason = MultilineField(
        label=_("How do you know that it is the requester’s?"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 80}),
        help_text=_("The same name is not enough. What is connected can be exported and erased."),
    )
