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
    action = _action(request)
    # What is sent a second time has no draft any more, and is known all the same: see _send.
    problems = [_(GONE)] if request.POST.get("draft") and not draft and action != "send" else []
    if draft and (removed := request.POST.get("remove")):
        problems += attachments.remove(draft, removed)
    draft, refused = _keep(request, draft)
    problems += refused
    form = _filled(request)
    if problems:
        form.add_error("attached", problems)
    if action == "edit":
        return _form(request, form, draft)
    if not form.is_valid():
        return _form(request, form, draft)
    if action == "send":
        return _send(request, form, draft)
    return _form(request, form, draft, template="complaints/check.html")


def _action(request: HttpRequest) -> str:
    """Return what the button that was pressed asks for; taking a file out leads back to the form."""
    return "edit" if "remove" in request.POST else request.POST.get("action", "")


def _filled(request: HttpRequest) -> ComplaintForm:
    """Return the form as it was typed; while it is still being filled in, no fault is found with it."""
    form = ComplaintForm(request.POST)
    if _action(request) == "edit":
        form.errors.clear()
    return form


def _unavailable(request: HttpRequest) -> HttpResponse:
    """Give the form back with all that was typed when the database takes nothing."""
    form, token = _filled(request), request.POST.get("draft", "")
    held: list[Attachment] = []
    try:
        if _action(request) == "send" and form.is_valid() and (stored := known(_key(request, form))):
            # The database took it, and was lost before it could say so.
            return _confirmed(stored)
        draft = attachments.draft_of(token)
        token, held = (token, list(draft.attachments.all())) if draft else ("", [])
    except (OperationalError, InterfaceError):
        # It does not answer at all. The draft keeps its files, and the form the name of the draft.
        logger.error("complaint form: the database cannot be read either")
    form.add_error(
        None,
        _("We cannot store your complaint at the moment. Your answers are still here: please try again."),
    )
    if request.FILES:
        # Browsers do not send the same files a second time by themselves.
        form.add_error(
            "attached", _("Files that are not listed here were not stored. Please add them again.")
        )
    context = {"form": form, "held": held, "draft": token}
    response = render(request, "complaints/form.html", context, status=503)
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
    facts, key = form.facts(), _key(request, form)
    # Before asking whether the case is known: the same form may be on its way by another process, and take
    # the files with it between the two.
    held: list[Attachment] = list(draft.attachments.all()) if draft else []
    complaint = known(key)
    if complaint is None:
        if sorted(attachment.sha256 for attachment in held) != sorted(request.POST.getlist("digest")):
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
    return _confirmed(complaint)


def _key(request: HttpRequest, form: ComplaintForm) -> str:
    """Return the key of a form that is sent: see receiving.submission_key."""
    # As the check page named the files: the draft is gone when the same form arrives a second time.
    return submission_key(form.cleaned_data["token"], form.facts(), request.POST.getlist("digest"))


def _confirmed(complaint: Complaint) -> HttpResponse:
    """Lead to the confirmation of a complaint."""
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
