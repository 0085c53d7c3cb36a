"""What waits for one member of staff today, of every app, by what they may do about it."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext, pgettext
from post_office.models import STATUS

import privacy.inbox
import privacy.retention
from complaints import inbox, retention
from complaints.models import Complaint, Hold
from core.dates import long_date
from core.models import OutgoingMail
from documents.attention import waiting
from documents.models import Version
from privacy.connecting import asked_about
from privacy.models import Request

MOST_SHOWN = 6
"""Records that a task names; the others are behind its number."""

MOST_COUNTED = 1_000
"""Erasures that are counted: there are few but after a fault, and then how many says little."""

UNDER_WAY = "open"
"""What of the inboxes is the work as a whole, and no task for today."""

CASE_LIST = "admin:complaints_complaint_changelist"


@dataclass(frozen=True)
class Record:
    """One record that waits: its name, where it is, and by when."""

    name: str
    address: str
    note: str


@dataclass(frozen=True)
class Task:
    """Something to be done, with how many records wait for it."""

    words: str | Promise
    number: int
    address: str = ""
    """A list of all of them, if there is one."""
    is_late: bool = False
    records: tuple[Record, ...] = ()
    is_bounded: bool = False
    """Whether no more than MOST_COUNTED were counted."""

    @property
    def counted(self) -> str:
        """The number in words."""
        return _or_more(self.number) if self.is_bounded else str(self.number)

    @property
    def shown(self) -> tuple[Record, ...]:
        """The records that are named."""
        return self.records[:MOST_SHOWN]

    @property
    def number_more(self) -> int:
        """How many there are beside those."""
        return max(0, len(self.records) - MOST_SHOWN)


@dataclass
class Area:
    """The tasks of one kind of work."""

    name: str
    heading: str
    tasks: list[Task] = field(default_factory=list)

    @property
    def is_late(self) -> bool:
        """Whether something of it should have been done before today."""
        return any(task.is_late for task in self.tasks)


@dataclass(frozen=True)
class Today:
    """What the start page says: faults, tasks by kind of work, and what goes on without anybody's doing."""

    faults: list[str]
    areas: list[Area]
    coming: list[Task]


def _or_more(number: int) -> str:
    return gettext("%(number)d or more") % {"number": number} if number >= MOST_COUNTED else str(number)


def today_of(user: User) -> Today:
    """Return what waits for `user`. At most 30 queries, however much waits."""
    today = timezone.localdate()
    areas = [_cases(user, today), _requests(user, today), _texts(user), _mails(user)]
    return Today(
        faults=_faults(user, today),
        # What is late comes first, then the order of the daily work.
        areas=sorted((area for area in areas if area.tasks), key=lambda area: not area.is_late),
        coming=[task for task in _coming(user, today) if task.number],
    )


def _texts(user: User) -> Area:
    area = Area("texts", gettext("Legal texts"))
    may_edit, may_publish = (
        user.has_perm("documents.change_version"),
        user.has_perm("documents.publish_version"),
    )
    if not (may_edit or may_publish):
        return area
    found = waiting(user)
    lists: list[tuple[str, list[Version]]] = []
    if may_publish:
        lists += [
            (gettext("To approve"), found.to_approve),
            (gettext("Approved, to publish"), found.to_publish),
        ]
    if may_edit:
        lists += [
            (gettext("Drafts"), found.drafts),
            (gettext("In force without a translation"), found.untranslated),
            (gettext("Translation older than the original"), found.outdated),
        ]
    lists.append((gettext("In force without a plain-language summary"), found.unsummarised))
    area.tasks += [_versions(words, versions) for words, versions in lists if versions]
    return area


def _versions(words: str, versions: Iterable[Version]) -> Task:
    records = tuple(
        Record(
            version.document.title,
            reverse("admin:documents_version_change", args=[version.pk]),
            long_date(version.effective_on),
        )
        for version in versions
    )
    return Task(words, len(records), records=records)


