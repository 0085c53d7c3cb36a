"""The steps of a request. Each is one transaction: the request, its event and its mails, or nothing.

GDPR is Regulation (EU) 2016/679.
"""

import datetime
from collections.abc import Mapping

from dateutil.relativedelta import relativedelta
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.deadlines import answer_due_on
from complaints.following import LINK_VALID, MOST_LINKS, as_reference
from complaints.models import Channel
from complaints.receiving import REFERENCE_ATTEMPTS, new_reference
from complaints.steps import StepRefused, name_of
from core.dates import long_date
from core.links import digest_of, new_token
from privacy import mail
from privacy.models import Event, Letter, Link, Outcome, Request, Status

FIRST = "D"
"""First letter of a reference: données, data."""

CONFIRM_WITHIN = datetime.timedelta(hours=24)
"""How long the link that confirms an address works."""

EXTENSION = relativedelta(months=2)
"""The longest extension. GDPR, article 12(3): "That period may be extended by two further months"."""

MOST_OF_ONE_ADDRESS = 3
"""Unconfirmed requests that one address may get mail about within CONFIRM_WITHIN."""


def receive(*, key: str, facts: Mapping[str, str], language: str) -> Request | None:
    """Store what the form sent, with its first event, and mail the link that confirms the address.

    `key` comes from complaints.receiving.submission_key: the same form sent twice is one request and one
    mail. `facts` are the cleaned fields. Nothing goes to staff yet, and no clock runs: anybody can type any
    address. For the same reason an address that has MOST_OF_ONE_ADDRESS links waiting gets no more mail;
    then nothing is stored and None returned.
    """
    for _attempt in range(REFERENCE_ATTEMPTS):
        if stored := Request.objects.filter(submission_key=key).first():
            return stored
        since = timezone.now() - CONFIRM_WITHIN
        waiting = Request.objects.filter(
            status=Status.UNCONFIRMED, email__iexact=facts["email"], sent_at__gt=since
        )
        if waiting.count() >= MOST_OF_ONE_ADDRESS:
            return None
        try:
            with transaction.atomic():
                request = Request.objects.create(
                    reference=new_reference(timezone.localdate(), FIRST),
                    submission_key=key,
                    language=language,
                    **facts,
                )
                record(request, Event.Action.SENT, by=None)
                token = new_token()
                sent = mail.ask_to_confirm(request, token=token)
                _keep_link(request, Link.Purpose.CONFIRM, token, sent.pk)
                return request
        except IntegrityError:
            # Either the same form arrived a moment earlier by another process, or the reference is taken:
            # the next turn finds the one or draws another.
            continue
    raise RuntimeError("no free reference was found")


def enter(
    *,
    key: str,
    facts: Mapping[str, str],
    language: str,
    channel: Channel,
    received_at: datetime.datetime,
    by: User,
) -> Request:
    """Store a request that came by letter, mail or telephone, with its events, and return it.

    `key` and `facts` are as in receive, with the postal address, the way of the answer and, where it was done
    already, the identity check. The month is counted from the day of `received_at`, the true receipt: it runs
    whether or not it is known yet who asks. The requester gets an acknowledgement, by mail or letter.
    """
    for _attempt in range(REFERENCE_ATTEMPTS):
        if stored := Request.objects.filter(submission_key=key).first():
            return stored
        try:
            with transaction.atomic():
                request = Request(
                    reference=new_reference(timezone.localdate(received_at), FIRST),
                    submission_key=key,
                    language=language,
                    channel=channel,
                    sent_at=received_at,
                    **facts,
                )
                _begin(request, received_at)
                record(request, Event.Action.ENTERED, by=by)
                if request.identity:
                    record(request, Event.Action.IDENTIFIED, by=by, note=request.identity)
                return request
        except IntegrityError:
            # As in receive.
            continue
    raise RuntimeError("no free reference was found")


@transaction.atomic
def confirm(token: str) -> Request | None:
    """Receive the request whose address a link confirms; None when the link was used or is too old.

    The month of GDPR, article 12(3), "within one month of receipt of the request", is counted from this day.
    The requester gets an acknowledgement, the data protection officer a notice.
    """
    link = confirming_link(token)
    if link is None or not link.use():
        return None
    request = Request.objects.select_for_update().get(pk=link.request_id)
    _begin(request, timezone.now())
    record(request, Event.Action.RECEIVED, by=None)
    return request


def _begin(request: Request, received_at: datetime.datetime) -> None:
    """Start the clock of a request, store it, and write to both sides."""
    request.received_at, request.status = received_at, Status.RECEIVED
    request.due_on = answer_due_on(timezone.localdate(received_at))
    request.save()
    # The day on which the answer is due is worked out by the database.
    request.refresh_from_db()
    mail.acknowledge(request)
    mail.notice_to_staff(request)


@transaction.atomic
def note_identity(*, request: Request, text: str, by: User) -> None:
    """Note who checked the identity of a requester and how; a later note takes the place of the one before.

    GDPR, article 12(6): "where the controller has reasonable doubts concerning the identity of the natural
    person making the request", it "may request the provision of additional information necessary to confirm
    the identity". Raises StepRefused for the form, where the confirmed address is the check, and when erased.
    """
    found = not_erased(request)
    if found.channel == Channel.WEB:
        raise StepRefused(_("The requester has confirmed the e-mail address: that is the check."))
    if not text.strip():
        raise StepRefused(_("Write who checked the identity, and how."))
    found.identity = text
    found.save(update_fields=["identity"])
    record(found, Event.Action.IDENTIFIED, by=by, note=text)


