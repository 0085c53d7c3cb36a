"""The forms about personal data: the public ones, and those of the steps that staff take."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.forms import MultilineField
from complaints.suspicion import new_token
from core.on_date import IsoDateField
from privacy.models import Request, Right

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
        fields = ASKED
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
        # A group of radio buttons has no "nothing chosen" button of its own.
        self.fields["right"].choices = list(RIGHTS.items())  # type: ignore[attr-defined]  # a choice field
        if not self.is_bound:
            self.initial.setdefault("token", new_token())

    def facts(self) -> dict[str, str]:
        """Return the cleaned fields, ready for handling.receive."""
        return {name: self.cleaned_data[name] for name in ASKED}


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
        label=_("Extended until"), help_text=_("At most two months after the day the answer is due.")
    )


class AnswerForm(forms.Form):
    """The answer to a request."""

    text = MultilineField(
        label=_("Answer"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 15, "cols": 80}),
        help_text=_(
            "In the language of the request: the requester reads it as it stands. "
            "The mail adds how to turn to the supervisory authority and the courts."
        ),
    )
