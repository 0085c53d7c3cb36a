"""The cellar: what every app of the portal stands on."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """Contact details, banner, mail queue and the other things that several apps share."""

    name = "core"
    verbose_name = _("Portal")
