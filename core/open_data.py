"""What programs read: answered without what only people's pages need.

No session, account, form, message or language of the address makes a difference to it; to ask for them takes
a quarter of the time of an answer.
"""

from collections.abc import Callable
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, ResolverMatch, resolve

OPEN_DATA = "/api/"


class OpenData:
    """Asks the views of /api/ themselves; all middleware behind it is for pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(OPEN_DATA):
            return self.get_response(request)
        try:
            match = _match(request.path_info)
        except Resolver404:
            return self.get_response(request)
        request.resolver_match = match
        response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        if isinstance(response, HttpResponse):
            response.headers["Content-Length"] = str(len(response.content))
        return response


@lru_cache(maxsize=16)
def _match(path: str) -> ResolverMatch:
    """Return the view of an address: there are few, and each is asked for all day. Raises Resolver404."""
    return resolve(path)
