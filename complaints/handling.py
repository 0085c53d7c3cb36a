"""The steps of a case. Each is one transaction: the case, its event and its mails, or nothing."""

import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints import mail
from complaints.deadlines import answer_due_on, target_on
from complaints.models import (
    Complaint,
    DelayCause,
    Event,
    Message,
    MessageKind,
    Outcome,
    PastExamination,
    Stage,
    Status,
    ended_now,
)
from complaints.receiving import welcome
from complaints.steps import StepRefused, locked, name_of, record
from core.dates import long_date
from core.folding import fold


@transaction.atomic
def assign(*, complaint: Complaint, owner: User, sponsor: User, by: User, conflict_reason: str = "") -> None:
    """Name the owner in charge of the resolution and the sponsor accountable for it.

    Raises StepRefused when both are the same person, when one of them is a person whom the complainant named
    as concerned and no reason is given (policy: "mitigate any possible conflict of interests"), or when the
    complaint is answered already.
    """
    case = locked(complaint, "assign")
    if owner == sponsor:
        raise StepRefused(_("Owner and sponsor must be two different people."))
    concerned = [user for user in (owner, sponsor) if is_concerned(case, user)]
    if concerned and not conflict_reason.strip():
        names = ", ".join(map(name_of, concerned))
        raise StepRefused(
            _("The complainant names %(names)s as concerned. Choose somebody else or give the reason.")
            % {"names": names}
        )
    is_new = (case.owner, case.sponsor) != (owner, sponsor)
    case.owner, case.sponsor, case.conflict_reason = owner, sponsor, conflict_reason.strip()
    if case.status == Status.RECEIVED:
        case.status = Status.ASSIGNED
    case.save(update_fields=["owner", "sponsor", "status", "conflict_reason"])
    note = _("Owner: %(owner)s. Sponsor: %(sponsor)s.") % {
        "owner": name_of(owner),
        "sponsor": name_of(sponsor),
    }
    record(case, Event.Action.ASSIGNED, by=by, note=f"{note}\n{case.conflict_reason}".strip())
    if is_new:
        mail.tell(case, MessageKind.ASSIGNMENT, owner=name_of(owner), sponsor=name_of(sponsor))


def is_concerned(case: Complaint, user: User) -> bool:
    """Whether the complainant names a member of staff as concerned: by full name, or by a surname alone."""
    named = f" {fold(case.involved)} "
    parts = [fold(part) for part in (user.get_full_name(), user.last_name) if part.strip()]
    return any(f" {part} " in named for part in parts)


@transaction.atomic
def examine(*, complaint: Complaint, by: User) -> None:
    """Begin the examination. Raises StepRefused before assignment, or when it has begun."""
    case = locked(complaint, "examine")
    case.status = Status.EXAMINED
    case.save(update_fields=["status"])
    record(case, Event.Action.EXAMINED, by=by)


@transaction.atomic
def request_information(*, complaint: Complaint, request: str, by: User) -> None:
    """Ask the complainant for something. Raises StepRefused when the complaint is answered."""
    case = locked(complaint, "ask")
    record(case, Event.Action.ASKED, by=by, note=request)
    mail.tell(case, MessageKind.INFORMATION, request=request)


@transaction.atomic
def note(*, complaint: Complaint, text: str, by: User) -> None:
    """Write an internal note, which the complainant does not see, and acknowledge what is new."""
    case = locked(complaint, "note")
    record(case, Event.Action.NOTED, by=by, note=text)
    _acknowledge_news(case)


