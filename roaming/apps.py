"""Which roaming zone a destination is in."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoamingConfig(AppConfig):
    """The zones of the mobile plans."""

    name = "roaming"
    verbose_name = _("Roaming zones")
