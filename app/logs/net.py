"""The last net of the application log: no personal data, no secret, and one line for one record."""

import logging
import re
from collections.abc import Callable
from typing import Any

from core.access.personal_data.entrances import Entrance
from core.access.personal_data.gate import screened

SECRET = "[secret]"  # noqa: S105  what stands in the place of one
_SECRETS = re.compile(
    r"countersign_[A-Za-z0-9_-]{16,}"  # our tokens
    r"|(?<=[Bb]earer )[A-Za-z0-9._~+/=-]{8,}"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"  # user and password in an address
    r"|(?i:(?<=password=)|(?<=secret=)|(?<=token=)|(?<=code=))[^&\s\"']+"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_BREAK = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")  # and what turns the direction


Factory = Callable[..., logging.LogRecord]


def spread() -> None:
    """Put the net over every record of this process, whichever logger makes it and whichever handler writes it."""
    former = logging.getLogRecordFactory()
    if not getattr(former, "of_net", False):
        logging.setLogRecordFactory(netted(former))


def netted(former: Factory) -> Factory:
    """A factory of records that are clean."""

    def made(*args: Any, **named: Any) -> logging.LogRecord:
        record = former(*args, **named)
        _clean(record)
        return record

    made.of_net = True  # type: ignore[attr-defined]  # so that the net is spread once
    return made


def one_line(text: str) -> str:
    """The text without personal data and secrets, its line ends and control characters written as escapes."""
    return _BREAK.sub(_escaped, _without(text))


def _clean(record: logging.LogRecord) -> None:
    """Each argument by itself, since access logs are formatted from them; then the whole, which may say more."""
    if isinstance(record.args, tuple):
        record.args = tuple(one_line(arg) if isinstance(arg, str) else arg for arg in record.args)
    try:
        said = record.getMessage()
    except (TypeError, ValueError, KeyError):  # logging says so itself when it writes the record
        return
    if (clean := one_line(said)) != said:
        record.msg, record.args = clean, None
    if record.exc_info and record.exc_info[0] is not None:
        text = _without(logging.Formatter().formatException(record.exc_info))
        record.exc_text = _CONTROL.sub(_escaped, text)


def _without(text: str) -> str:
    return screened(_SECRETS.sub(SECRET, text), where=Entrance.LOG).text


def _escaped(match: re.Match[str]) -> str:
    return match.group().encode("unicode_escape").decode()
