"""Django's admin with the portal's own site in place of the stock one."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    """Names the site class; kept apart from core.apps, where Django looks for the app's own config."""

    default_site = "core.staff.PortalAdminSite"
