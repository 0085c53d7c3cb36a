"""Complaint and what belongs to it: events, messages, files, wording, access and holds."""

from complaints.models.access import AccessLink, Hold, HoldExtension
from complaints.models.case import (
    ENDED,
    OPEN,
    AnswerBy,
    Channel,
    Complaint,
    DelayCause,
    Kind,
    Outcome,
    Stage,
    Status,
    searched_in,
)
from complaints.models.files import Attachment, Draft
from complaints.models.record import UNSENT, Event, Message, PastExamination, ended_now
from complaints.models.reminder import Digest, Reminder
from complaints.models.standard_text import Purpose, StandardText
from complaints.models.wording import Kind as MessageKind
from complaints.models.wording import Template, template_for

__all__ = [
    "ENDED",
    "OPEN",
    "UNSENT",
    "AccessLink",
    "AnswerBy",
    "Attachment",
    "Channel",
    "Complaint",
    "DelayCause",
    "Digest",
    "Draft",
    "Event",
    "Hold",
    "HoldExtension",
    "Kind",
    "Message",
    "MessageKind",
    "Outcome",
    "PastExamination",
    "Purpose",
    "Reminder",
    "Stage",
    "StandardText",
    "Status",
    "Template",
    "ended_now",
    "searched_in",
    "template_for",
]
