"""Settings of the legal portal.

Every value that differs between machines comes from the environment, or from the file `.env` beside
manage.py; `.env.example` and docs/configuration.md explain each variable.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from core.database_options import with_options
from core.log_format import logging_to_standard_error

# Lets the admin classes say at run time which model they are for, as type checking asks.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")

DEBUG: bool = env.bool("DEBUG", default=False)


def required(variable: str, in_development: str) -> str:
    """Return an environment variable that production cannot do without.

    With DEBUG on, `in_development` stands in. Raises ImproperlyConfigured, naming the variable,
    when it is absent or empty and DEBUG is off.
    """
    value: str = env.str(variable, default=in_development if DEBUG else "")
    if not value.strip():
        raise ImproperlyConfigured(
            f"The environment variable {variable} is missing. With DEBUG off the portal does not start "
            f"without it; docs/configuration.md says what it holds."
        )
    return value


# Machine and addresses

SECRET_KEY = required("SECRET_KEY", in_development="development-only-not-secret")
# Former values, for as long as their links and sessions shall still count.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = [
    host.strip() for host in required("ALLOWED_HOSTS", in_development="localhost,127.0.0.1,[::1]").split(",")
]
SITE_URL: str = required("SITE_URL", in_development="http://127.0.0.1:8000").rstrip("/")
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var")))
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)

ROOT_URLCONF = "legalsite.urls"
WSGI_APPLICATION = "legalsite.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "legalsite.admin_config.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "django.forms",
    "csp",
    "post_office",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
    "core",
    "documents",
    "roaming",
    "complaints",
    "privacy",
    "legalsite",
]

MIDDLEWARE = [
    "core.request_id.RequestIds",
    "legalsite.metrics.RequestMetrics",
    # What it answers has passed through all the others once.
    "core.page_cache.PageCacheMiddleware",
    "core.slow_queries.SlowQueries",
    # So early that a redirect to HTTPS or a refusal has the headers too.
    "core.headers.ResponseHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    # What follows is for pages.
    "core.open_data.OpenData",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.staff_pages.StaffSessions",
    "django.middleware.locale.LocaleMiddleware",
    "legalsite.errors.NotFoundPage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "core.staff_pages.StaffAuthentication",
    "core.staff_pages.StaffSecondFactor",
    "core.staff_pages.StaffSessionEnds",
    "core.staff_pages.StaffMessages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.contact.context",
            ],
        },
    },
]
FORM_RENDERER = "core.forms.PortalFormRenderer"

# Database, cache, files

# Connections to PostgreSQL that the threads of one process share; 0: each request opens one of its own.
DATABASE_POOL: int = env.int("DATABASE_POOL", default=0)
DATABASES: dict[str, dict[str, Any]] = {
    "default": with_options(
        env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'portal.sqlite3'}"), pool=DATABASE_POOL
    )
}

# One web process keeps its counters to itself; several need a cache that they share.
CACHE_URL: str = env.str("CACHE_URL", default="").strip()
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}
if CACHE_URL:
    CACHES["default"] = {
        "BACKEND": "core.shared_cache.SharedCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "legal-portal",
    }

# Bytes of reading pages that each web process keeps (core/page_cache.py); 0 keeps none.
PAGE_CACHE_SIZE: int = env.int("PAGE_CACHE_MB", default=0 if DEBUG else 16) * 1_000_000

# Files lie in DATA_DIR, or as objects in a bucket when there is one.
S3_BUCKET: str = env.str("S3_BUCKET", default="").strip()
S3_OPTIONS: dict[str, Any] = {
    "bucket_name": S3_BUCKET,
    "endpoint_url": env.str("S3_ENDPOINT_URL", default="").strip() or None,
    "region_name": env.str("S3_REGION", default="").strip() or None,
    "access_key": env.str("S3_ACCESS_KEY_ID", default="").strip() or None,
    "secret_key": env.str("S3_SECRET_ACCESS_KEY", default="").strip() or None,
}
# Readers get files by their edition's address; this one is for staff (documents/version_admin.py).
STAFF_FILES = "/admin/documents/version/file/"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "files", "base_url": STAFF_FILES},
    },
    # What complainants send; no address leads there but through the admin (complaints/case_admin.py).
    "attachments": {
        "BACKEND": "complaints.storage.WholeFiles",
        "OPTIONS": {"location": DATA_DIR / "attachments", "base_url": None},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}
if S3_BUCKET:
    for storage, base_url in (("default", STAFF_FILES), ("attachments", None)):
        STORAGES[storage] = {
            "BACKEND": "core.object_storage.ObjectStorage",
            "OPTIONS": {
                **S3_OPTIONS,
                "location": "files" if storage == "default" else "attachments",
                "base_url": base_url,
            },
        }
# Whether the proxy in front hands out what lies in DATA_DIR when it is told to (deploy/nginx.conf).
X_ACCEL: bool = env.bool("X_ACCEL", default=False)
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "core.stylesheets.StylesheetFinder",
]
# A style sheet with the company's own colours and typefaces, read after core/styles/theme.css.
THEME_FILE: str = env.str("THEME_FILE", default="").strip()
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG

# Bytes: the longest complaint with its fields stays far below; files stream to disk.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "core.uploading.LastingUploadHandler",
]
# The group is the proxy's, which reads files and writes none.
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750

# Backups

BACKUP_DIR = Path(env.str("BACKUP_DIR", default=str(DATA_DIR / "backups")))
BACKUP_KEEP: int = env.int("BACKUP_KEEP", default=14)
if BACKUP_KEEP < 1:
    raise ImproperlyConfigured("BACKUP_KEEP must be at least 1: how many backups are kept.")
# An age recipient, "age1…": backups can then only be read with the identity that belongs to it.
BACKUP_PUBLIC_KEY: str = env.str("BACKUP_PUBLIC_KEY", default="").strip()
# Says what was erased when an older backup comes back (core/erasures.py); best on another disk.
ERASURE_LEDGER = Path(env.str("ERASURE_LEDGER", default=str(DATA_DIR / "erasures.jsonl")))

# Language and time

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "core" / "locale"]
TIME_ZONE = "Europe/Luxembourg"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = ["core.formats"]

# Mail

MAIL_URL: dict[str, Any] = env.email_url(
    "EMAIL_URL", default="consolemail://" if DEBUG else "smtp://localhost:25"
)
EMAIL_BACKEND = MAIL_URL["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = MAIL_URL["EMAIL_HOST"], MAIL_URL["EMAIL_PORT"]
EMAIL_HOST_USER = MAIL_URL["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = MAIL_URL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = MAIL_URL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = MAIL_URL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL: str = required("MAIL_FROM", in_development="portal@example.lu")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

POST_OFFICE = {
    "BACKENDS": {"default": EMAIL_BACKEND},
    # Three days: longer than a weekend without a mail server.
    "MAX_RETRIES": 864,
    "RETRY_INTERVAL": timedelta(minutes=5),
    # The queue marks mails as sent a batch at a time: a worker that is killed sends the whole batch again.
    "BATCH_SIZE": 1,
    # What failed waits behind what has not been tried yet.
    "SENDING_ORDER": ["-priority", "last_updated"],
    "LOG_LEVEL": 1,
}

# Content

# Whether the PDF specimens stand in for the company's files (docs/decisions.md, "Specimens").
LOAD_SPECIMENS: bool = env.bool("LOAD_SPECIMENS", default=DEBUG)

# Complaints

# Working days after the day of receipt in which staff aim to answer; the promise stays one month.
COMPLAINT_TARGET_WORKING_DAYS: int = env.int("COMPLAINT_TARGET_WORKING_DAYS", default=10)
# From when the three years of the data protection notice are counted: "receipt", or "closing" of the case.
COMPLAINT_RETENTION_FROM: str = env.str("COMPLAINT_RETENTION_FROM", default="receipt")
if COMPLAINT_RETENTION_FROM not in ("receipt", "closing"):
    raise ImproperlyConfigured("COMPLAINT_RETENTION_FROM must be receipt or closing.")
# The virus scanner that looks at attachments (complaints/scanning.py): empty, unix:PATH or tcp:HOST:PORT.
CLAMAV_SOCKET: str = env.str("CLAMAV_SOCKET", default="").strip()

# Security

HTTPS: bool = env.bool("HTTPS", default=not DEBUG)
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# How many proxies of ours stand before the portal: tells which X-Forwarded-For entry to believe.
TRUSTED_PROXIES: int = env.int("TRUSTED_PROXIES", default=0)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
# A name that browsers take over HTTPS only, from this host and for all of it: no other host can plant one.
HOST_COOKIE, SECURE_COOKIE = ("__Host-", "__Secure-") if HTTPS else ("", "")
SESSION_COOKIE_NAME = f"{HOST_COOKIE}sessionid"
CSRF_COOKIE_NAME = f"{HOST_COOKIE}csrftoken"
LANGUAGE_COOKIE_NAME = f"{HOST_COOKIE}django_language"
KNOWN_BROWSER_COOKIE_NAME = f"{SECURE_COOKIE}known_browser"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "legalsite.errors.csrf_failure"
# Where whoever finds a weakness can report it, and until when that holds (/.well-known/security.txt).
SECURITY_CONTACT: str = env.str("SECURITY_CONTACT", default="").strip()
SECURITY_EXPIRES: str = env.str("SECURITY_EXPIRES", default="").strip()
# Only counted by the configuration check; gunicorn reads it too (deploy/gunicorn.conf.py).
WEB_CONCURRENCY: int = env.int("WEB_CONCURRENCY", default=1)

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Staff sign-in

LOGIN_URL = "admin:login"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "core.sign_in.passphrases.BreachedPasswordValidator"},
    {"NAME": "core.sign_in.passphrases.GuessablePasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
# Single sign-on (core/sign_in/single_sign_on.py): a provider, and what it knows the portal as.
OIDC_ISSUER: str = env.str("OIDC_ISSUER", default="").strip()
OIDC_CLIENT_ID: str = env.str("OIDC_CLIENT_ID", default="").strip()
OIDC_CLIENT_SECRET: str = env.str("OIDC_CLIENT_SECRET", default="").strip()
# What the provider calls sign-ins with a second factor ("acr"), beside "mfa" in "amr".
OIDC_SECOND_FACTOR_ACR: list[str] = env.list("OIDC_SECOND_FACTOR_ACR", default=[])
# With DEBUG off there is no way round it.
STAFF_SECOND_FACTOR: bool = env.bool("STAFF_SECOND_FACTOR", default=False) or not DEBUG
# What the app calls the portal. A host has no colon, which the app would take for the end of the name.
OTP_TOTP_ISSUER = urlsplit(SITE_URL).hostname
# Seconds: a session lasts twelve hours at most, and an hour without a page.
SESSION_COOKIE_AGE = 12 * 60 * 60
STAFF_IDLE_SECONDS = 60 * 60
AXES_HANDLER = "core.sign_in.failures.FailureHandler"
AXES_LOCKOUT_PARAMETERS = "core.sign_in.failures.counted_by"
AXES_USERNAME_CALLABLE = "core.sign_in.failures.account_of"
AXES_CLIENT_IP_CALLABLE = "core.sign_in.failures.network_of"
AXES_LOCKOUT_CALLABLE = "core.sign_in.views.locked"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
# Months for which the audit log is kept.
AUDIT_RETENTION_MONTHS: int = env.int("AUDIT_RETENTION_MONTHS", default=12)
if AUDIT_RETENTION_MONTHS < 1:
    raise ImproperlyConfigured("AUDIT_RETENTION_MONTHS must be 1 or more.")

# Watching

# Whoever sends it reads /metrics; empty, there is no such page.
# Where a Sentry (or what speaks its protocol) takes faults, without personal data (core/error_reports.py).
SENTRY_DSN: str = env.str("SENTRY_DSN", default="").strip()
METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="").strip()
if 0 < len(METRICS_TOKEN) < 20:
    raise ImproperlyConfigured("METRICS_TOKEN must have at least 20 characters, drawn at random.")
# Queries that take longer are logged, without their values; 0 logs none.
SLOW_QUERY_MS: int = env.int("SLOW_QUERY_MS", default=1000)

# Logging: to standard error, one line an event; no personal data is ever handed to a logger.

LOG_FORMAT: str = env.str("LOG_FORMAT", default="line")
if LOG_FORMAT not in ("line", "json"):
    raise ImproperlyConfigured("LOG_FORMAT must be line or json.")

LOGGING = logging_to_standard_error(form=LOG_FORMAT, level=env.str("LOG_LEVEL", default="INFO"))
