"""Django's admin with the portal's own site in place of the stock one."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    """Names the site class; kept apart from legalsite.apps, where Django looks for the app's own config."""

    default_site = "legalsite.dashboard.DashboardAdminSite"
