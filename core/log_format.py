"""One event, one line: as text, or as JSON for programs. Nothing that is logged begins a line of its own."""

import datetime
import json
import logging
import re

UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""Control characters and what some programs take for the end of a line."""

BELOW = "    | "
"""Begins each line of a traceback: what an error says may come from anybody."""


def escaped(text: str) -> str:
    r"""Return text in one line, a new line in it as \n."""
    return UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


class Line(logging.Formatter):
    """An event as a line of text; a traceback stands below it, indented."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and the traceback if there is one."""
        # Another handler may have kept it, in its own form.
        record.exc_text = None
        text = super().format(record)
        record.exc_text = None
        return text

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's hook
        """Return the line."""
        return escaped(super().formatMessage(record))

    def formatException(self, ei: "logging._SysExcInfoType") -> str:  # noqa: N802 - the library's hook
        """Return the traceback, each line marked."""
        return "\n".join(BELOW + escaped(line) for line in super().formatException(ei).splitlines())

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 - the library's hook
        """Return a stack, each line marked."""
        return "\n".join(BELOW + escaped(line) for line in stack_info.splitlines())


class JsonLine(logging.Formatter):
    """An event as one JSON object: time (UTC), level, logger, request, message, and the traceback if any."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        moment = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        event = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": getattr(record, "request_id", "-"),
            "message": record.getMessage(),
        }
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return json.dumps(event)
