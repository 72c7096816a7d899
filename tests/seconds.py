"""How long each file of tests takes, kept beside them, so that what takes longest begins first.

No worker is then left alone with a long file at the end. `pytest --keep-seconds` measures anew; files that nobody has
measured yet come before all others.
"""

import json
from collections import defaultdict
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
KEPT = TESTS / "seconds.json"
UNKNOWN = float("inf")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--keep-seconds", action="store_true", help="measure what each file of tests takes and keep it")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--keep-seconds") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Measuring(), "seconds of files")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first; the order within files stays.

    One worker begins with a file that needs no example workspace, for it would wait while the other tells it.
    """
    known = json.loads(KEPT.read_text(encoding="utf-8"))
    tellers = {item.path for item in items if "told" in getattr(item, "fixturenames", ())}
    items.sort(key=lambda item: -known.get(_name(item.path), UNKNOWN))
    without = next((item.path for item in items if item.path not in tellers), None)
    items.sort(key=lambda item: item.path != without)


class Measuring:
    """Adds up what is reported and keeps it when all has passed."""

    def __init__(self) -> None:
        self._seconds = defaultdict[str, float](float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._seconds[_name(TESTS.parent / report.fspath)] += report.duration

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if exitstatus == pytest.ExitCode.OK:
            kept = {name: round(seconds, 1) for name, seconds in sorted(self._seconds.items())}
            KEPT.write_text(json.dumps(kept, indent=0) + "\n", encoding="utf-8")


def _name(path: Path) -> str:
    return path.relative_to(TESTS).as_posix()
