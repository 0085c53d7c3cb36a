"""Single sign-on by OpenID Connect: from what the provider answers to an account of staff.

mozilla-django-oidc makes state, nonce and PKCE, exchanges the code, and finds the key that signed. What it
does not look at is checked here (OpenID Connect Core 1.0, 3.1.3.7): issuer, audience, authorised party and
times. No account is ever made: whoever may sign in has one, active and of staff. Rights stay the portal's.
"""

import time
import unicodedata
from collections.abc import Mapping
from typing import Any

import jwt
import requests
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import SuspiciousOperation
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from mozilla_django_oidc.views import OIDCAuthenticationRequestView

from core import audit
from core.models import SignInIdentity

STATES, NEXT = "oidc_states", "oidc_login_next"
"""Where the library keeps in the session what it sent to the provider, and where to go afterwards."""

SECONDS = 10 * 60
"""How long there is to sign in at the provider."""

TIMEOUT = 10
"""Seconds for one answer of the provider."""

LEEWAY = 60
"""Seconds by which the provider's clock may differ."""

ALGORITHM = "RS256"
"""What every provider can sign with (OpenID Connect Core 1.0, 15.1); no other is taken."""

Claims = Mapping[str, Any]


class Refused(Exception):
    """Nobody is signed in; `reason` is for the audit log, `account` whom it was about, if that is known."""

    def __init__(self, reason: str, account: User | None = None) -> None:
        super().__init__(reason)
        self.reason, self.account = reason, account


class ProviderGone(Refused):
    """The provider does not answer, or not as one."""


