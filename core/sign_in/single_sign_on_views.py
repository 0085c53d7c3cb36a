"""The two addresses of single sign-on: not found without its settings, and then nothing of it is loaded."""

import logging

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext

from core import audit
from core.sign_in import carrying, second_factor, views
from core.sign_in import pending as sign_in
from core.sign_in.pending import Pending
from core.sign_in.sessions import PROVIDER, has_provider
from core.throttle import limit

LOGGER = logging.getLogger("core.single_sign_on")

CARRIED = "oidc_carried"
"""Where the session keeps what was typed when another session ended, while somebody is at the provider."""


MOST_CARRIED = 200_000
"""Characters of it, compressed: far more than a form of the admin holds."""


def leave(request: HttpRequest, context_of: views.ContextOf) -> HttpResponseBase:
    """Send somebody to the provider.

    Where a form is waiting to be sent again it comes here by POST, and goes on by a link: the policy of the
    page lets no form end at another host.
    """
    _only_when_on(request)
    from core.sign_in import single_sign_on

    if request.method == "POST":
        # It is kept for somebody who has not signed in yet: whoever can ask could fill the disk with it.
        limit(request, name="single-sign-on-carried", times=20, seconds=3600)
        carried = carrying.of_sign_in(request)
        if len(carried) > MOST_CARRIED:
            raise RequestDataTooBig
        if carrying.unpacked(carried) is None:
            return HttpResponseRedirect(reverse("admin:single-sign-on"))
        request.session[CARRIED] = carried
        request.session.set_expiry(single_sign_on.SECONDS)
        context = {**context_of(request), "title": gettext("Single sign-on")}
        return TemplateResponse(request, "admin/sign_in/leave.html", context)
    if admin.site.has_permission(request):
        return HttpResponseRedirect(reverse("admin:index"))
    if "next" in request.GET:
        # From the sign-in itself, where nothing waits to be sent again.
        request.session.pop(CARRIED, None)
    try:
        return single_sign_on.leave(request)
    except single_sign_on.ProviderGone as gone:
        return _refused(request, gone.reason, None, is_gone=True)


def arrive(request: HttpRequest, context_of: views.ContextOf) -> HttpResponseBase:
    """Take somebody back from the provider: signed in, on to the code, or refused."""
    _only_when_on(request)
    from core.sign_in import single_sign_on

    try:
        user, vouched = single_sign_on.arrive(request)
    except single_sign_on.Refused as refused:
        gone = isinstance(refused, single_sign_on.ProviderGone)
        return _refused(request, refused.reason, refused.account, is_gone=gone)
    to = request.session.get(single_sign_on.NEXT) or reverse("admin:index")
    carried = request.session.get(CARRIED, "")
    sign_in.begin(request, user, to=to, carried=carried)
    request.session[PROVIDER] = {"second_factor": vouched}
    if vouched or not second_factor.is_needed(user):
        return views.signed_in(request, Pending(user, to, carried), None)
    enrolled = second_factor.device_of(user) is not None
    return HttpResponseRedirect(reverse("admin:code" if enrolled else "admin:enrol"))


def _only_when_on(request: HttpRequest) -> None:
    if not has_provider():
        raise Http404
    # Each makes the portal ask the provider, and the first one keeps a session.
    limit(request, name="single-sign-on", times=30, seconds=60)


def _refused(request: HttpRequest, reason: str, account: User | None, *, is_gone: bool) -> HttpResponseBase:
    LOGGER.warning("single sign-on refused: %s", reason)
    facts = {"way": "single sign-on", "reason": reason}
    about = account.get_username() if account else ""
    audit.record(audit.Action.REFUSED, by=None, about=about, request=request, facts=facts)
    context = {
        **admin.site.each_context(request),
        "title": gettext("Sign-in refused"),
        "is_gone": is_gone,
    }
    return TemplateResponse(request, "admin/sign_in/refused.html", context, status=503 if is_gone else 403)
