"""Addresses of the form about personal data; the language prefix comes from the roof."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from privacy import views

app_name = "privacy"

urlpatterns = [
    path("", views.new, name="new"),
    path(_("sent/"), views.sent, name="sent"),
    path(_("confirm/<str:token>/"), views.confirm, name="confirm"),
    path(_("follow/"), views.follow, name="follow"),
    path(_("follow/<str:token>/"), views.open_link, name="open"),
    path(_("request/"), views.show, name="request"),
    path(_("request/leave/"), views.leave, name="leave"),
]
