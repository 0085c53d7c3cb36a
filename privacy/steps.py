"""The steps that staff can take in the admin: their labels, forms and functions, and who may take them."""

from django.contrib.auth.models import AnonymousUser, User
from django.utils.translation import gettext_lazy as _

from complaints.case_steps import Step
from privacy import handling
from privacy.forms import AnswerForm, ExtensionForm
from privacy.models import Request, Status

HANDLE, EXPORT, CLEAR = "privacy.change_request", "privacy.export_held", "privacy.erase_held"

STEPS = {
    "answer": Step(_("Answer the request"), AnswerForm, handling.answer, HANDLE),
    "extend": Step(_("Extend the time"), ExtensionForm, handling.extend, HANDLE),
}
"""Steps that are a form, with the function that takes them."""

TOOLS = (
    ("export", _("Export everything held on this address"), EXPORT),
    ("clear", _("Erase what is held on this address"), CLEAR),
)
"""Steps with a page of their own: its name, label and permission."""


def available(request: Request, user: User | AnonymousUser) -> list[tuple[str, object]]:
    """Return name and label of the steps that `user` can take now."""
    if request.status == Status.UNCONFIRMED or request.erased_at:
        return []
    steps = [
        (name, step.label)
        for name, step in STEPS.items()
        if user.has_perm(step.permission)
        and request.is_open
        and not (name == "extend" and request.extended_until_on)
    ]
    return [*steps, *((name, label) for name, label, permission in TOOLS if user.has_perm(permission))]
