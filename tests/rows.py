"""The rows that the security of this product is judged by, and the tests that show each.

A test says its row by `@pytest.mark.row("…")`, and the figure it saw by `record_property("seen", "…")`. `pytest
--rows FILE` keeps what every such test gave; `python -m benchmarks.security_rows` puts it into docs/security.md.
"""

import json
from pathlib import Path

import pytest

ROWS = {
    "exhaustive exploration, access matrix": "0 violations, under 10 s",
    "each guard removed": "caught",
    "approval against new evidence x 60, both databases": "0 stale approvals",
    "personal-data hold-out": "column P and R ≥ .90; cell R ≥ .97 without names; name recall reported",
    "100k x 10, five planted addresses": "5 of 5, under 5 s",
    "bad-input corpus": "every file as expected, nothing stored on refusal",
    "bombs": "refused within 2 s, parent memory flat",
    "1 GB PUT; over-limit chunked body": "under 150 MB resident; 413",
    "8 writers x 300 ledger entries, both databases": "0 errors, ledger verifies",
    "kill -9 x 40; crash points x 2 databases": "0 lost, 0 doubled",
    "20 clients x 50 repeats of the same keys": "50 effects",
    "UPDATE, DELETE, REPLACE, TRUNCATE on the ledger after every migration": "refused",
    "backup under writes, then restore": "verifies, under 5 s",
    "anonymous or other-role GET of every export address": "401 or 403",
    "role revoked during a session": "next action refused",
    "XSS payloads in every name and text field, in a browser": "0 executed, 0 remote loads",
    "worker killed x 30": "one alert a slot",
    "SMTP 451, webhook 500, crash after send": "all delivered, duplicates share an id",
    "SIGTERM during a request": "answered, exit under 10 s",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rows", type=Path, metavar="FILE", help="keep what the tests of security's rows saw")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--rows") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Keeping(config.getoption("--rows")), "rows of security")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test carries the row that it shows to whoever listens, from a worker too; an unknown row is a mistake."""
    for item in items:
        for mark in item.iter_markers("row"):
            if mark.args[0] not in ROWS:
                raise pytest.UsageError(f"{item.nodeid}: no row of security is called {mark.args[0]!r}")
            item.user_properties.append(("row", mark.args[0]))


class Keeping:
    """Writes down what was reported of each test that shows a row."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept: list[dict[str, object]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        rows = [row for name, row in report.user_properties if name == "row"]
        if report.when != "call" and report.passed:
            return
        seen = [str(figure) for name, figure in report.user_properties if name == "seen"]
        for row in rows:
            self._kept.append(
                {
                    "row": row,
                    "test": report.nodeid,
                    "outcome": report.outcome,
                    "seconds": report.duration,
                    "seen": seen,
                }
            )

    def pytest_sessionfinish(self) -> None:
        self._path.write_text(json.dumps(self._kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
