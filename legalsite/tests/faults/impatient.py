"""The portal's own settings, but for how long it waits: tests cannot wait for minutes."""

from datetime import timedelta

from legalsite.settings import *  # noqa: F403 - settings are a module of names
from legalsite.settings import DATABASES, POST_OFFICE

POST_OFFICE["RETRY_INTERVAL"] = timedelta(seconds=1)
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"]["timeout"] = 1.5
