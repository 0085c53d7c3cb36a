"""Addresses of the files: outside the language prefix, since a file has a language of its own."""

from django.urls import path

from documents import addresses as addresses  # registers the converters
from documents import views

urlpatterns = [
    path("<slug:slug>/<version:address>/<language:language>.pdf", views.file, name="documents-file"),
    path("<slug:slug>/<language:language>.pdf", views.current_file, name="documents-current-file"),
]