@transaction.atomic
def announce_delay(
    *,
    complaint: Complaint,
    causes: str,
    until_on: datetime.date,
    by: User,
    cause: DelayCause = DelayCause.OTHER,
) -> None:
    """Tell the complainant why the answer is late and on which day the examination should end.

    `causes` are the words that the complainant reads, `cause` is the main one, for the statistics.
    Raises StepRefused when the complaint is answered, without causes, or when `until_on` is not after today
    and after the day the answer is due or was last announced (policy, step 2).
    """
    case = locked(complaint, "delay")
    if not causes.strip():
        raise StepRefused(_("Give the causes of the delay."))
    latest = max(timezone.localdate(), case.answer_due_on, case.delayed_until_on or case.answer_due_on)
    if until_on <= latest:
        raise StepRefused(_("The date must come after %(date)s.") % {"date": long_date(latest)})
    case.delay_causes, case.delayed_until_on, case.delay_cause = causes, until_on, cause
    case.save(update_fields=["delay_causes", "delayed_until_on", "delay_cause"])
    record(case, Event.Action.DELAYED, by=by, note=f"{long_date(until_on)}\n{causes}")
    mail.tell(case, MessageKind.DELAY, causes=causes, until_on=_in_language(case, until_on))


@transaction.atomic
def answer(*, complaint: Complaint, text: str, outcome: Outcome, by: User) -> None:
    """Answer the complainant, and say how the complaint ends.

    An answer that does not grant everything carries the paragraph on the examination by the management,
    unless it comes from there (policy, step 3). Raises StepRefused before assignment, when an answer was
    given already, or when the paragraph is needed and empty.
    """
    case = locked(complaint, "answer")
    needs_paragraph = outcome != Outcome.UPHELD and case.stage != Stage.MANAGEMENT
    paragraph = mail.management_paragraph(case) if needs_paragraph else ""
    if needs_paragraph and not paragraph:
        raise StepRefused(
            _("The paragraph on the examination by the management is empty: ask an editor to write it.")
        )
    case.answer, case.outcome = text, outcome
    case.answered_at, case.status = timezone.now(), Status.ANSWERED
    case.save(update_fields=["answer", "answered_at", "outcome", "status"])
    _acknowledge_news(case)
    record(case, Event.Action.ANSWERED, by=by, note=f"{outcome.label}\n{text}")
    mail.tell(case, MessageKind.ANSWER, answer=text, management=paragraph)


@transaction.atomic
def close(*, complaint: Complaint, by: User) -> None:
    """Close a complaint whose answer has left.

    Raises StepRefused when it is not answered, or closed, or when the letter with the answer is not posted
    yet, or its mail not sent.
    """
    case = locked(complaint, "close")
    given = case.messages.filter(kind=MessageKind.ANSWER).last()
    if given is not None and not given.has_left:
        raise StepRefused(_not_left(given))
    case.closed_at, case.status = timezone.now(), Status.CLOSED
    case.save(update_fields=["closed_at", "status"])
    _acknowledge_news(case)
    record(case, Event.Action.CLOSED, by=by, note=str(Outcome(case.outcome).label))
    paragraph = mail.management_paragraph(case) if case.can_be_escalated else ""
    mail.tell(case, MessageKind.CLOSED, management=paragraph)


@transaction.atomic
def escalate(*, complaint: Complaint, reason: str, by: User | None) -> None:
    """Pass a case to the management, on the complainant's written request (policy, step 3).

    A new examination begins with a month of its own; the clock and answer of the one before stay on record,
    owner and sponsor must be named anew. `by` is None when the complainant asks through the portal. Raises
    StepRefused when there is no ground for it: see Complaint.can_be_escalated.
    """
    case = locked(complaint, "escalate")
    if not case.can_be_escalated:
        raise StepRefused(
            _("The management examines a complaint that was not answered in time or not fully granted.")
        )
    _begin_anew(case, Stage.MANAGEMENT)
    record(case, Event.Action.ESCALATED, by=by, note=reason)
    mail.tell(case, MessageKind.ESCALATION)
    if by is None:
        _note_news(case)
        mail.news_to_staff(case, gettext_lazy("The complainant asks for an examination by the management."))


