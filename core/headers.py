"""Response headers that Django leaves to the project."""

from collections.abc import Callable
from http import HTTPStatus

from csp.constants import HEADER
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase, ResponseHeaders
from django.utils.cache import patch_cache_control

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)


HEADERS = {
    "Permissions-Policy": PERMISSIONS_POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    # Django sets these three itself, but not on its refusal of a host (SecurityMiddleware).
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

STAFF_PAGES = "/admin/"


class ResponseHeadersMiddleware:
    """Sets the content security policy, denies device features, keeps the admin out of indexes and caches.

    The policy is the same on every page and made once: django-csp's own middleware makes it twice an answer.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        # In one order in every process: the policy is part of what an entity tag stands for.
        policy = {HEADER: "; ".join(sorted(build_policy().split("; ")))}
        # Checked here, once, and not again with each answer.
        self.policy, self.others = ResponseHeaders(policy), ResponseHeaders(HEADERS)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        # Django's technical page, in development, has its styles in it.
        if not (settings.DEBUG and response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR):
            _add(self.policy, response)
        _add(self.others, response)
        if request.path_info.startswith(STAFF_PAGES):
            response.headers.setdefault("X-Robots-Tag", "noindex")
            patch_cache_control(response, private=True, no_store=True)
        return response


def _add(headers: ResponseHeaders, response: HttpResponseBase) -> None:
    """Give a response those of the headers that it does not have."""
    response.headers._store = {**headers._store, **response.headers._store}
