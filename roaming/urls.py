"""Addresses of the roaming pages; the language prefix is added by the roof."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from roaming import views

app_name = "roaming"

urlpatterns = [
    path("", views.lookup, name="lookup"),
    path("zones/", views.zones, name="zones"),
    path("a-z/", views.a_to_z, name="a-to-z"),
    path(_("changes/"), views.changes, name="changes"),
    path("zones.csv", views.zones_csv, name="zones-csv"),
    path("zones.json", views.zones_json, name="zones-json"),
]
