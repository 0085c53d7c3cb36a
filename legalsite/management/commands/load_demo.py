"""`manage.py load_demo`: example data, recognisably fictitious, for trying the portal out."""

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from post_office.models import Email

import complaints.demo
import documents.loading
import privacy.demo
from core.loader import ContentLoader
from legalsite.groups import GROUPS


class Command(BaseCommand):
    """Staff of each role with printed random passwords, thirty complaints, requests, second versions."""

    help = "Add fictitious example data. Refuses when DEBUG is off."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("Example data is for trying the portal out: it is refused when DEBUG is off.")
        if User.objects.filter(username=username("Editors")).exists():
            raise CommandError("The example data is already there.")
        passwords = {name: secrets.token_urlsafe(12) for name in ("admin", *map(username, GROUPS))}
        admin = User.objects.create_superuser(
            "example-admin", password=passwords["admin"], first_name="Example", last_name="Admin"
        )
        staff = {group: self.create_staff(group, passwords[username(group)]) for group in GROUPS}
        mails_before = Email.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        complaints.demo.load(owner=staff["Complaint handlers"], sponsor=admin)
        privacy.demo.load(officer=staff["Data protection"])
        # Nobody is to get a mail about an example, not even at example.com.
        Email.objects.filter(pk__gt=mails_before).delete()
        documents.loading.load_demo(ContentLoader())
        self.stdout.write("Example data added. Staff accounts, to sign in at /admin/:\n")
        self.stdout.write(f"  {'example-admin':30} {passwords['admin']:20} everything\n")
        for group, user in staff.items():
            self.stdout.write(f"  {user.username:30} {passwords[user.username]:20} {group}\n")

    def create_staff(self, group: str, password: str) -> User:
        """Create the example member of a group."""
        user = User.objects.create_user(
            username(group), password=password, is_staff=True, first_name="Example", last_name=group
        )
        user.groups.add(Group.objects.get(name=group))
        return user


def username(group: str) -> str:
    """Return the name under which the example member of `group` signs in."""
    return f"example-{group.lower().replace(' ', '-')}"
