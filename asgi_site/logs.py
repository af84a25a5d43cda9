"""One line per log record: JSON for machines, text for people."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """A record as one JSON object in one line; whatever was passed as ``extra`` stands beside."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _OWN}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def logging_settings(*, level: str, form: str) -> dict[str, Any]:
    """Return Django's ``LOGGING``.

    Args:
        level: the least level that is written.
        form: ``"json"`` or ``"text"``.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": "asgi_site.logs.JsonFormatter"},
            "text": {"format": "%(asctime)s %(levelname)-7s %(name)s %(message)s"},
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": form}},
        "root": {"handlers": ["console"], "level": level.upper()},
        "loggers": {
            # Django would send its own records to its own console as well.
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            # A line for each connection, and one for each message: of use to nobody.
            "daphne": {"level": "WARNING"},
            "dramatiq": {"level": "WARNING"},
            "twisted": {"level": "WARNING"},
        },
    }