def _cases(user: User, today: datetime.date) -> Area:
    area = Area("cases", gettext("Complaints"))
    address = reverse(CASE_LIST)
    if user.has_perm("complaints.change_complaint"):
        area.tasks += [
            Task(words, number, f"{address}?waiting={what}", is_late=what == "overdue")
            for what, words, number in inbox.counts(today)
            if what != UNDER_WAY
        ]
    if user.has_perm("complaints.change_hold"):
        asked = Hold.objects.to_confirm(user).select_related("complaint")
        records = tuple(
            Record(
                str(hold.complaint),
                reverse("admin:complaints_complaint_change", args=[hold.complaint_id]),
                long_date(hold.until_on),
            )
            for hold in asked
        )
        if records:
            area.tasks.append(Task(gettext("Legal hold to confirm"), len(records), records=records))
    return area


def _requests(user: User, today: datetime.date) -> Area:
    area = Area("requests", gettext("Requests about personal data"))
    if not user.has_perm("privacy.change_request"):
        return area
    address = reverse("admin:privacy_request_changelist")
    area.tasks += [
        Task(words, number, f"{address}?waiting={what}", is_late=what == "overdue")
        for what, words, number in privacy.inbox.counts(today)
        if what != UNDER_WAY
    ]
    open_ones = Request.objects.open()
    records = tuple(
        Record(
            str(each),
            reverse("admin:privacy_request_change", args=[each.pk]),
            f"{each.get_right_display()}, {long_date(each.expected_on)}",
        )
        for each in open_ones
    )
    if records:
        words = gettext("Not answered yet")
        area.tasks.append(Task(words, len(records), f"{address}?waiting={UNDER_WAY}", records=records))
    return area


def _mails(user: User) -> Area:
    area = Area("mails", str(capfirst(OutgoingMail._meta.verbose_name_plural)))
    works_with_mail = user.has_perm("complaints.change_complaint") or user.has_perm("privacy.change_request")
    if works_with_mail and user.has_perm("core.view_outgoingmail"):
        address = reverse("admin:core_outgoingmail_changelist")
        for status, words in (
            (STATUS.failed, gettext("Given up: reach the recipient otherwise")),
            (STATUS.requeued, gettext("Failed, tried again by itself")),
        ):
            if number := OutgoingMail.objects.filter(status=status).count():
                area.tasks.append(Task(words, number, f"{address}?state={status}", status == STATUS.failed))
    return area


def _coming(user: User, today: datetime.date) -> list[Task]:
    found = []
    if user.has_perm("documents.view_version"):
        announced = Version.objects.published().filter(effective_on__gt=today, withdrawn_on__isnull=True)
        found.append(_versions(pgettext("texts", "Announced"), announced.select_related("document")))
    if user.has_perm("complaints.view_complaint"):
        number = inbox.waiting(Complaint.objects.all(), UNDER_WAY, today).count()
        words = gettext("Complaints that are not answered yet")
        found.append(Task(words, number, f"{reverse(CASE_LIST)}?waiting={UNDER_WAY}"))
        found.append(
            Task(
                gettext("Complaints to be erased: the portal does it within a day"),
                retention.due(today, asked_about(today))[:MOST_COUNTED].count(),
                is_bounded=True,
            )
        )
    if user.has_perm("privacy.view_request"):
        number = privacy.retention.due(today).count()
        found.append(
            Task(
                gettext("Requests about personal data to be erased: the portal does it within a day"), number
            )
        )
    return found


def _faults(user: User, today: datetime.date) -> list[str]:
    found = []
    if user.has_perm("complaints.view_complaint") and (
        number := retention.late(today, asked_about(today - retention.GRACE), MOST_COUNTED)
    ):
        found.append(
            ngettext(
                "The personal data of %(number)s complaint should have been erased and are not. "
                "Ask the operator to look at the worker.",
                "The personal data of %(number)s complaints should have been erased and are not. "
                "Ask the operator to look at the worker.",
                number,
            )
            % {"number": _or_more(number)}
        )
    if user.has_perm("privacy.view_request") and (number := privacy.retention.late(today)):
        found.append(
            ngettext(
                "%(number)s request about personal data should have been erased and is not. "
                "Ask the operator to look at the worker.",
                "%(number)s requests about personal data should have been erased and are not. "
                "Ask the operator to look at the worker.",
                number,
            )
            % {"number": number}
        )
    return found
