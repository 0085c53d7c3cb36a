"""Complaints, from the form to the closed case."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComplaintsConfig(AppConfig):
    """The complaints that customers send."""

    name = "complaints"
    verbose_name = _("Complaints")
