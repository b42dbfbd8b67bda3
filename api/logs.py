"""Logs of the service: one line for each event, as text or JSON, with the id of its request."""

import logging
import time
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from geo.settings import LogFormat, Settings

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request that the current task or thread handles."""

_OWN_LOGGERS = ("api", "data", "geo", "maps")
_JSON_NAMES = {"levelname": "level", "name": "logger"}


@lru_cache(maxsize=1)
def _format_second(timestamp: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(timestamp))


class AddRequestId(logging.Filter):
    """Adds the id of the current request to each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return True: every record is logged."""
        record.request_id = request_id.get()
        return True


class TextFormatter(logging.Formatter):
    """Formats a record as one line: time, level, id of the request, logger, message."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(request_id)s %(name)s: %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802, ARG002 - the names are logging's
        """Return the time in UTC with milliseconds."""
        return f"{_format_second(int(record.created))}.{int(record.msecs):03}Z"

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; a hyphen stands for no request."""
        record.request_id = getattr(record, "request_id", None) or "-"
        return super().format(record)


def log_config(settings: Settings) -> dict[str, Any]:
    """Return the configuration for `logging.config.dictConfig`; logs go to stderr.

    Other libraries log warnings and errors only: at the level of requests, SQLAlchemy would log
    statements with their values.
    """
    formatters = {
        LogFormat.TEXT: {"()": "api.logs.TextFormatter"},
        LogFormat.JSON: {
            "()": "pythonjsonlogger.orjson.OrjsonFormatter",
            "fmt": "%(levelname)s %(name)s %(message)s",
            "rename_fields": _JSON_NAMES,
            "timestamp": "time",
        },
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": "api.logs.AddRequestId"}},
        "formatters": {"line": formatters[settings.log_format]},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "filters": ["request_id"],
            }
        },
        "root": {"level": "WARNING", "handlers": ["stderr"]},
        "loggers": {
            **{name: {"level": settings.log_level.upper()} for name in _OWN_LOGGERS},
            "psycopg": {"level": "ERROR"},  # its warnings precede an error here
        },
    }
