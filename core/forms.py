"""How the portal's forms look: fields with hint, error and label in the right reading order."""

from django.forms.renderers import TemplatesSetting


class PortalFormRenderer(TemplatesSetting):
    """Renders each field with templates/core/forms/_field.html; the admin keeps its own markup."""

    field_template_name = "core/forms/_field.html"
