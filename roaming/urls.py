"""Addresses of the roaming pages; the language prefix is added by the roof."""

from django.urls import path

from roaming import views

app_name = "roaming"

urlpatterns = [
    path("", views.lookup, name="lookup"),
    path("zones/", views.zones, name="zones"),
]
