"""Addresses of the library; the language prefix is added by the roof."""

from django.urls import path

from documents import addresses as addresses  # registers the converters
from documents import views

app_name = "documents"

urlpatterns = [
    path("", views.library, name="library"),
    path("<slug:slug>/", views.document, name="document"),
    path("<slug:slug>/<version:address>/", views.version, name="version"),
]
