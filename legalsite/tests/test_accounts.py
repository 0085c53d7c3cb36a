"""Accounts and groups in the admin: names in the reader's language, roles as boxes to tick."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from core.loader import ContentLoader
from legalsite import groups
from legalsite.admin import shown_permission

pytestmark = pytest.mark.django_db


def test_the_names_are_in_the_language_of_the_admin(admin_client: Client) -> None:
    groups.load(ContentLoader())
    group = Group.objects.get(name="Data protection")
    for language, words in (("fr", "Protection des données"), ("en", "Data protection")):
        admin_client.cookies["django_language"] = language
        for address in (
            reverse("admin:auth_group_changelist"),
            reverse("admin:auth_group_change", args=[group.pk]),
            reverse("admin:auth_user_changelist"),
            reverse("admin:auth_user_change", args=[User.objects.get().pk]),
        ):
            assert words in admin_client.get(address).text, address
    group.refresh_from_db()
    assert group.name == "Data protection"


def test_a_permission_says_what_it_allows() -> None:
    seen = Permission.objects.get(codename="view_complaint")
    own = Permission.objects.get(codename="publish_version")
    with translation.override("fr"):
        assert shown_permission(seen).startswith("Réclamations – réclamation – ")
        assert shown_permission(own) == "version – Peut publier une version"
    with translation.override("en"):
        assert shown_permission(seen) == "Complaints – complaint – see"


def test_ticking_a_group_puts_the_account_into_it(
    admin_client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    groups.load(ContentLoader())
    user = User.objects.create_user("example-staff")
    wanted = Group.objects.get(name="Editors")
    address = reverse("admin:auth_user_change", args=[user.pk])
    with django_assert_max_num_queries(12):
        page = admin_client.get(address)
    assert page.text.count('type="checkbox" name="groups"') == len(groups.GROUPS)
    data = {"username": user.username, "is_active": "on", "is_staff": "on", "groups": [wanted.pk]}
    assert admin_client.post(address, data).status_code == 302
    user.refresh_from_db()
    assert user.is_staff
    assert list(user.groups.all()) == [wanted]


def test_accounts_are_filtered_by_group(admin_client: Client) -> None:
    groups.load(ContentLoader())
    editors = Group.objects.get(name="Editors")
    User.objects.create_user("example-editor").groups.add(editors)
    page = admin_client.get(f"{reverse('admin:auth_user_changelist')}?groups__id__exact={editors.pk}")
    assert [user.username for user in page.context["cl"].result_list] == ["example-editor"]
