"""How the tests come to a case as its complainant does."""

import re
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import translation
from post_office.models import Email

from complaints.models import Complaint


def address(name: str, *args: str, language: str = "en") -> str:
    """Return the address of a page of complaints."""
    with translation.override(language):
        return reverse(f"complaints:{name}", args=args)


def ask(client: Client, reference: str, email: str = "customer@example.com", language: str = "en") -> Any:
    """Ask for a link to a case."""
    return client.post(address("follow", language=language), {"reference": reference, "email": email})


def mailed_link(case: Complaint) -> str:
    """Return the path of the link that was mailed last."""
    link = case.access_links.order_by("pk").last()
    assert link is not None
    mail = Email.objects.get(pk=link.mail_id)
    assert mail.to == [case.email]
    found = re.search(r"http://127\.0\.0\.1:8000(/(?:en|fr)/\S+)", mail.message)
    assert found is not None
    return found[1]


def opened(case: Complaint, **client_options: Any) -> Client:
    """Return a browser in which the complainant has opened the case."""
    client = Client(**client_options)
    ask(client, case.reference, case.email)
    assert client.post(mailed_link(case)).status_code == 302
    return client
