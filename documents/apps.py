"""Every legal text of the portal, PDF or page: versioned, dated, bilingual."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    """The legal texts."""

    name = "documents"
    verbose_name = _("Legal texts")
