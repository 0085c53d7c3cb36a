"""Following a case: asking for the link, opening it, and acting on the case."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_POST

from complaints import following, handling, retention
from complaints.forms import EscalationForm, FollowForm, InformationForm, WithdrawalForm
from complaints.models import ENDED, OPEN, Complaint, Event, Status
from complaints.steps import StepRefused
from core.throttle import TooManyRequests, limit

# As the session's: with this beginning, browsers take it only from this very host (settings.py).
COOKIE = "__Host-case" if settings.SESSION_COOKIE_SECURE else "case"
COOKIE_SALT = "complaints.case"

SHOWN = (
    Event.Action.RECEIVED,
    Event.Action.ASSIGNED,
    Event.Action.EXAMINED,
    Event.Action.ASKED,
    Event.Action.INFORMED,
    Event.Action.DELAYED,
    Event.Action.ANSWERED,
    Event.Action.CLOSED,
    Event.Action.ESCALATED,
    Event.Action.REOPENED,
    Event.Action.WITHDRAWN,
)
"""Steps that the complainant sees; never who took them, nor any note."""

AT_PRESENT = gettext_noop("This cannot be done at present. Please write to us, quoting the reference.")


@never_cache
@ensure_csrf_cookie
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Ask for a link to a case. What is answered does not tell whether there is such a case."""
    form = FollowForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            limit(request, name="follow", times=60, seconds=3600)
        except TooManyRequests as refused:
            form.add_error(None, _("Too many requests were sent from your network. Please try again later."))
            response = render(request, "complaints/follow.html", {"form": form}, status=429)
            response.headers["Retry-After"] = str(refused.retry_after)
            return response
        following.send_link(**form.cleaned_data)
        return render(request, "complaints/link_sent.html")
    return render(request, "complaints/follow.html", {"form": form})


@never_cache
@ensure_csrf_cookie
@require_http_methods(["GET", "HEAD", "POST"])
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button (GET), and open the case by it (POST): a program that follows links changes nothing."""
    if request.method != "POST":
        is_valid = following.valid_link(token) is not None
        return render(
            request, "complaints/open.html", {"is_valid": is_valid}, status=200 if is_valid else 410
        )
    case = following.use_link(token)
    if case is None:
        return render(request, "complaints/open.html", {"is_valid": False}, status=410)
    response = redirect("complaints:case")
    response.set_signed_cookie(
        COOKIE,
        str(case.pk),
        salt=COOKIE_SALT,
        max_age=int(following.VISIT.total_seconds()),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Close the case in this browser."""
    response = redirect("complaints:follow")
    response.delete_cookie(COOKIE)
    return response


Taken = Callable[[Complaint, dict[str, Any]], object]

ACTIONS: dict[str, tuple[type[forms.Form], Taken]] = {
    "inform": (
        InformationForm,
        lambda case, data: following.add_information(
            complaint=case, text=data["text"], files=data["attached"]
        ),
    ),
    "escalate": (
        EscalationForm,
        lambda case, data: handling.escalate(complaint=case, by=None, **data),
    ),
    "withdraw": (
        WithdrawalForm,
        lambda case, data: handling.withdraw(complaint=case, by=None, **data),
    ),
}
"""What a complainant can do: by the name of the button, the form and the step."""


@never_cache
@ensure_csrf_cookie
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest) -> HttpResponse:
    """The case as its complainant sees it, and what can be done there."""
    found = _case_of(request)
    if found is None:
        return redirect("complaints:follow")
    bound: dict[str, forms.Form] = {}
    name = request.POST.get("action", "")
    if request.method == "POST" and name in ACTIONS:
        # By case: others in the same network, as the colleagues of a company, have cases of their own.
        limit(request, name=f"case-{found.pk}", times=60, seconds=3600)
        form_class, take = ACTIONS[name]
        form = form_class(request.POST, request.FILES, prefix=name)
        if form.is_valid():
            try:
                take(found, form.cleaned_data)
            except StepRefused as refused:
                if _taken_already(found, name, form.cleaned_data):
                    return redirect("complaints:case")
                found.refresh_from_db()
                form.add_error(None, _(AT_PRESENT) if found.set_aside_at else str(refused))
            except ValidationError as refused:
                form.add_error("attached", refused)
            else:
                return redirect("complaints:case")
        bound[name] = form
    actions = {key: bound.get(key) or form(prefix=key) for key, (form, _take) in ACTIONS.items()}
    return render(request, "complaints/case.html", _shown(found) | {"forms": actions, "bound": bound})


def _taken_already(found: Complaint, name: str, data: dict[str, Any]) -> bool:
    """Whether a step was refused because the same words have taken it already, as by a double click."""
    action = {"escalate": Event.Action.ESCALATED, "withdraw": Event.Action.WITHDRAWN}.get(name)
    return action is not None and found.events.filter(action=action, note=data["reason"]).exists()


def _shown(found: Complaint) -> dict[str, Any]:
    is_open = found.status in OPEN
    # While it is set aside, every step would be refused.
    can_act = found.set_aside_at is None
    today = timezone.localdate()
    return {
        "complaint": found,
        "events": [event for event in found.events.all() if event.action in SHOWN],
        "messages_of_case": found.messages.prefetch_related("attachments"),
        "files": [one for one in found.attachments.all() if one.message_id is None],
        "past": found.past_examinations.all(),
        "is_open": is_open,
        "erasure": retention.erasure_of(found, today),
        "erasure_not_before": retention.earliest_of_open(found, today) if is_open else None,
        "can_escalate": can_act and found.can_be_escalated,
        "can_withdraw": can_act and found.status not in ENDED,
        "may_add": can_act and found.status != Status.WITHDRAWN,
    }


def _case_of(request: HttpRequest) -> Complaint | None:
    """Return the case that this browser has opened, while it is open."""
    max_age = int(following.VISIT.total_seconds())
    pk = request.get_signed_cookie(COOKIE, default="", salt=COOKIE_SALT, max_age=max_age)
    if not pk:
        return None
    return Complaint.objects.filter(pk=pk, erased_at__isnull=True).first()
