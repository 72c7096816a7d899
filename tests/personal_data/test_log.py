"""The last net of the application log: nothing personal, nothing secret, and one record on one line."""

import io
import logging
from collections.abc import Iterator

import pytest

from app.logs.net import netted

PLANTED = ("jane.roe@bank.example", "+44 20 7946 0958", "DE89 3704 0044 0532 0130 00", "4111 1111 1111 1111")
SECRETS = ("countersign_3vQ9yB1xkTz8mW2nR5aL", "Bearer eyJhbGciOiJub25l", "https://user:hidden-word@host.example/x")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What a handler that was made before the net writes."""
    sink, former, log = io.StringIO(), logging.getLogRecordFactory(), logging.getLogger("countersign.test")
    handler = logging.StreamHandler(sink)
    log.addHandler(handler)
    logging.setLogRecordFactory(netted(former))
    yield sink
    logging.setLogRecordFactory(former)
    log.removeHandler(handler)


def test_no_personal_data_reaches_the_application_log(written: io.StringIO) -> None:
    log = logging.getLogger("countersign.test")
    for value in PLANTED:
        log.warning("refused: %s", value)
        log.warning(f"refused {value}")
        log.warning("refused: %s", ValueError(value))
        try:
            raise ValueError(value)
        except ValueError:
            log.exception("failed for %s", value)

    said = written.getvalue()
    assert not any(value in said for value in PLANTED)
    assert said.count("[payment card]") == 5
    assert "Traceback" in said


@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_reaches_the_application_log(written: io.StringIO, secret: str) -> None:
    logging.getLogger("countersign.test").warning("called with %s", secret)

    assert not any(word in written.getvalue() for word in ("3vQ9yB1", "eyJhbG", "hidden-word"))
    assert "[secret]" in written.getvalue()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\u2028", "\x85", "\x1b[2J", "\x00"])
def test_log_injection_one_record_stays_one_line(written: io.StringIO, end: str) -> None:
    logging.getLogger("countersign.test").warning("name %s", f"harmless{end}2026-11-26 INFO all is well")

    assert len(written.getvalue().splitlines()) == 1
    assert not {"\x1b", "\x00"} & set(written.getvalue())


def test_access_logs_keep_the_arguments_that_they_are_made_of() -> None:
    make = netted(logging.LogRecord)
    args = ("127.0.0.1:1234", "GET", "/search?text=jane.roe@bank.example", "1.1", 200)

    record = make("uvicorn.access", logging.INFO, "", 0, '%s - "%s %s HTTP/%s" %d', args, None)

    assert record.args == ("127.0.0.1:1234", "GET", "/search?text=[e-mail address]", "1.1", 200)
