"""The steps that staff can take in the admin: their labels, forms and functions, and who may take them."""

from django.contrib.auth.models import AnonymousUser, User
from django.utils.translation import gettext_lazy as _

from complaints.case_steps import Step
from complaints.models import Channel
from privacy import connecting, handling
from privacy.forms import AnswerForm, ConnectForm, ExtensionForm, IdentityForm
from privacy.models import Request, Status

HANDLE, EXPORT, CLEAR = "privacy.change_request", "privacy.export_held", "privacy.erase_held"

STEPS = {
    "identify": Step(_("Note the identity check"), IdentityForm, handling.note_identity, HANDLE),
    "answer": Step(_("Answer the request"), AnswerForm, handling.answer, HANDLE),
    "extend": Step(_("Extend the time"), ExtensionForm, handling.extend, HANDLE),
    "connect": Step(_("Connect what belongs to the requester"), ConnectForm, connecting.connect, HANDLE),
}
"""Steps that are a form, with the function that takes them."""

TELLS = ("answer", "extend")
"""Steps after which something goes to the requester."""

TOOLS = {
    "export": (_("Export everything held on the requester"), EXPORT),
    "clear": (_("Erase what is held on the requester"), CLEAR),
}
"""Steps with a page of their own: label and permission."""


def available(request: Request, user: User | AnonymousUser) -> list[tuple[str, object]]:
    """Return name and label of the steps that `user` can take now, the next one first."""
    if request.status == Status.UNCONFIRMED or request.erased_at:
        return []
    steps = [(name, step.label, step.permission) for name, step in STEPS.items()]
    tools = [(name, label, permission) for name, (label, permission) in TOOLS.items()]
    return [
        (name, label)
        for name, label, permission in [*steps, *tools]
        if user.has_perm(permission) and _is_its_turn(request, name)
    ]


def _is_its_turn(request: Request, name: str) -> bool:
    match name:
        case "identify":
            return request.channel != Channel.WEB and not request.identity
        case "answer":
            return request.is_open
        case "extend":
            return request.is_open and not request.extended_until_on
        case "clear":
            return request.is_identified and request.is_clearable
        case _:
            return request.is_identified
