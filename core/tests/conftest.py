"""A provider of single sign-on for whoever asks for one."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from core.tests.sign_in_provider import CLIENT, SECRET, Provider, running


@pytest.fixture(scope="session")
def its_server() -> Iterator[Provider]:
    with running() as provider:
        yield provider


@pytest.fixture
def provider(its_server: Provider, settings: Settings) -> Provider:
    """A provider that is set up, and asks for a second factor itself."""
    its_server.reset()
    its_server.claims = {"amr": ["pwd", "mfa"]}
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID = its_server.address, CLIENT
    settings.OIDC_CLIENT_SECRET = SECRET
    settings.STAFF_SECOND_FACTOR = True
    return its_server
