"""The form about personal data, the link that confirms the address, and the page of a request."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from complaints.deadlines import count_month, explain
from complaints.following import VISIT
from complaints.receiving import submission_key
from complaints.suspicion import new_token, suspicions
from core.bilingual import reading_language
from core.throttle import TooManyRequests, limit
from privacy import handling, retention
from privacy.forms import FollowForm, RequestForm
from privacy.models import Request

# As the session's: with this beginning, browsers take it only from this very host (settings.py).
COOKIE = "__Host-request" if settings.SESSION_COOKIE_SECURE else "request"
COOKIE_SALT = "privacy.request"


@never_cache
@ensure_csrf_cookie
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form (GET), then by button: "send" it, or "edit" it in the other language."""
    if request.method != "POST":
        return _form(request, RequestForm())
    if request.POST.get("action") == "edit":
        return _form(request, RequestForm(initial=request.POST.dict()))
    form = RequestForm(request.POST)
    return _send(request, form) if form.is_valid() else _form(request, form)


def _form(request: HttpRequest, form: RequestForm, *, status: int = 200) -> HttpResponse:
    return render(request, "privacy/form.html", {"form": form}, status=status)


def _send(request: HttpRequest, form: RequestForm) -> HttpResponse:
    """Store the request, once, and lead to the page that says where the mail is."""
    token, facts = form.cleaned_data["token"], form.facts()
    key = submission_key(token, facts)
    if not Request.objects.filter(submission_key=key).exists():
        # The address has a limit of its own, in handling.receive.
        if suspicions(token=token, trap=form.cleaned_data["website"], email=""):
            return _ask_again(request)
        try:
            limit(request, name="privacy", times=20, seconds=3600)
        except TooManyRequests as refused:
            form.add_error(None, _("Too many requests were sent from your network. Please try again later."))
            response = _form(request, form, status=429)
            response.headers["Retry-After"] = str(refused.retry_after)
            return response
        handling.receive(key=key, facts=facts, language=reading_language())
    return redirect("privacy:sent")


def _ask_again(request: HttpRequest) -> HttpResponse:
    """Give the form back, filled in: a person sends it once more, and no mail leaves for a program."""
    data = request.POST.copy()
    data["token"], data["website"] = new_token(), ""
    form = RequestForm(data)
    form.full_clean()
    form.add_error(
        None, _("We could not tell whether a person sent this. Please check your entries and send again.")
    )
    return _form(request, form)


@never_cache
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """Say that a mail is on its way; the same for everybody."""
    return render(request, "privacy/sent.html")


@never_cache
@ensure_csrf_cookie
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button (GET), and receive the request by it (POST): programs that follow links do nothing."""
    if request.method != "POST":
        return _gate(request, "privacy/confirm.html", is_valid=handling.confirming_link(token) is not None)
    found = handling.confirm(token)
    if found is None:
        return _gate(request, "privacy/confirm.html", is_valid=False)
    # Whoever confirms has the mailbox; a link to the request would only prove it once more.
    return _visit(found)


@never_cache
@ensure_csrf_cookie
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Ask for a link to a request. What is answered does not tell whether there is such a request."""
    form = FollowForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            limit(request, name="privacy-follow", times=60, seconds=3600)
        except TooManyRequests as refused:
            form.add_error(None, _("Too many requests were sent from your network. Please try again later."))
            response = render(request, "privacy/follow.html", {"form": form}, status=429)
            response.headers["Retry-After"] = str(refused.retry_after)
            return response
        handling.send_link(**form.cleaned_data)
        return render(request, "privacy/link_sent.html")
    return render(request, "privacy/follow.html", {"form": form})


@never_cache
@ensure_csrf_cookie
@require_http_methods(["GET", "HEAD", "POST"])
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button (GET), and open the request by it (POST)."""
    if request.method != "POST":
        return _gate(request, "privacy/open.html", is_valid=handling.opening_link(token) is not None)
    found = handling.use_link(token)
    return _visit(found) if found else _gate(request, "privacy/open.html", is_valid=False)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Close the request in this browser."""
    response = redirect("privacy:follow")
    response.delete_cookie(COOKIE)
    return response


@never_cache
@ensure_csrf_cookie
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The request as its requester sees it: where it stands, when the answer is due, the answer."""
    found = _open_request(request)
    if found is None:
        return redirect("privacy:follow")
    context = {
        "asked": found,
        "counted": explain(count_month(found.received_on)) if found.received_on else "",
        "erased_on": retention.erased_on(found),
    }
    return render(request, "privacy/request.html", context)


def _gate(request: HttpRequest, template: str, *, is_valid: bool) -> HttpResponse:
    return render(request, template, {"is_valid": is_valid}, status=200 if is_valid else 410)


def _visit(found: Request) -> HttpResponse:
    """Lead to the page of a request, and keep it open in this browser for VISIT."""
    response = redirect("privacy:request")
    response.set_signed_cookie(
        COOKIE,
        str(found.pk),
        salt=COOKIE_SALT,
        max_age=int(VISIT.total_seconds()),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _open_request(request: HttpRequest) -> Request | None:
    max_age = int(VISIT.total_seconds())
    pk = request.get_signed_cookie(COOKIE, default="", salt=COOKIE_SALT, max_age=max_age)
    return Request.objects.confirmed().filter(pk=pk, erased_at__isnull=True).first() if pk else None