@transaction.atomic
def reopen(*, complaint: Complaint, reason: str, by: User) -> None:
    """Examine an answered or closed complaint again, with a clock of its own; the old one stays on record."""
    case = locked(complaint, "reopen")
    _begin_anew(case, case.stage if case.stage == Stage.MANAGEMENT else Stage.REOPENED)
    record(case, Event.Action.REOPENED, by=by, note=reason)


@transaction.atomic
def withdraw(*, complaint: Complaint, reason: str, by: User | None) -> None:
    """End a case because the complainant withdraws the complaint; `by` is None when they do it themselves."""
    case = locked(complaint, "withdraw")
    case.withdrawn_at, case.status = timezone.now(), Status.WITHDRAWN
    case.save(update_fields=["withdrawn_at", "status"])
    record(case, Event.Action.WITHDRAWN, by=by, note=reason)
    mail.tell(case, MessageKind.WITHDRAWN)
    if by is None:
        _note_news(case)
        mail.news_to_staff(case, gettext_lazy("The complainant withdraws the complaint."))


@transaction.atomic
def set_aside(*, complaint: Complaint, reason: str, by: User) -> None:
    """Set a complaint aside as suspected spam. Its clock runs on. Raises StepRefused once it is assigned."""
    case = locked(complaint, "set_aside")
    case.set_aside_at, case.suspicions = timezone.now(), [*case.suspicions, "staff"]
    case.save(update_fields=["set_aside_at", "suspicions"])
    record(case, Event.Action.SET_ASIDE, by=by, note=reason)


@transaction.atomic
def restore(*, complaint: Complaint, by: User) -> None:
    """Take a complaint out of suspected spam; if it was never acknowledged, it is now."""
    case = locked(complaint, "restore")
    if case.set_aside_at is None:
        raise StepRefused(_("The complaint is not set aside."))
    case.set_aside_at = None
    case.save(update_fields=["set_aside_at"])
    record(case, Event.Action.RESTORED, by=by)
    if not case.messages.filter(kind=MessageKind.ACKNOWLEDGEMENT).exists():
        welcome(case)


@transaction.atomic
def mark_posted(*, message: Message, by: User) -> None:
    """Note that a letter has been posted, be it in the place of a mail that no server took.

    Raises StepRefused when it is none, or posted already.
    """
    case = locked(message.complaint, "post")
    letter = Message.objects.select_for_update(of=("self",)).letters().filter(pk=message.pk).first()
    if letter is None or letter.posted_at:
        raise StepRefused(_("There is no letter to post."))
    letter.by_post, letter.posted_at = True, timezone.now()
    letter.save(update_fields=["by_post", "posted_at"])
    record(case, Event.Action.POSTED, by=by, note=letter.subject)


def _not_left(given: Message) -> str:
    if given.by_post:
        return _("Post the letter with the answer first, and note that it is posted.")
    if given.is_undelivered:
        return _("The mail with the answer could not be delivered. Print it as a letter below and post it.")
    return _("The mail with the answer is still on its way. Please try again in a moment.")


def _begin_anew(case: Complaint, stage: Stage | str) -> None:
    PastExamination.objects.create(complaint=case, **ended_now(case))
    today = timezone.localdate()
    case.stage, case.stage_began_on = Stage(stage), today
    case.answer_due_on, case.target_on = (
        answer_due_on(today),
        target_on(today, settings.COMPLAINT_TARGET_WORKING_DAYS),
    )
    case.delay_causes, case.delayed_until_on, case.delay_cause = "", None, ""
    case.answer, case.answered_at, case.outcome, case.closed_at = "", None, "", None
    case.owner = case.sponsor = None
    case.conflict_reason, case.status = "", Status.RECEIVED
    case.save()


def _note_news(case: Complaint) -> None:
    case.news_at = timezone.now()
    case.save(update_fields=["news_at"])


def _acknowledge_news(case: Complaint) -> None:
    if case.news_at:
        case.news_at = None
        case.save(update_fields=["news_at"])


def _in_language(case: Complaint, day: datetime.date) -> str:
    with translation.override(case.language):
        return long_date(day)
