"""What an operator has set unsafely or not at all, in words: `manage.py check --deploy`.

Django's own deployment check knows its settings; this one knows what they mean together, and for the portal.
docs/configuration.md explains each variable.
"""

import datetime
import os
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Info, Tags, register
from django.core.checks import Warning as Warned
from django.db import Error, connection
from django.http.request import validate_host

from core.contact import contact_details
from documents.models import Edition

EXAMPLE = re.compile(r"(^|\.)(example(\.[a-z]{2,})?|invalid|localhost)$")
"""Domains that belong to nobody (RFC 2606), and those of the examples in our own files."""

LOOPBACK = {"localhost", "127.0.0.1", "::1"}

UNSENT = ("console", "dummy", "filebased", "locmem")
"""Mail backends that deliver nothing."""

RENEW = datetime.timedelta(days=30)
"""How long before its end the contact in security.txt is asked for anew."""

READ_BY_OTHERS = stat.S_IROTH | stat.S_IWOTH | stat.S_IXOTH


def _site() -> Iterator[CheckMessage]:
    site = urlsplit(settings.SITE_URL)
    host = site.hostname or ""
    if site.scheme != "https" and host not in LOOPBACK:
        yield Warned(
            f"SITE_URL ({settings.SITE_URL}) does not begin with https://.",
            hint="Links in mails and canonical addresses begin with it.",
            id="portal.W001",
        )
    if site.path or site.query or site.fragment or not host:
        yield Warned(
            f"SITE_URL ({settings.SITE_URL}) is not an address of the form https://host.",
            hint="Leave out any path; the portal answers at the root of a host.",
            id="portal.W002",
        )
    if not validate_host(host, settings.ALLOWED_HOSTS):
        yield Warned(
            f"The host of SITE_URL ({host}) is not in ALLOWED_HOSTS.",
            hint="Add it: as it is, every link in a mail leads to a refusal.",
            id="portal.W003",
        )
    if any(name == "*" or name.startswith(".") for name in settings.ALLOWED_HOSTS):
        yield Warned(
            "ALLOWED_HOSTS admits hosts by a pattern.",
            hint="Name each host: what admits any lets a visitor choose what the portal calls itself.",
            id="portal.W004",
        )
    if EXAMPLE.search(host) and host not in LOOPBACK:
        yield Warned(
            f"SITE_URL ({settings.SITE_URL}) is the address of an example.",
            hint="Set the portal's own.",
            id="portal.W005",
        )


def _proxy() -> Iterator[CheckMessage]:
    behind = settings.SECURE_PROXY_SSL_HEADER is not None
    if behind and not settings.TRUSTED_PROXIES:
        yield Warned(
            "BEHIND_PROXY is on and TRUSTED_PROXIES is 0: all visitors seem to come from the proxy.",
            hint="Set TRUSTED_PROXIES to the number of your proxies (1 for deploy/nginx.conf); otherwise one "
            "visitor uses up the rate limits of all.",
            id="portal.W011",
        )
    if settings.TRUSTED_PROXIES and not behind and settings.HTTPS:
        yield Warned(
            "TRUSTED_PROXIES is set and BEHIND_PROXY is off: every request looks unencrypted and is "
            "redirected to itself.",
            hint="Set BEHIND_PROXY=True, behind a proxy that always sets X-Forwarded-Proto.",
            id="portal.W012",
        )
    if not settings.HTTPS:
        yield Warned(
            "HTTPS is off: cookies and personal data travel in clear text.",
            hint="Leave HTTPS unset, and let a proxy serve TLS (deploy/nginx.conf).",
            id="portal.W013",
        )
    if settings.X_ACCEL and not behind:
        yield Warned(
            "X_ACCEL is on and BEHIND_PROXY is off: without a proxy that understands it, files are empty.",
            hint="Use deploy/nginx.conf, or turn X_ACCEL off.",
            id="portal.W014",
        )


def _processes() -> Iterator[CheckMessage]:
    if settings.WEB_CONCURRENCY > 1 and not settings.CACHE_URL:
        yield Warned(
            f"{settings.WEB_CONCURRENCY} web processes (WEB_CONCURRENCY) share no cache: each counts its own "
            "rate limits.",
            hint="Set CACHE_URL to a Redis or Valkey, or WEB_CONCURRENCY to 1 (eight threads each).",
            id="portal.W021",
        )
    for name, address, encrypted in (
        ("CACHE_URL", settings.CACHE_URL, "rediss"),
        ("S3_ENDPOINT_URL", settings.S3_OPTIONS["endpoint_url"] or "", "https"),
        ("SENTRY_DSN", settings.SENTRY_DSN, "https"),
    ):
        if _in_clear(urlsplit(address), encrypted):
            yield Warned(
                f"{name} leads to another machine without TLS.",
                hint=f"Begin it with {encrypted}://, unless the network between is yours alone.",
                id="portal.W022",
            )
    if settings.DATABASE_POOL and connection.vendor != "postgresql":
        yield Warned(
            "DATABASE_POOL is set, but the database is not PostgreSQL.",
            hint="Set DATABASE_URL, or leave DATABASE_POOL out.",
            id="portal.W023",
        )


def _single_sign_on() -> Iterator[CheckMessage]:
    names = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
    missing = [name for name in names if not getattr(settings, name)]
    if missing and len(missing) < len(names):
        yield Warned(
            f"Single sign-on is half set, and therefore off: {' and '.join(missing)} missing.",
            hint="Set all three of OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET, or none.",
            id="portal.W071",
        )
    if settings.OIDC_ISSUER and not settings.OIDC_ISSUER.startswith("https://"):
        yield Warned(
            f"OIDC_ISSUER ({settings.OIDC_ISSUER}) does not begin with https://: whoever stands between can "
            "sign in as anybody.",
            hint="Set it to the address that the provider calls its issuer.",
            id="portal.W072",
        )
    if settings.OIDC_SECOND_FACTOR_ACR and missing:
        yield Warned(
            "OIDC_SECOND_FACTOR_ACR is set, and single sign-on is off.",
            hint="Set OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET, or leave it out.",
            id="portal.W073",
        )


