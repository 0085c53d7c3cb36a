"""Addresses of the files: outside the language prefix, since a file has a language of its own."""

from django.urls import path

from documents import views

urlpatterns = [
    path("<slug:slug>/<str:address>/<str:language>.pdf", views.file, name="documents-file"),
    path("<slug:slug>/<str:language>.pdf", views.current_file, name="documents-current-file"),
]
