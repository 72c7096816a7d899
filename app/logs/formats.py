"""How a record becomes one line: text for people, JSON for a collector of logs."""

import json
import logging
import traceback
from datetime import UTC, datetime

from app.logs import net
from app.logs.vocabulary import REQUEST, LogFormat

STANDING = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
LONGEST = 4000  # of a message; a log is not where data are kept


def one_line(text: str) -> str:
    """Without personal data and secrets, and without a sign that would begin a line or move a terminal's cursor."""
    clean = net.one_line(text[:LONGEST])
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in clean)


def fields_of(record: logging.LogRecord) -> dict[str, str | int | float | bool]:
    """What the caller gave as `extra`."""
    return {
        name: value if isinstance(value, int | float) else one_line(str(value))
        for name, value in vars(record).items()
        if name not in STANDING
    }


class TextLines(logging.Formatter):
    """`2026-11-26T14:05:09.120Z INFO countersign.api [request] what happened key=value`."""

    def format(self, record: logging.LogRecord) -> str:
        said = f"{_moment(record)} {record.levelname} {record.name} [{REQUEST.get() or '-'}] {_message(record)}"
        extra = "".join(f" {name}={value}" for name, value in fields_of(record).items())
        trace = "".join(f"\n    {one_line(line)}" for line in _trace(record))
        return said + extra + trace


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, request, the caller's fields, and the trace."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, object] = {
            "time": _moment(record),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
            "request": REQUEST.get(),
            **fields_of(record),
        }
        trace = [one_line(line) for line in _trace(record)]
        return json.dumps(said | ({"trace": trace} if trace else {}), ensure_ascii=False)


FORMATTERS = {LogFormat.TEXT: TextLines, LogFormat.JSON: JsonLines}


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _message(record: logging.LogRecord) -> str:
    return one_line(record.getMessage())


def _trace(record: logging.LogRecord) -> list[str]:
    """Where it failed and by which kind of error; what the error says may hold a value, and so is masked with the
    rest. Statements and their values are never in it."""
    if not record.exc_info or record.exc_info[1] is None:
        return []
    error = record.exc_info[1]
    told = traceback.TracebackException.from_exception(error, limit=-12, compact=True)
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in told.stack]
    first = str(error).strip().partition("\n")[0]  # SQLAlchemy writes the statement and its parameters below
    return [*frames, f"{type(error).__name__}: {first}"]