def _in_clear(address: SplitResult, encrypted: str) -> bool:
    """Whether an address leads to another machine by another scheme than the encrypted one."""
    return bool(address.hostname) and address.hostname not in LOOPBACK and address.scheme != encrypted


def _mail() -> Iterator[CheckMessage]:
    if any(name in settings.EMAIL_BACKEND for name in UNSENT):
        yield Warned(
            "EMAIL_URL names no mail server: what is sent to complainants reaches nobody.",
            hint="Set it to smtp://…, smtp+tls://… or smtp+ssl://….",
            id="portal.W031",
        )
    encrypted = settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL
    if settings.EMAIL_HOST and settings.EMAIL_HOST not in LOOPBACK and not encrypted:
        yield Warned(
            f"Mail travels to {settings.EMAIL_HOST} in clear text, and so does its password.",
            hint="Begin EMAIL_URL with smtp+tls:// or smtp+ssl://.",
            id="portal.W032",
        )
    domain = settings.DEFAULT_FROM_EMAIL.rstrip(">").rpartition("@")[2].lower()
    if not domain or EXAMPLE.search(domain):
        yield Warned(
            f"MAIL_FROM ({settings.DEFAULT_FROM_EMAIL}) is the address of an example.",
            hint="Set a mailbox of a domain whose SPF and DKIM records admit your mail server.",
            id="portal.W033",
        )


def _files() -> Iterator[CheckMessage]:
    data: Path = settings.DATA_DIR
    mode = data.stat().st_mode
    if mode & READ_BY_OTHERS:
        yield Warned(
            f"Every account of this machine can enter DATA_DIR ({data}, mode {stat.S_IMODE(mode):o}).",
            hint=f"chmod o-rwx {data}; it holds complaints and their files.",
            id="portal.W041",
        )
    if not os.access(data, os.W_OK):
        yield Warned(
            f"This account cannot write to DATA_DIR ({data}).",
            hint="Run this check as the account that the portal runs as.",
            id="portal.W042",
        )
    environment = settings.BASE_DIR / ".env"
    if environment.is_file() and environment.stat().st_mode & READ_BY_OTHERS:
        yield Warned(
            f"Every account of this machine can read {environment}.",
            hint=f"chmod o-rwx {environment}; it holds SECRET_KEY and passwords.",
            id="portal.W043",
        )
    if not settings.CLAMAV_SOCKET:
        yield Info(
            "CLAMAV_SOCKET is empty: files of complainants are recorded as not scanned.",
            hint="Install clamav-daemon and set CLAMAV_SOCKET=unix:/run/clamav/clamd.ctl.",
            id="portal.I001",
        )


def _contact() -> Iterator[CheckMessage]:
    contact, expires = settings.SECURITY_CONTACT, settings.SECURITY_EXPIRES
    if not contact or not expires:
        yield Info(
            "SECURITY_CONTACT and SECURITY_EXPIRES are not both set: there is no /.well-known/security.txt.",
            hint="Name where a weakness can be reported, and until when that holds.",
            id="portal.I002",
        )
        return
    if not contact.startswith(("mailto:", "https://", "tel:")):
        yield Warned(
            f"SECURITY_CONTACT ({contact}) is no address as RFC 9116 asks for.",
            hint="Begin it with mailto:, https:// or tel:.",
            id="portal.W051",
        )
    try:
        until = datetime.datetime.fromisoformat(expires)
        left = until - datetime.datetime.now(datetime.UTC)
    except (ValueError, TypeError):
        yield Warned(
            f"SECURITY_EXPIRES ({expires}) is no moment with a time zone.",
            hint="Write it as 2027-06-30T00:00:00Z.",
            id="portal.W052",
        )
        return
    if left < RENEW:
        yield Warned(
            f"security.txt expires on {until:%Y-%m-%d}.",
            hint="See that SECURITY_CONTACT still holds, and set a later SECURITY_EXPIRES.",
            id="portal.W053",
        )


def _content() -> Iterator[CheckMessage]:
    if settings.LOAD_SPECIMENS:
        yield Warned(
            "LOAD_SPECIMENS is on: documents without a file of the company's show a specimen.",
            hint="Leave it out in production.",
            id="portal.W061",
        )
    try:
        specimens = Edition.objects.filter(version__published_at__isnull=False, is_specimen=True).count()
        contact = contact_details()
    except Error:
        # Not migrated yet: there is nothing to look at.
        return
    if specimens:
        yield Warned(
            f"{specimens} published files are specimens, which bind nobody.",
            hint="Publish the company's own files as new versions.",
            id="portal.W062",
        )
    if contact is None:
        yield Warned(
            "No content is loaded.",
            hint="Run manage.py load_content.",
            id="portal.W063",
        )
        return
    for field, who in (("complaints_email", "complaints"), ("privacy_email", "data protection")):
        if not getattr(contact, field):
            yield Warned(
                f"The contact details hold no mailbox for {who}: staff are not told what comes in.",
                hint="Fill it in under Contact details in the admin.",
                id="portal.W064",
            )


PARTS: tuple[Callable[[], Iterator[CheckMessage]], ...] = (
    _site,
    _proxy,
    _processes,
    _single_sign_on,
    _mail,
    _files,
    _contact,
    _content,
)


@register(Tags.security, deploy=True)
def check_configuration(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Return a message for each setting that is missing, unsafe or at odds with another."""
    return [message for part in PARTS for message in part()]
