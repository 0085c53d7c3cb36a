"""The forms that a complainant fills in."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.models import AnswerBy, Complaint, Kind
from complaints.suspicion import new_token
from complaints.uploads import ACCEPT
from core.mailboxes import validate_mailbox

PHONE = re.compile(r"^\+?[\d\s().\-/]+$")
FEWEST_DIGITS = 6

ASKED = (
    "full_name", "company", "address", "phone", "answer_by", "email",
    "kind", "summary", "description", "invoice_reference", "intervention_reference", "involved",
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


class FilesInput(forms.FileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Files that are looked at one by one in complaints/attachments.py."""

    widget = FilesInput(attrs={"multiple": True, "accept": ACCEPT})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Return the files as a list."""
        files = data if isinstance(data, (list, tuple)) else [data]
        return [file for file in files if file]


FILES_HINT = _("PDF, JPEG, PNG, text, Word, Excel or e-mail files; up to five, 10 MB each and 25 MB in all.")


class ComplaintForm(forms.ModelForm[Complaint]):
    """What the complaint handling policy asks of a complainant, plus company, e-mail and way of answering."""

    # Neither this nor the trap is refused, whatever stands in it: nobody could see or mend it
    # (complaints/suspicion.py).
    token = forms.CharField(required=False, widget=forms.HiddenInput)
    attached = FilesField(label=_("Files"), required=False, help_text=FILES_HINT)
    # People do not see it; programs that fill in everything do.
    website = forms.CharField(required=False)

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
            "involved": _("People at our company whom your complaint concerns"),
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
            "involved": _(
                "Names, if your complaint is about somebody’s conduct: they will not be in charge of it."
            ),
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
            self.initial.setdefault("token", new_token())

    def _post_clean(self) -> None:
        """Leave out the model's validation: the fields check the same, and the database again."""

    @property
    def kind_label(self) -> str:
        """The kind that was chosen, in words. For a valid form."""
        return str(Kind(self.cleaned_data["kind"]).label)

    @property
    def answer_by_label(self) -> str:
        """The way of answering that was chosen, in words. For a valid form."""
        return str(AnswerBy(self.cleaned_data["answer_by"]).label)

    def clean_email(self) -> str:
        """Refuse an address to which the portal does not write."""
        email: str = self.cleaned_data["email"]
        validate_mailbox(email)
        return email

    def clean_phone(self) -> str:
        """Accept what could be dialled: digits, spaces and the usual signs."""
        phone: str = self.cleaned_data["phone"]
        if not phone and not self.fields["phone"].required:
            return ""
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


class FollowForm(forms.Form):
    """What opens a case: only the complainant knows both."""

    reference = forms.CharField(
        label=_("Reference"),
        max_length=40,
        help_text=_("It is in the acknowledgement of receipt, for example R26-7KQ4-M2XH."),
        error_messages={"required": _("Enter the reference of your complaint.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("The address that you gave with your complaint."),
        error_messages={
            "required": _("Enter the e-mail address that you gave with your complaint."),
            "invalid": _("Enter a valid e-mail address, for example name@example.lu."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )


class InformationForm(forms.Form):
    """What the complainant adds to the case."""

    text = MultilineField(
        label=_("Your message"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write your message.")},
    )
    attached = FilesField(label=_("Files"), required=False, help_text=FILES_HINT)


class EscalationForm(forms.Form):
    """The written request for an examination by the management."""

    reason = MultilineField(
        label=_("Why are you not satisfied?"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Say why you are not satisfied.")},
    )


class WithdrawalForm(forms.Form):
    """The end of a complaint by the complainant's own will."""

    reason = MultilineField(
        label=_("Reason"), max_length=2_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