@transaction.atomic
def extend(*, request: Request, reasons: str, until_on: datetime.date, by: User) -> None:
    """Extend the time for the answer, once, and tell the requester why.

    GDPR, article 12(3): the month "may be extended by two further months where necessary, taking into
    account the complexity and number of the requests. The controller shall inform the data subject of any
    such extension within one month of receipt of the request, together with the reasons for the delay."
    Raises StepRefused when it is answered or extended already, when the month is over, without reasons, or
    when `until_on` is not after the day the answer is due, or more than two months after it.
    """
    found = locked(request)
    # An open request has a clock: the database holds the two together.
    due_on = found.due_on or timezone.localdate()
    if found.extended_until_on:
        raise StepRefused(_("The time has been extended already."))
    if timezone.localdate() > due_on:
        raise StepRefused(_("The month is over: an extension had to be announced before its end."))
    if not reasons.strip():
        raise StepRefused(_("Give the reasons for the extension."))
    if not due_on < until_on <= due_on + EXTENSION:
        raise StepRefused(
            _("The date must come after %(due)s and not after %(last)s.")
            % {"due": long_date(due_on), "last": long_date(due_on + EXTENSION)}
        )
    found.extension_reasons, found.extended_until_on = reasons, until_on
    found.save(update_fields=["extension_reasons", "extended_until_on"])
    record(found, Event.Action.EXTENDED, by=by, note=f"{long_date(until_on)}\n{reasons}")
    mail.tell_extension(found)


@transaction.atomic
def answer(*, request: Request, text: str, outcome: Outcome, by: User) -> None:
    """Answer the requester: what was done, or why nothing was (`outcome`, which staff alone see).

    It adds how to lodge a complaint with the supervisory authority and to seek a judicial remedy, as
    GDPR, article 12(4), asks for an answer that refuses. Raises StepRefused when it is answered already, or
    the answer is empty.
    """
    found = locked(request)
    if not text.strip():
        raise StepRefused(_("Write the answer."))
    found.answer, found.answered_at, found.status = text, timezone.now(), Status.ANSWERED
    found.outcome = outcome
    found.save(update_fields=["answer", "answered_at", "status", "outcome"])
    record(found, Event.Action.ANSWERED, by=by, note=text)
    mail.send_answer(found)


@transaction.atomic
def mark_posted(*, letter: Letter, by: User) -> None:
    """Note that a letter has been posted. Raises StepRefused when it was posted already, or all is erased."""
    request = not_erased(letter.request)
    waiting = Letter.objects.filter(pk=letter.pk, posted_at__isnull=True)
    if not waiting.update(posted_at=timezone.now()):
        raise StepRefused(_("There is no letter to post."))
    record(request, Event.Action.POSTED, by=by, note=letter.subject)


def note_export(*, request: Request, by: User) -> None:
    """Write down that what is held on the address was taken out of the portal."""
    record(request, Event.Action.EXPORTED, by=by)


@transaction.atomic
def send_link(*, reference: str, email: str) -> None:
    """Mail a link to the request to its own address, if there is such a request; otherwise do nothing.

    Nor when MOST_LINKS were mailed within an hour: somebody else may be asking for them.
    """
    typed = as_reference(reference)
    found = Request.objects.with_address(email.strip()).filter(reference=typed).first()
    since = timezone.now() - datetime.timedelta(hours=1)
    if found is None or _links_since(found, since) >= MOST_LINKS:
        return
    token = new_token()
    sent = mail.send_link(found, token=token, minutes=int(LINK_VALID.total_seconds() // 60))
    _keep_link(found, Link.Purpose.OPEN, token, sent.pk)


def _links_since(request: Request, since: datetime.datetime) -> int:
    return request.links.filter(purpose=Link.Purpose.OPEN, created_at__gt=since).count()


@transaction.atomic
def use_link(token: str) -> Request | None:
    """Use up a link that opens a request and return the request; None when it was used or is too old."""
    link = opening_link(token)
    return link.request if link is not None and link.use() else None


def confirming_link(token: str) -> Link | None:
    """Return the link of a token that can confirm an address now."""
    link = Link.valid(token, CONFIRM_WITHIN)
    return link if link is not None and link.purpose == Link.Purpose.CONFIRM else None


def opening_link(token: str) -> Link | None:
    """Return the link of a token that can open a request now."""
    link = Link.valid(token, LINK_VALID)
    return link if link is not None and link.purpose == Link.Purpose.OPEN else None


def locked(request: Request) -> Request:
    """Return the request, locked until the transaction ends. Raises StepRefused unless it is open."""
    found = not_erased(request)
    if found.status == Status.ANSWERED:
        raise StepRefused(_("The request is already answered."))
    return found


def not_erased(request: Request) -> Request:
    """Return the request, locked as above. Raises StepRefused when it is not confirmed, or erased."""
    found = Request.objects.select_for_update().get(pk=request.pk)
    if found.status == Status.UNCONFIRMED:
        raise StepRefused(_("The requester has not confirmed the e-mail address."))
    if found.erased_at:
        raise StepRefused(_("The personal data of this request have been erased."))
    return found


def record(request: Request, action: Event.Action, *, by: User | None, note: str = "") -> None:
    """Write the event of a step. `by` is None for the requester and for the portal itself."""
    actor = name_of(by) if by else ""
    Event.objects.create(request=request, action=action, actor=actor, note=note)


def _keep_link(request: Request, purpose: Link.Purpose, token: str, mail_pk: int) -> None:
    Link.objects.create(request=request, purpose=purpose, digest=digest_of(token), mail_id=mail_pk)
