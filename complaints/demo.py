"""Example complaints, recognisably fictitious, at every stage."""

import datetime
from itertools import cycle

from django.contrib.auth.models import User
from django.utils import timezone, translation
from post_office.models import Email

from complaints import handling, receiving
from complaints.models import AnswerBy, Complaint, DelayCause, Kind, Outcome, Purpose, StandardText

NUMBER = 30
WITHDRAWN, ESCALATED = 7, 10
"""Which of them the complainant withdraws, and passes to the management."""

PROBLEMS = {
    "fr": {
        Kind.ADMINISTRATIVE: ("Adresse non mise à jour", "Exemple : l’adresse a été signalée deux fois."),
        Kind.FINANCIAL: ("Facture en double", "Exemple : la même facture est arrivée deux fois."),
        Kind.COMMERCIAL: ("Commande mal enregistrée", "Exemple : l’offre mentionnait un autre produit."),
        Kind.TECHNICAL: ("Connexion interrompue", "Exemple : la connexion tombe chaque matin."),
        Kind.OTHER: ("Message resté sans réponse", "Exemple : le message envoyé n’a pas eu de réponse."),
    },
    "en": {
        Kind.ADMINISTRATIVE: ("Change of address not recorded", "Example: the address was reported twice."),
        Kind.FINANCIAL: ("Invoice sent twice", "Example: the same invoice arrived twice."),
        Kind.COMMERCIAL: ("Order wrongly recorded", "Example: the signed offer named another product."),
        Kind.TECHNICAL: ("Connection interrupted", "Example: the connection drops every morning."),
        Kind.OTHER: ("Message left without an answer", "Example: the message sent was never answered."),
    },
}  # fmt: skip

ANSWERS = {
    "fr": "Exemple de réponse : le point soulevé a été examiné.",
    "en": "Example of an answer: the point raised was examined.",
}
REASONS = {
    "fr": "Exemple : la réponse ne tient pas compte du courrier joint.",
    "en": "Example: the answer does not take the attached letter into account.",
}
CAUSES = {
    "fr": "Exemple : un document manque encore au dossier.",
    "en": "Example: a document is still missing from the file.",
}
STANDARD_TEXTS = {
    "fr": {
        Purpose.ANSWER: (
            "Exemple : facture corrigée",
            "Exemple : la facture de votre réclamation {reference} du {received_on} a été corrigée.",
        ),
        Purpose.INFORMATION: (
            "Exemple : copie de la facture",
            "Exemple : veuillez nous envoyer une copie de la facture.",
        ),
        Purpose.DELAY: (
            "Exemple : document manquant",
            "Exemple : un document manque encore au dossier {reference}.",
        ),
    },
    "en": {
        Purpose.ANSWER: (
            "Example: invoice corrected",
            "Example: the invoice of your complaint {reference} of {received_on} has been corrected.",
        ),
        Purpose.INFORMATION: (
            "Example: copy of the invoice",
            "Example: please send us a copy of the invoice.",
        ),
        Purpose.DELAY: (
            "Example: document missing",
            "Example: a document is still missing from the file {reference}.",
        ),
    },
}


def load(*, owner: User, sponsor: User) -> list[Complaint]:
    """Receive thirty example complaints over the last ten weeks, take them to every stage; standard texts."""
    for language, texts in STANDARD_TEXTS.items():
        for purpose, (title, text) in texts.items():
            StandardText.objects.create(purpose=purpose, language=language, title=title, text=text)
    kinds, languages = cycle(Kind), cycle(("fr", "en", "fr"))
    complaints = []
    for number in range(1, NUMBER + 1):
        complaint = _receive(number, next(kinds), next(languages))
        # The wording of the steps, as of the events, is that of the complaint.
        with translation.override(complaint.language):
            _take_steps(number, complaint, owner, sponsor)
        complaints.append(complaint)
    return complaints


def _receive(number: int, kind: Kind, language: str) -> Complaint:
    summary, description = PROBLEMS[language][kind]
    by_post = number % 6 == 0
    facts = {
        "full_name": f"Example Customer {number:02}",
        "company": "" if number % 4 == 0 else f"Example {number:02} S.à r.l.",
        "address": f"{number}, rue de l’Exemple\nL-0000 Exempleville\nLuxembourg",
        "phone": "+352 00 00 00",
        "email": "" if by_post else f"customer{number:02}@example.com",
        "answer_by": AnswerBy.POST if by_post else AnswerBy.EMAIL,
        "kind": kind,
        "summary": summary,
        "description": description,
        "invoice_reference": f"EXAMPLE-{number:04}" if kind == Kind.FINANCIAL else "",
        "intervention_reference": f"EXAMPLE-{number:04}" if kind == Kind.TECHNICAL else "",
    }
    received_at = timezone.now() - datetime.timedelta(days=2 * number, hours=number)
    return receiving.receive(
        key=receiving.submission_key("example", facts),
        facts=facts,
        language=language,
        received_at=received_at,
    )


def _take_steps(number: int, complaint: Complaint, owner: User, sponsor: User) -> None:
    """Leave a third new and take the others to every stage, two of them by the complainant."""
    stage = number % 6
    if number == WITHDRAWN:
        handling.withdraw(complaint=complaint, reason="", by=None)
    if stage < 2:
        return
    handling.assign(complaint=complaint, owner=owner, sponsor=sponsor, by=owner)
    if stage == 2:
        handling.examine(complaint=complaint, by=owner)
    if stage == 3:
        until_on = max(timezone.localdate(), complaint.answer_due_on) + datetime.timedelta(days=14)
        handling.announce_delay(
            complaint=complaint,
            causes=CAUSES[complaint.language],
            cause=DelayCause.INFORMATION,
            until_on=until_on,
            by=owner,
        )
    if stage > 3:
        outcome = list(Outcome)[number % 3]
        handling.answer(complaint=complaint, text=ANSWERS[complaint.language], outcome=outcome, by=owner)
    if stage > 4:
        # Nobody is written to about an example; without its mail, the answer counts as sent.
        Email.objects.filter(pk__in=complaint.messages.values("mail")).delete()
        handling.close(complaint=complaint, by=sponsor)
    if number == ESCALATED:
        handling.escalate(complaint=complaint, reason=REASONS[complaint.language], by=None)
