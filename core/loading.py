"""Loading the contact details from core/content/."""

import tomllib
from pathlib import Path

from core.loader import ContentLoader
from core.models import ContactDetails

CONTENT = Path(__file__).parent / "content"


def load(loader: ContentLoader) -> None:
    """Bring the one record of contact details in line with the file."""
    values = tomllib.loads((CONTENT / "contact.toml").read_text(encoding="utf-8"))
    loader.load(ContactDetails, {"pk": 1}, values)
