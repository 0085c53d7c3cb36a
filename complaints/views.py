"""The complaint form, its check page, and the confirmation."""

import logging

from django.core import signing
from django.db import InterfaceError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_safe

from complaints import attachments
from complaints.forms import ComplaintForm
from complaints.models import Attachment, Complaint, Draft
from complaints.receiving import known, receive, submission_key
from complaints.suspicion import suspicions
from core.bilingual import reading_language
from core.throttle import TooManyRequests, limit

logger = logging.getLogger(__name__)

CONFIRMATION_SALT = "complaints.confirmation"
CONFIRMATION_SECONDS = 30 * 24 * 60 * 60
"""How long the confirmation page can be opened again."""

GONE = gettext_noop("Your files are no longer here. Please add them again.")


@never_cache
@ensure_csrf_cookie
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form (GET), then by button: "check" the answers, "edit" them again, or "send" them.

    The check page carries the answers in hidden fields; only files are kept on the way, with a draft.
    """
    if request.method != "POST":
        return render(request, "complaints/form.html", {"form": ComplaintForm()})
    try:
        return _posted(request)
    except (OperationalError, InterfaceError) as error:
        # Locked for too long, full, or gone.
        logger.error("complaint form: the database refuses (%s)", type(error).__name__)
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        return _unavailable(request)


def _posted(request: HttpRequest) -> HttpResponse:
    """Answer the form that was sent with one of its buttons."""
    draft = attachments.draft_of(request.POST.get("draft", ""))
    action = request.POST.get("action")
    # What is sent a second time has no draft any more, and is known all the same: see _send.
    problems = [_(GONE)] if request.POST.get("draft") and not draft and action != "send" else []
    if draft and (removed := request.POST.get("remove")):
        problems += attachments.remove(draft, removed)
        action = "edit"
    draft, refused = _keep(request, draft)
    problems += refused
    if action == "edit" and not problems:
        form = ComplaintForm(initial=request.POST.dict())
        return _form(request, form, draft)
    form = ComplaintForm(request.POST)
    if problems:
        form.add_error("attached", problems)
    if not form.is_valid():
        return _form(request, form, draft)
    if action == "send":
        return _send(request, form, draft)
    return _form(request, form, draft, template="complaints/check.html")


def _unavailable(request: HttpRequest) -> HttpResponse:
    """Give the form back with all that was typed when the database takes nothing."""
    form = ComplaintForm(request.POST)
    form.add_error(
        None,
        _("We cannot store your complaint at the moment. Your answers are still here: please try again."),
    )
    draft = attachments.draft_of(request.POST.get("draft", ""))
    response = _form(request, form, draft, status=503)
    response.headers["Retry-After"] = "60"
    return response


def _keep(request: HttpRequest, draft: Draft | None) -> tuple[Draft | None, list[str]]:
    """Keep the files of a request: what attachments.keep returns, or a sentence when there were too many."""
    files = request.FILES.getlist("attached")
    if files:
        try:
            # They are stored before anything is sent, for a day: nobody shall fill the disk.
            limit(request, name="files", times=120, seconds=3600)
        except TooManyRequests:
            return draft, [_("Too many files were sent from your network. Please try again later.")]
    return attachments.keep(draft, files)


def _form(
    request: HttpRequest,
    form: ComplaintForm,
    draft: Draft | None,
    *,
    template: str = "complaints/form.html",
    status: int = 200,
) -> HttpResponse:
    held = list(draft.attachments.all()) if draft else []
    context = {"form": form, "held": held, "draft": attachments.draft_token(draft) if draft else ""}
    return render(request, template, context, status=status)


def _send(request: HttpRequest, form: ComplaintForm, draft: Draft | None) -> HttpResponse:
    """Store the complaint, once, and lead to the confirmation."""
    facts = form.facts()
    # As the check page named them: the draft is gone when the same form arrives a second time.
    digests = sorted(request.POST.getlist("digest"))
    key = submission_key(form.cleaned_data["token"], facts, digests)
    # Before asking whether the case is known: the same form may be on its way by another process, and take
    # the files with it between the two.
    held: list[Attachment] = list(draft.attachments.all()) if draft else []
    complaint = known(key)
    if complaint is None:
        if sorted(attachment.sha256 for attachment in held) != digests:
            form.add_error("attached", _(GONE))
            return _form(request, form, draft)
        try:
            limit(request, name="complaint", times=60, seconds=3600)
        except TooManyRequests as refused:
            form.add_error(
                None, _("Too many complaints were sent from your network. Please try again later.")
            )
            response = _form(request, form, draft, status=429)
            response.headers["Retry-After"] = str(refused.retry_after)
            return response
        complaint = receive(
            key=key,
            facts=facts,
            language=reading_language(),
            attachments=held,
            suspicions=suspicions(
                token=form.cleaned_data["token"],
                trap=form.cleaned_data["website"],
                email=facts["email"],
            ),
        )
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
