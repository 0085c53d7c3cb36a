"""The page of the design language: whole on a development server, absent in production."""

import re

import pytest
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from core.contrast import theme_colours
from core.icons import ICONS
from legalsite.style import contrasts, style

pytestmark = pytest.mark.django_db


def test_in_production_there_is_none(client: Client) -> None:
    assert client.get("/en/style/").status_code == 404


def test_every_role_and_icon_is_shown(rf: RequestFactory, settings: Settings) -> None:
    settings.DEBUG = True
    page = style(rf.get("/en/style/")).text
    for name in theme_colours():
        assert f"--{name}</dt>" in page
    for name in ICONS:
        assert f" {name}</li>" in page
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_each_field_is_shown_with_its_error(rf: RequestFactory, settings: Settings) -> None:
    settings.DEBUG = True
    page = style(rf.get("/en/style/")).text
    assert page.count("field--error") == 6
    assert page.count('class="errorlist"') == 6


def test_every_contrast_is_as_asked() -> None:
    assert all(min(light, dark) >= asked for _front, _ground, asked, light, dark in contrasts())
