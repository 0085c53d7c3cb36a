"""Addresses of the complaint form and the case; the language prefix and the policy come from the roof."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from complaints import follow_views, views

app_name = "complaints"

urlpatterns = [
    path(_("new/"), views.new, name="new"),
    path(_("received/<str:token>/"), views.received, name="received"),
    path(_("follow/"), follow_views.follow, name="follow"),
    path(_("follow/<str:token>/"), follow_views.open_link, name="open"),
    path(_("case/"), follow_views.case, name="case"),
    path(_("case/leave/"), follow_views.leave, name="leave"),
]
