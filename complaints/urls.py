"""Addresses of the complaint form; the language prefix and the policy page come from the roof."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from complaints import views

app_name = "complaints"

urlpatterns = [
    path(_("new/"), views.new, name="new"),
    path(_("received/<str:token>/"), views.received, name="received"),
]
