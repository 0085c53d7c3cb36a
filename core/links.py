"""Links that are mailed to somebody and work once."""

import datetime
import hashlib
import secrets
from typing import Self

from django.db import models
from django.utils import timezone
from post_office.models import Email

KEPT = datetime.timedelta(days=1)
"""A link is deleted with its mail when it is older; none is valid for longer."""


def new_token() -> str:
    """Return the random word of a link: 256 bits, safe in an address."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """Return the SHA-256 of a token, which is all that is stored of it."""
    return hashlib.sha256(token.encode()).hexdigest()


class OneTimeLink(models.Model):
    """A link that was mailed. It works once, and only for a while."""

    digest = models.CharField(max_length=64, unique=True)
    """SHA-256 of the token: who reads the database cannot use the link."""
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    used_at = models.DateTimeField(null=True)
    mail = models.ForeignKey(Email, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        abstract = True

    @classmethod
    def valid(cls, token: str, lasting: datetime.timedelta) -> Self | None:
        """Return the link of a token that has not been used and is younger than `lasting`."""
        return cls._default_manager.filter(
            digest=digest_of(token), used_at__isnull=True, created_at__gt=timezone.now() - lasting
        ).first()

    def use(self) -> bool:
        """Use the link up; False when somebody else did so a moment before."""
        # The one that changes the row has the link; of two at the same moment that is one.
        unused = type(self)._default_manager.filter(pk=self.pk, used_at__isnull=True)
        return bool(unused.update(used_at=timezone.now()))

    @classmethod
    def remove_old(cls) -> int:
        """Delete the links that can no longer be used, with their mails; return how many there were."""
        old = cls._default_manager.filter(created_at__lt=timezone.now() - KEPT)
        mails = list(old.exclude(mail=None).values_list("mail", flat=True))
        number, _each = old.delete()
        Email.objects.filter(pk__in=mails).delete()
        return number
