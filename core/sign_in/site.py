"""The sign-in of the admin: two pages, and a form that is not lost when a session ends."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters


class SignInSite(admin.AdminSite):
    """Django's admin site with a second factor at its door."""

    # The admin site is made before the models are: what needs them is imported when it is called.

    def get_urls(self) -> list[URLPattern | URLResolver]:
        from core.sign_in import single_sign_on_views, views

        def page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
            def shown(request: HttpRequest) -> HttpResponseBase:
                return view(request, self.each_context)

            return never_cache(sensitive_post_parameters()(update_wrapper(shown, view)))

        return [
            path("login/code/", page(views.code), name="code"),
            path("login/single-sign-on/", page(single_sign_on_views.leave), name="single-sign-on"),
            path(
                "login/single-sign-on/callback/",
                page(single_sign_on_views.arrive),
                name="single-sign-on-callback",
            ),
            path("login/enrol/", page(views.enrol), name="enrol"),
            path("second-factor/", self.admin_view(page(views.overview)), name="second-factor"),
            *super().get_urls(),
        ]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Let only staff in. Who sends a form after the session has ended signs in and gets it back."""
        guarded = super().admin_view(view, cacheable)

        def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            lost = request.method == "POST" and not self.has_permission(request)
            if lost and request.path != reverse("admin:logout", current_app=self.name):
                from core.sign_in import views

                return never_cache(views.sign_in_again)(request, self.each_context)
            return guarded(request, *args, **kwargs)

        return update_wrapper(kept, guarded)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Ask for name and password; the code comes after them."""
        from core.sign_in import views

        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index", current_app=self.name))
        return views.password(request, {**self.each_context(request), **(extra_context or {})})

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Change one's own password. Django ends all other sessions of the account."""
        from core import audit

        response = super().password_change(request, extra_context)
        if request.method == "POST" and response.status_code == 302:
            about = request.user.get_username()
            audit.record(audit.Action.PASSWORD, by=request.user, about=about, request=request)
        return response
