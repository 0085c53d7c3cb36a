"""Loading the templates of messages from complaints/content/."""

import tomllib
from pathlib import Path

from complaints.models import Template
from core.loader import ContentLoader

MESSAGES = Path(__file__).parent / "content" / "messages.toml"


def load(loader: ContentLoader) -> None:
    """Bring the templates in line with the file, but for what staff changed."""
    for entry in tomllib.loads(MESSAGES.read_text(encoding="utf-8"))["message"]:
        for language in ("fr", "en"):
            wording = entry[language]
            loader.load(
                Template,
                {"kind": entry["kind"], "language": language},
                {"subject": wording["subject"], "text": wording["text"].strip()},
            )
