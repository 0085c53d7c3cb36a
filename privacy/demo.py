"""Example requests about personal data, recognisably fictitious: one at each stage."""

import datetime

from dateutil.relativedelta import relativedelta
from django.contrib.auth.models import User
from django.utils import timezone, translation

from complaints.models import AnswerBy, Channel
from complaints.receiving import submission_key
from core.links import digest_of, new_token
from privacy import connecting, handling
from privacy.models import Link, Outcome, Request, Right

RECEIVED_BEFORE = datetime.timedelta(days=20)
"""How long ago what staff entered was received."""

TEXTS = {
    "fr": "Exemple : quelles données détenez-vous à mon sujet ?",
    "en": "Example: which data do you hold on me?",
}
CALL = "Exemple : rappel au numéro du contrat."


def load(*, officer: User) -> list[Request]:
    """Make four example requests: one unconfirmed, one running, one extended, one answered by post."""
    unconfirmed, running = _send(1, "fr", Right.DELETION), _send(2, "en", Right.ACCESS)
    token = new_token()
    Link.objects.create(request=running, purpose=Link.Purpose.CONFIRM, digest=digest_of(token))
    handling.confirm(token)
    with translation.override("fr"):
        extended = _enter(3, "fr", Right.ACCESS, Channel.EMAIL, officer)
        due_on = extended.due_on or timezone.localdate()
        reasons = "Exemple : plusieurs archives sont à consulter."
        until_on = due_on + relativedelta(months=1)
        handling.extend(request=extended, reasons=reasons, until_on=until_on, by=officer)
    with translation.override("en"):
        answered = _enter(4, "en", Right.RECTIFICATION, Channel.LETTER, officer)
        handling.note_identity(request=answered, text="Example: called back.", by=officer)
        reason = "Example: the address of the letters of this contract."
        connecting.connect(request=answered, what="customer04@example.lu", reason=reason, by=officer)
        text = "Example of an answer: the address was corrected."
        handling.answer(request=answered, text=text, outcome=Outcome.GRANTED, by=officer)
    return [unconfirmed, running, extended, answered]


def _facts(number: int, language: str, right: Right) -> dict[str, str]:
    return {
        "right": right,
        "full_name": f"Example Customer {number:02}",
        "email": f"customer{number:02}@example.lu",
        "text": TEXTS[language],
    }


def _send(number: int, language: str, right: Right) -> Request:
    facts = _facts(number, language, right)
    sent = handling.receive(key=submission_key("example", facts), facts=facts, language=language)
    if sent is None:
        raise RuntimeError("the example address has too many links waiting")
    return sent


def _enter(number: int, language: str, right: Right, channel: Channel, officer: User) -> Request:
    by_post = channel == Channel.LETTER
    facts = {
        **_facts(number, language, right),
        "email": "" if by_post else f"customer{number:02}@example.lu",
        "address": f"{number}, rue de l’Exemple\nL-0000 Exempleville" if by_post else "",
        "answer_by": AnswerBy.POST if by_post else AnswerBy.EMAIL,
        "identity": "" if by_post else CALL,
    }
    return handling.enter(
        key=submission_key("example", facts),
        facts=facts,
        language=language,
        channel=channel,
        received_at=timezone.now() - RECEIVED_BEFORE,
        by=officer,
    )
