"""The roof: wiring, and the pages that need several apps."""

from django.apps import AppConfig
from django.conf import settings


class LegalsiteConfig(AppConfig):
    """The portal as a whole."""

    name = "legalsite"

    def ready(self) -> None:
        """Add the portal's own part to `manage.py check --deploy`, and report faults if SENTRY_DSN is set."""
        from legalsite import checks as checks  # registers itself

        if settings.SENTRY_DSN:
            from core import error_reports
            from core.version import VERSION

            error_reports.start(settings.SENTRY_DSN, VERSION)