def read_provider() -> dict[str, Any]:
    """Return the library's settings, as the provider publishes its addresses (OpenID Connect Discovery 1.0).

    Raises ProviderGone.
    """
    issuer = settings.OIDC_ISSUER
    try:
        answer = requests.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration", timeout=TIMEOUT)
        answer.raise_for_status()
        found = answer.json()
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        authorization, token, keys = (str(found[name]) for name in names)
        published, userinfo = str(found["issuer"]), str(found.get("userinfo_endpoint") or "")
    except (requests.RequestException, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ProviderGone(f"provider: {type(error).__name__}") from error
    if published.rstrip("/") != issuer.rstrip("/"):
        raise ProviderGone("provider: another issuer")
    encrypted = issuer.startswith("https://")
    if encrypted and not all(each.startswith("https://") for each in (authorization, token, keys)):
        raise ProviderGone("provider: not encrypted")
    acr = settings.OIDC_SECOND_FACTOR_ACR
    return {
        "ISSUER": published,
        "OIDC_OP_AUTHORIZATION_ENDPOINT": authorization,
        "OIDC_OP_TOKEN_ENDPOINT": token,
        "OIDC_OP_JWKS_ENDPOINT": keys,
        "OIDC_OP_USER_ENDPOINT": userinfo,
        "OIDC_RP_CLIENT_ID": settings.OIDC_CLIENT_ID,
        "OIDC_RP_CLIENT_SECRET": settings.OIDC_CLIENT_SECRET,
        "OIDC_RP_SIGN_ALGO": ALGORITHM,
        "OIDC_RP_SCOPES": "openid email",
        "OIDC_USE_PKCE": True,
        "OIDC_TIMEOUT": TIMEOUT,
        "OIDC_AUTHENTICATION_CALLBACK_URL": "admin:single-sign-on-callback",
        "OIDC_AUTH_REQUEST_EXTRA_PARAMS": {
            # From the settings, and not from the Host that a request names.
            "redirect_uri": callback_address(),
            **({"acr_values": " ".join(acr)} if acr else {}),
        },
    }


def callback_address() -> str:
    """Return the address to which the provider sends people back; it has to know it beforehand."""
    return settings.SITE_URL + reverse("admin:single-sign-on-callback")


def leave(request: HttpRequest) -> HttpResponseBase:
    """Redirect to the provider, with state, nonce and PKCE. Raises ProviderGone."""
    answer: HttpResponseBase = _RequestView(read_provider()).get(request)
    request.session.set_expiry(SECONDS)
    return answer


def arrive(request: HttpRequest) -> tuple[User, bool]:
    """Return who has come back from the provider, and whether it vouches for a second factor. Raises Refused.

    The state is used up, whatever comes of it.
    """
    kept = request.session.get(STATES, {}).pop(request.GET.get("state", ""), None)
    request.session.modified = True
    if kept is None or time.time() - kept["added_on"] > SECONDS:
        raise Refused("state")
    if "error" in request.GET or not request.GET.get("code"):
        raise Refused("declined by the provider")
    backend = _Backend(read_provider())
    try:
        claims: Claims = backend.authenticate(
            request, nonce=kept["nonce"], code_verifier=kept["code_verifier"]
        )
    except (requests.ConnectionError, requests.Timeout) as error:
        raise ProviderGone(f"provider: {type(error).__name__}") from error
    except (requests.RequestException, jwt.PyJWTError, SuspiciousOperation) as error:
        raise Refused(f"token: {type(error).__name__}") from error
    # What is no JSON, has no key or is of another kind than the library takes for granted.
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(f"token: {type(error).__name__}") from error
    return account_of(claims, request), has_second_factor(claims)


@transaction.atomic
def account_of(claims: Claims, request: HttpRequest) -> User:
    """Return the account of who is named by the provider. Raises Refused.

    Known by issuer and subject, which never go to somebody else. The first time, an e-mail address that the
    provider has verified connects them with the one account of staff that has it and is not connected yet.
    """
    issuer, subject = str(claims["iss"]), str(claims["sub"])
    known = SignInIdentity.objects.filter(issuer=issuer, subject=subject).select_related("user").first()
    if known is not None:
        if not (known.user.is_active and known.user.is_staff):
            raise Refused("account closed", known.user)
        return known.user
    email = claims.get("email")
    if not isinstance(email, str) or claims.get("email_verified") is not True:
        raise Refused("no verified e-mail address")
    staff = User.objects.filter(is_active=True, is_staff=True, email__iexact=email)
    # Databases find letters equal that are not (CVE-2019-19844).
    found = [user for user in staff if _folded(user.email) == _folded(email)]
    if len(found) != 1:
        raise Refused("no account" if not found else "several accounts")
    if SignInIdentity.objects.filter(user=found[0]).exists():
        raise Refused("account of another subject", found[0])
    SignInIdentity.objects.create(user=found[0], issuer=issuer, subject=subject)
    audit.record(audit.Action.CONNECTED, by=found[0], about=found[0].get_username(), request=request)
    return found[0]


def has_second_factor(claims: Claims) -> bool:
    """Whether the provider says that it asked for a second factor: "mfa" (RFC 8176), or a class we know."""
    methods = claims.get("amr")
    return (isinstance(methods, list) and "mfa" in methods) or (
        claims.get("acr") in settings.OIDC_SECOND_FACTOR_ACR
    )


class _Settings:
    """Hands the library what the provider publishes in the place of settings of the project."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values
        super().__init__()

    def get_settings(self, name: str, *default: Any) -> Any:
        return self.values.get(name, *default) if default else self.values[name]


class _RequestView(_Settings, OIDCAuthenticationRequestView):  # type: ignore[misc]  # has no types
    """The way to the provider."""


class _Backend(_Settings, OIDCAuthenticationBackend):  # type: ignore[misc]  # has no types
    """The way back. It answers with claims: accounts are found above."""

    def get_token(self, payload: dict[str, Any]) -> Any:
        return super().get_token({**payload, "redirect_uri": callback_address()})

    def _verify_jws(self, payload: str, key: Any) -> Claims:
        client = settings.OIDC_CLIENT_ID
        claims = jwt.decode(
            payload,
            key,
            algorithms=[ALGORITHM],
            audience=client,
            issuer=self.values["ISSUER"],
            leeway=LEEWAY,
            options={"require": ["exp", "iat", "iss", "aud", "sub", "nonce"]},
        )
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else client) != client:
            raise SuspiciousOperation("authorised party")
        return claims

    def get_or_create_user(self, access_token: str, id_token: str, payload: Claims) -> Claims:
        """Return the claims; many providers give the address only to who asks for it."""
        if "email" in payload or not self.OIDC_OP_USER_ENDPOINT:
            return payload
        more = self.get_userinfo(access_token, id_token, payload)
        if more["sub"] != payload["sub"]:
            raise Refused("userinfo of another subject")
        return {**more, **payload}


def _folded(address: str) -> str:
    return unicodedata.normalize("NFKC", address).casefold()
