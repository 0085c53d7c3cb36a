"""The steps that staff can take in the admin: their labels, forms and functions, and who may take them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser, User
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from complaints import following, handling, holds
from complaints.models import Complaint, Purpose
from complaints.staff_forms import (
    AnswerForm,
    AssignForm,
    ConfirmForm,
    DelayForm,
    HoldForm,
    NoteForm,
    ReasonForm,
    ReceivedForm,
    RequestForm,
)
from complaints.steps import TAKEN_FROM

HANDLE, REQUEST_HOLD, DECIDE_HOLD = (
    "complaints.change_complaint",
    "complaints.add_hold",
    "complaints.change_hold",
)


@dataclass(frozen=True)
class Step:
    """One step: what the button says, what is asked, what is done."""

    label: Promise | str
    form: type[forms.Form]
    take: Callable[..., object]
    permission: str = HANDLE
    letter: tuple[str, Purpose] | None = None
    """The field that the complainant will read, and which standard texts go there."""


def _add(*, complaint: Complaint, text: str, by: User, attached: Sequence["UploadedFile[Any]"] = ()) -> None:
    """Enter what the complainant wrote or said, with its files."""
    following.add_information(complaint=complaint, text=text, files=attached, by=by)


STEPS: dict[str, Step] = {
    "restore": Step(_("Restore: it is no spam"), ConfirmForm, handling.restore),
    "assign": Step(_("Assign owner and sponsor"), AssignForm, handling.assign),
    "examine": Step(_("Begin the examination"), ConfirmForm, handling.examine),
    "answer": Step(_("Answer the complaint"), AnswerForm, handling.answer, letter=("text", Purpose.ANSWER)),
    "close": Step(_("Close the complaint"), ConfirmForm, handling.close),
    "delay": Step(
        _("Announce a delay"), DelayForm, handling.announce_delay, letter=("causes", Purpose.DELAY)
    ),
    "ask": Step(
        _("Ask for information"),
        RequestForm,
        handling.request_information,
        letter=("request", Purpose.INFORMATION),
    ),
    "add": Step(_("Enter what the complainant wrote"), ReceivedForm, _add),
    "note": Step(_("Add an internal note"), NoteForm, handling.note),
    "escalate": Step(_("Pass to the management"), ReasonForm, handling.escalate),
    "reopen": Step(_("Reopen"), ReasonForm, handling.reopen),
    "withdraw": Step(_("Note the withdrawal"), ReasonForm, handling.withdraw),
    "set_aside": Step(_("Set aside as spam"), ReasonForm, handling.set_aside),
    "hold": Step(_("Ask for a legal hold"), HoldForm, holds.request_hold, REQUEST_HOLD),
    "confirm_hold": Step(_("Confirm the legal hold"), ConfirmForm, holds.confirm_hold, DECIDE_HOLD),
    "extend_hold": Step(_("Ask to extend the legal hold"), HoldForm, holds.request_extension, REQUEST_HOLD),
    "confirm_extension": Step(
        _("Confirm the extension of the legal hold"), ConfirmForm, holds.confirm_extension, DECIDE_HOLD
    ),
    "decline_extension": Step(
        _("Decline the extension of the legal hold"), ConfirmForm, holds.decline_extension, DECIDE_HOLD
    ),
    "lift_hold": Step(_("Lift the legal hold"), ConfirmForm, holds.lift_hold, DECIDE_HOLD),
}
"""In the order in which a case goes: the first that can be taken is the next."""


HOLD_STEPS = ("hold", "confirm_hold", "extend_hold", "confirm_extension", "decline_extension", "lift_hold")


def available(case: Complaint, user: User | AnonymousUser) -> list[tuple[str, Step]]:
    """Return the steps that `user` can take in a case now, the next one first."""
    if case.erased_at:
        return []
    possible = _possible_with_holds(case, user)
    return [
        (name, step)
        for name, step in STEPS.items()
        if user.has_perm(step.permission)
        and (name in possible if name in HOLD_STEPS else _is_its_turn(case, name))
    ]


def _possible_with_holds(case: Complaint, user: User | AnonymousUser) -> set[str]:
    hold = holds.current_hold(case)
    if hold is None:
        return {"hold"}
    if not hold.confirmed_at:
        return {"lift_hold"} if hold.requested_by == user else {"confirm_hold", "lift_hold"}
    extension = holds.pending_extension(hold)
    if extension is None:
        return {"extend_hold", "lift_hold"}
    own = {"decline_extension", "lift_hold"}
    return own if extension.requested_by == user else own | {"confirm_extension"}


def _is_its_turn(case: Complaint, name: str) -> bool:
    if case.set_aside_at:
        return name in ("restore", "note")
    if name == "restore":
        return False
    if name == "escalate":
        return case.can_be_escalated
    return name not in TAKEN_FROM or case.status in TAKEN_FROM[name]
