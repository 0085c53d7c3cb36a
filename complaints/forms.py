"""The complaint form, and the forms of the steps that staff take."""

import re
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from complaints.models import AnswerBy, Complaint, Kind, Outcome

PHONE = re.compile(r"^\+?[\d\s().\-/]+$")
FEWEST_DIGITS = 6

ASKED = (
    "full_name", "company", "address", "phone", "answer_by", "email",
    "kind", "summary", "description", "invoice_reference", "intervention_reference",
)  # fmt: skip
"""The fields of the form in the order in which they are asked."""


class MultilineField(forms.CharField):
    """Text of several lines. A line end counts as one character, as it does in the browser's own limit."""

    def to_python(self, value: Any) -> str:
        text: str = super().to_python(value) or ""
        return text.replace("\r\n", "\n").replace("\r", "\n")


class ConditionalEmailField(forms.EmailField):
    """An address that another answer may make required: its hint says when, so it is not marked optional."""

    is_conditional = True


class ComplaintForm(forms.ModelForm[Complaint]):
    """What the complaint handling policy asks of a complainant, plus company, e-mail and way of answering."""

    token = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    class Meta:
        model = Complaint
        fields = ASKED
        field_classes = {
            "address": MultilineField,
            "description": MultilineField,
            "email": ConditionalEmailField,
        }
        labels = {
            "full_name": _("Full name"),
            "company": _("Company"),
            "address": _("Postal address"),
            "phone": _("Telephone number"),
            "answer_by": _("How should we answer you?"),
            "email": _("E-mail address"),
            "kind": _("What kind of complaint is it?"),
            "summary": _("What went wrong, in one sentence?"),
            "description": _("What happened?"),
            "invoice_reference": _("Invoice number"),
            "intervention_reference": _("Number of the technical intervention report"),
        }
        help_texts = {
            "address": _("Street and number, postal code, town, country."),
            "phone": _(
                "With the country code if it is not a Luxembourg number, for example +32 2 123 45 67."
            ),
            "email": _(
                "Required if you choose an answer by e-mail. "
                "The acknowledgement of receipt is sent there too."
            ),
            "description": _(
                "A complete description of the problem: what you expected, what happened, when, and whom you "
                "have already spoken to."
            ),
            "invoice_reference": _("If your complaint is about an invoice."),
            "intervention_reference": _("If your complaint is about a technical intervention."),
        }
        error_messages = {
            "full_name": {"required": _("Enter your full name.")},
            "address": {"required": _("Enter your postal address.")},
            "phone": {"required": _("Enter a telephone number at which we can reach you.")},
            "answer_by": {"required": _("Choose how we should answer you.")},
            "email": {"invalid": _("Enter a valid e-mail address, for example name@example.lu.")},
            "kind": {"required": _("Choose the kind of complaint.")},
            "summary": {"required": _("Say in one sentence what went wrong.")},
            "description": {"required": _("Describe what happened.")},
        }
        widgets = {
            "full_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "company": forms.TextInput(attrs={"autocomplete": "organization"}),
            "address": forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
            "answer_by": forms.RadioSelect,
            "kind": forms.RadioSelect,
            "description": forms.Textarea(attrs={"rows": 10}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Our own sentences, in the summary and beside the field, instead of the browser's bubble.
        self.use_required_attribute = False
        self.label_suffix = ""
        # A group of radio buttons has no "nothing chosen" button of its own.
        for name, choices in (("answer_by", AnswerBy.choices), ("kind", Kind.choices)):
            self.fields[name].choices = choices  # type: ignore[attr-defined]  # both are choice fields
        if not self.is_bound:
            self.initial.setdefault("token", uuid4().hex)

    def clean_phone(self) -> str:
        """Accept what could be dialled: digits, spaces and the usual signs."""
        phone: str = self.cleaned_data["phone"]
        if not PHONE.match(phone) or sum(sign.isdigit() for sign in phone) < FEWEST_DIGITS:
            raise forms.ValidationError(
                _(
                    "Enter a telephone number, for example +352 12 34 56. "
                    "Only digits, spaces and + ( ) . - / are allowed."
                )
            )
        return phone

    def clean(self) -> dict[str, Any]:
        """Ask for an e-mail address when the answer is to go there."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if (
            cleaned.get("answer_by") == AnswerBy.EMAIL
            and not cleaned.get("email")
            and "email" not in self.errors
        ):
            self.add_error("email", _("Enter the e-mail address to which the answer should go."))
        return cleaned

    def facts(self) -> dict[str, str]:
        """Return the cleaned fields, ready for handling.receive."""
        return {name: self.cleaned_data[name] for name in ASKED}


class StaffField(forms.ModelChoiceField[User]):
    """A member of staff who can see complaints, by name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(User.objects.none(), **kwargs)

    def label_from_instance(self, obj: User) -> str:
        return f"{obj.get_full_name()} ({obj.get_username()})" if obj.get_full_name() else obj.get_username()


class AssignForm(forms.Form):
    """Who takes care of a complaint."""

    owner = StaffField(label=_("Owner"), help_text=_("In charge of the resolution."))
    sponsor = StaffField(label=_("Sponsor"), help_text=_("The manager accountable for it."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = User.objects.with_perm("complaints.view_complaint").filter(is_staff=True)
        for field in self.fields.values():
            if isinstance(field, StaffField):
                field.queryset = staff.order_by("last_name", "username")


class DelayForm(forms.Form):
    """Why an answer is late, and until when."""

    causes = forms.CharField(
        label=_("Causes of the delay"),
        widget=forms.Textarea(attrs={"rows": 5, "cols": 80}),
        help_text=_("In the language of the complaint: the complainant reads it as it stands."),
    )
    until_on = forms.DateField(
        label=_("Day on which the examination should end"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class AnswerForm(forms.Form):
    """The answer to a complaint."""

    text = forms.CharField(
        label=_("Answer"),
        widget=forms.Textarea(attrs={"rows": 15, "cols": 80}),
        help_text=_("In the language of the complaint: the complainant reads it as it stands."),
    )


class CloseForm(forms.Form):
    """How a complaint ended."""

    outcome = forms.TypedChoiceField(
        label=_("Outcome"), choices=[("", "–"), *Outcome.choices], coerce=Outcome
    )
