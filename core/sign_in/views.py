"""The pages of the sign-in: password, code, setting up an app, recovery codes."""

import time
from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from core import audit
from core.sign_in import carrying, failures, second_factor
from core.sign_in import pending as sign_in
from core.sign_in.forms import CodeForm, PasswordForm
from core.sign_in.pending import Pending
from core.sign_in.second_factor import CodeRefused, Device
from core.sign_in.sessions import has_provider

CONFIRMED_AT = "password_confirmed_at"
"""Where the session keeps when its owner last typed the password for the page of the second factor."""

CONFIRMED_FOR = 10 * 60
"""Seconds for which that counts."""

Context = dict[str, Any]
ContextOf = Callable[[HttpRequest], Context]


class PasswordView(LoginView):
    """Name and password: the first page of the sign-in."""

    def get_context_data(self, **kwargs: Any) -> Context:
        carried = carrying.of_sign_in(self.request)
        return {**super().get_context_data(**kwargs), "carried": carried}

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Go on to the code, to the setting up of an app, or to where no second factor is needed."""
        user, to = form.get_user(), self.get_success_url()
        carried = carrying.of_sign_in(self.request)
        sign_in.begin(self.request, user, to=to, carried=carried)
        if not second_factor.is_needed(user):
            return signed_in(self.request, Pending(user, to, carried), None)
        enrolled = second_factor.device_of(user) is not None
        return HttpResponseRedirect(reverse("admin:code" if enrolled else "admin:enrol"))


def password(request: HttpRequest, context: Context) -> HttpResponseBase:
    """Ask for name and password: the first page of the sign-in."""
    view = PasswordView.as_view(
        authentication_form=AdminAuthenticationForm,
        template_name="admin/login.html",
        extra_context={**context, **_of_sign_in()},
        next_page="admin:index",
    )
    return view(request)


def sign_in_again(request: HttpRequest, context_of: ContextOf) -> HttpResponse:
    """Answer a form that came after the session had ended: the sign-in, which carries what was typed."""
    context = {
        **context_of(request),
        **_of_sign_in(),
        "form": AdminAuthenticationForm(request),
        "next": reverse("admin:index"),
        "carried": carrying.packed(request),
    }
    return TemplateResponse(request, "admin/login.html", context, status=403)


def code(request: HttpRequest, context_of: ContextOf) -> HttpResponse:
    """Ask for a code: the second page of the sign-in."""
    waiting = sign_in.pending(request)
    if waiting is None or second_factor.device_of(waiting.user) is None:
        return _from_the_start()
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            device = second_factor.check(user=waiting.user, code=form.cleaned_data["code"])
        except CodeRefused as refused:
            _note_refusal(request, waiting.user, form, refused)
            sign_in.count_wrong_code(request)
        else:
            return signed_in(request, waiting, device)
    context = {**context_of(request), "title": gettext("Confirm your sign-in"), "form": form}
    return TemplateResponse(request, "admin/sign_in/code.html", context)


def enrol(request: HttpRequest, context_of: ContextOf) -> HttpResponse:
    """Set up an app: at the first sign-in, or in the place of another by who has just typed the password."""
    waiting = sign_in.pending(request)
    user = waiting.user if waiting and second_factor.device_of(waiting.user) is None else None
    if user is None and _has_confirmed(request):
        waiting, user = None, request.user  # type: ignore[assignment]  # signed in: a User
    if user is None:
        return _from_the_start()
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            typed = form.cleaned_data["code"]
            device, codes = second_factor.enrol(user=user, code=typed, request=request)
        except CodeRefused as refused:
            _note_refusal(request, user, form, refused)
        else:
            waiting = waiting or Pending(user, reverse("admin:index"), "")
            sign_in.finish(request, user, device)
            page = _show_codes(request, codes, waiting, context_of)
            failures.remember_browser(page, user)
            return page
    app = second_factor.enrolling(user)
    context = {
        **context_of(request),
        "title": gettext("Set up the second factor"),
        "form": form,
        "key": second_factor.key_in_groups(app),
        "qr_code": second_factor.qr_code(app),
        "account": user.get_username(),
        "address": app.config_url,
    }
    return TemplateResponse(request, "admin/sign_in/enrol.html", context)


def overview(request: HttpRequest, context_of: ContextOf) -> HttpResponse:
    """Say how the second factor of who is signed in stands; new codes or another app after the password."""
    user: User = request.user  # type: ignore[assignment]  # admin_view: signed in
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if (
            authenticate(request, username=user.get_username(), password=form.cleaned_data["password"])
            is None
        ):
            form.add_error("password", gettext("The password is not right."))
        elif "app" in request.POST:
            request.session[CONFIRMED_AT] = time.time()
            return HttpResponseRedirect(reverse("admin:enrol"))
        else:
            codes = second_factor.renew_recovery_codes(user=user, request=request)
            return _show_codes(request, codes, Pending(user, reverse("admin:index"), ""), context_of)
    context = {
        **context_of(request),
        "title": gettext("Second factor"),
        "form": form,
        "device": second_factor.device_of(user),
        "codes_left": second_factor.codes_left(user),
    }
    return TemplateResponse(request, "admin/sign_in/overview.html", context)


def locked(request: HttpRequest, *_response_and_credentials: Any) -> HttpResponse:
    """Answer a sign-in that is locked (429), and say when to try again. django-axes calls this."""
    minutes = failures.minutes_to_wait(request)
    words = ngettext("Try again in %(number)d minute.", "Try again in %(number)d minutes.", minutes)
    context = {
        **admin.site.each_context(request),
        "title": gettext("Sign-in locked"),
        "when": words % {"number": minutes},
    }
    page = TemplateResponse(request, "admin/sign_in/locked.html", context, status=429)
    page.headers["Retry-After"] = str(minutes * 60)
    page.headers["Cache-Control"] = "no-store"
    return page.render()


def _of_sign_in() -> Context:
    return {
        "title": gettext("Log in"),
        "app_path": reverse("admin:login"),
        "single_sign_on": has_provider(),
    }


def _from_the_start() -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:login"))


def _has_confirmed(request: HttpRequest) -> bool:
    return (
        request.user.is_authenticated and time.time() - request.session.get(CONFIRMED_AT, 0) <= CONFIRMED_FOR
    )


def _note_refusal(request: HttpRequest, user: User, form: CodeForm, refused: CodeRefused) -> None:
    audit.record(audit.Action.CODE_REFUSED, by=user, about=user.get_username(), request=request)
    if refused.wait is None:
        form.add_error(
            "code",
            gettext("This code is not right, or was used before. Wait for the next one that the app shows."),
        )
        return
    seconds = max(1, round(refused.wait.total_seconds()))
    words = ngettext(
        "Too many wrong codes. Try again in %(number)d second.",
        "Too many wrong codes. Try again in %(number)d seconds.",
        seconds,
    )
    form.add_error("code", words % {"number": seconds})


def signed_in(request: HttpRequest, waiting: Pending, device: Device | None) -> HttpResponse:
    """Sign in who has shown all that was asked for; give back what was typed, or go on to where they were."""
    sign_in.finish(request, waiting.user, device)
    if typed := carrying.unpacked(waiting.carried):
        title = gettext("You are signed in again")
        context = {**admin.site.each_context(request), "title": title, "typed": typed}
        response: HttpResponse = TemplateResponse(request, "admin/sign_in/resume.html", context).render()
    else:
        response = HttpResponseRedirect(waiting.next)
    failures.remember_browser(response, waiting.user)
    return response


def _show_codes(
    request: HttpRequest, codes: list[str], waiting: Pending, context_of: ContextOf
) -> HttpResponse:
    context = {
        **context_of(request),
        "title": gettext("Recovery codes"),
        "codes": codes,
        "next": waiting.next,
        "typed": carrying.unpacked(waiting.carried),
    }
    return TemplateResponse(request, "admin/sign_in/recovery_codes.html", context)
