"""What a line of the log is, and the request that it belongs to."""

from contextvars import ContextVar
from enum import StrEnum

REQUEST: ContextVar[str] = ContextVar("request", default="")


class LogFormat(StrEnum):
    """What a line of the log is."""

    TEXT = "text"
    JSON = "json"
