"""Which app answers which path."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView
from django.views.i18n import set_language

from legalsite import health, home, metrics, policy, search, style
from legalsite.accessibility import accessibility
from legalsite.security_txt import ADDRESS, security_txt
from legalsite.sitemaps import SITEMAPS
from roaming.api import destinations

handler400 = "legalsite.errors.bad_request"
handler403 = "legalsite.errors.permission_denied"
handler404 = "legalsite.errors.page_not_found"
handler500 = "legalsite.errors.server_error"

urlpatterns = [
    path("admin/language/", set_language, name="admin-language"),
    # First, as it is asked most often and kept by nobody.
    path("api/destinations/", destinations, name="api-destinations"),
    path("admin/", admin.site.urls),
    path("documents/", include("documents.file_urls")),
    path("healthz", health.healthz, name="healthz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("readyz", health.readyz, name="readyz"),
    path("favicon.ico", home.favicon, name="favicon"),
    path(
        "robots.txt",
        TemplateView.as_view(template_name="robots.txt", content_type="text/plain; charset=utf-8"),
        name="robots",
    ),
    path(ADDRESS.lstrip("/"), security_txt, name="security-txt"),
    path("sitemap.xml", require_safe(sitemap), {"sitemaps": SITEMAPS}, name="sitemap"),
    *i18n_patterns(
        path("", home.home, name="home"),
        path("documents/", include("documents.urls")),
        path("roaming/", include("roaming.urls")),
        path(_("complaints/"), policy.complaint_policy, name="complaint-policy"),
        path(_("complaints/"), include("complaints.urls")),
        path(_("privacy/"), include("privacy.urls")),
        path(_("search/"), search.search, name="search"),
        path("style/", style.style, name="style"),
        path(_("accessibility/"), accessibility, name="accessibility"),
    ),
]
