"""Readers' requests do without sessions and accounts; those of staff have them wherever they are."""

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from core import staff_pages
from core.staff_pages import may_be_staff

pytestmark = pytest.mark.django_db

CHAIN = (
    staff_pages.StaffSessions,
    staff_pages.StaffAuthentication,
    staff_pages.StaffSecondFactor,
    staff_pages.StaffSessionEnds,
    staff_pages.StaffMessages,
)
PARTS = ("session", "user", "_messages")


def parts_of(request: HttpRequest) -> list[bool]:
    """Return which of PARTS the middleware has put on a request."""
    found: list[bool] = []

    def view(request: HttpRequest) -> HttpResponse:
        found.extend(hasattr(request, part) for part in PARTS)
        return HttpResponse()

    answer = view
    for each in reversed(CHAIN):
        answer = each(answer)
    answer(request)
    return found


@pytest.mark.parametrize("path", ["/en/", "/api/destinations/", "/readyz", "/en/complaints/new/", "/admins/"])
def test_a_reader_has_none_of_it(path: str) -> None:
    assert parts_of(RequestFactory().get(path)) == [False, False, False]


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/"])
def test_pages_of_staff_have_all_of_it(path: str) -> None:
    assert parts_of(RequestFactory().get(path)) == [True, True, True]


@pytest.mark.parametrize("path", ["/en/", "/readyz"])
def test_the_cookie_of_a_session_brings_all_of_it_anywhere(path: str) -> None:
    request = RequestFactory().get(path)
    request.COOKIES[settings.SESSION_COOKIE_NAME] = "example"
    assert may_be_staff(request)
    assert parts_of(request) == [True, True, True]


def test_a_session_that_has_ended_opens_nothing(client: Client) -> None:
    person = User.objects.create_user("example", is_staff=True)
    client.force_login(person)
    assert "reasons" in client.get("/readyz").json()
    client.session.flush()
    assert "reasons" not in client.get("/readyz").json()


def test_the_order_is_that_of_the_settings() -> None:
    names = [f"{each.__module__}.{each.__qualname__}" for each in CHAIN]
    assert [name for name in settings.MIDDLEWARE if name in names] == names
