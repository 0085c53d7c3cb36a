"""What people ask about their own data."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    """The requests of data subjects."""

    name = "privacy"
    verbose_name = _("Personal data")
