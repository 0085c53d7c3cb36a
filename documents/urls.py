"""Addresses of the library; the language prefix is added by the roof."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from documents import addresses as addresses  # registers the converters
from documents import compare_views, evidence_views, preview, views
from documents.feeds import PublicationFeed

app_name = "documents"

urlpatterns = [
    path("", views.library, name="library"),
    path(_("on-a-date/"), evidence_views.applied_on, name="applied"),
    path(_("on-a-date/texts.zip"), evidence_views.applied_zip, name="applied-zip"),
    path(_("check-a-file/"), evidence_views.check_file, name="check-file"),
    path("feed/", PublicationFeed(), name="feed"),
    path("preview/<str:token>/", preview.preview, name="preview"),
    path("preview/<str:token>/<language:language>.pdf", preview.preview_file, name="preview-file"),
    path("<slug:slug>/", views.document, name="document"),
    path("<slug:slug>/feed/", PublicationFeed(), name="document-feed"),
    path("<slug:slug>/<version:address>/", views.version, name="version"),
    path(_("<slug:slug>/compare/"), compare_views.choose, name="compare-form"),
    path(_("<slug:slug>/compare/<version:before>...<version:after>/"), compare_views.compare, name="compare"),
]
