"""The complaint form, its check page, and the confirmation."""

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_safe

from complaints.forms import ComplaintForm
from complaints.handling import known, receive, submission_key
from complaints.models import Complaint
from core.bilingual import reading_language
from core.throttle import TooManyRequests, limit

CONFIRMATION_SALT = "complaints.confirmation"
CONFIRMATION_SECONDS = 30 * 24 * 60 * 60
"""How long the confirmation page can be opened again."""


@never_cache
@ensure_csrf_cookie
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form (GET), then by button: "check" the answers, "edit" them again, or "send" them.

    Nothing is kept on the way: the check page carries the answers in hidden fields.
    """
    if request.method != "POST":
        return render(request, "complaints/form.html", {"form": ComplaintForm()})
    action = request.POST.get("action")
    if action == "edit":
        return render(request, "complaints/form.html", {"form": ComplaintForm(initial=request.POST.dict())})
    form = ComplaintForm(request.POST)
    if not form.is_valid():
        return render(request, "complaints/form.html", {"form": form})
    if action != "send":
        return render(request, "complaints/check.html", {"form": form})
    facts = form.facts()
    key = submission_key(form.cleaned_data["token"], facts)
    try:
        # The same form sent again is answered with its reference, however many came before.
        if known(key) is None:
            limit(request, name="complaint", times=60, seconds=3600)
    except TooManyRequests as refused:
        form.add_error(None, _("Too many complaints were sent from your network. Please try again later."))
        response = render(request, "complaints/form.html", {"form": form}, status=429)
        response.headers["Retry-After"] = str(refused.retry_after)
        return response
    complaint = receive(key=key, facts=facts, language=reading_language())
    return redirect("complaints:received", signing.dumps(complaint.reference, salt=CONFIRMATION_SALT))


@never_cache
@require_safe
def received(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm that a complaint arrived: reference, due date, what happens next; nothing personal.

    After CONFIRMATION_SECONDS the address only says that the complaint remains on record.
    """
    try:
        reference = signing.loads(token, salt=CONFIRMATION_SALT, max_age=CONFIRMATION_SECONDS)
    except signing.SignatureExpired:
        return render(request, "complaints/expired.html", status=410)
    except signing.BadSignature as error:
        raise Http404("no such confirmation") from error
    complaint = get_object_or_404(
        Complaint.objects.only("reference", "received_at", "answer_due_on", "email"), reference=reference
    )
    return render(request, "complaints/received.html", {"complaint": complaint})
