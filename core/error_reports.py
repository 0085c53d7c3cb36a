"""Faults reported to a Sentry, where one is set (SENTRY_DSN), without anything that belongs to a person.

An event is made anew from the parts that are listed here, so that what a later version of the library adds
does not leave by itself. What an error says is not among them: a database quotes the row, a mail server the
address.
"""

import logging
from typing import TYPE_CHECKING, Any

import sentry_sdk
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.logging import LoggingIntegration

from core.request_id import request_id

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

OF_THE_EVENT = ("event_id", "timestamp", "platform", "level", "logger", "release", "environment", "sdk")
OF_A_FRAME = (
    "filename",
    "function",
    "module",
    "lineno",
    "pre_context",
    "context_line",
    "post_context",
    "in_app",
)
"""Where in the code; its lines are the portal's own, no values."""


def start(dsn: str, release: str) -> None:
    """Report what is logged as an error from now on to `dsn`, under the version `release`."""
    sentry_sdk.init(
        dsn=dsn,
        release=release,
        before_send=without_people,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            LoggingIntegration(level=None, event_level=logging.ERROR),
            AtexitIntegration(callback=_quietly),
        ],
        include_local_variables=False,
        send_client_reports=False,
        auto_session_tracking=False,
        max_breadcrumbs=0,
    )


def without_people(event: "Event", hint: "Hint") -> "Event":
    """Return what may leave: kind and place of the error, and the name of the request that the page shows."""
    whole: dict[str, Any] = dict(event)
    kept = {name: whole[name] for name in OF_THE_EVENT if name in whole}
    kept["tags"] = {"request_id": request_id()}
    # As it stands in the code, before values are put into it.
    if message := (whole.get("logentry") or {}).get("message"):
        kept["logentry"] = {"message": str(message)}
    kept["exception"] = {
        "values": [_kind_and_place(one) for one in (whole.get("exception") or {}).get("values", [])]
    }
    return kept  # type: ignore[return-value]  # the library's own type has every key there may be


def _quietly(pending: int, timeout: float) -> None:
    """Say nothing while what is left is sent when the process ends; the library would print."""


def _kind_and_place(error: dict[str, Any]) -> dict[str, Any]:
    frames = (error.get("stacktrace") or {}).get("frames", [])
    return {
        "type": error.get("type"),
        "module": error.get("module"),
        "stacktrace": {"frames": [{name: frame.get(name) for name in OF_A_FRAME} for frame in frames]},
    }
