"""The roof: wiring, and the pages that need several apps."""

from django.apps import AppConfig


class LegalsiteConfig(AppConfig):
    """The portal as a whole."""

    name = "legalsite"

    def ready(self) -> None:
        """Add the portal's own part to `manage.py check --deploy`."""
        from legalsite import checks as checks  # registers itself
