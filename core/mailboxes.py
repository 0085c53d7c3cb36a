"""Which e-mail addresses the portal writes to."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

SPECIAL = re.compile(r"""[\s",;:<>()\[\]\\]""")
"""Signs that RFC 5321 allows only in a quoted local part. The mail queue keeps recipients in one column,
parted by commas, and a quoted comma would make two recipients of one."""


def validate_mailbox(address: str) -> None:
    """Refuse an address with a quoted local part: nobody has one, and it can smuggle in other recipients.

    Raises ValidationError. To be used beside Django's own check of the form.
    """
    local, _at, _domain = address.rpartition("@")
    if SPECIAL.search(local):
        raise ValidationError(_("Enter a valid e-mail address, for example name@example.lu."), code="invalid")
