"""Writers that are killed, some tens of times; `python -m benchmarks.kills` does it a thousand times."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.store import Store

ROOT = Path(__file__).resolve().parents[2]
KILLS = 20  # on each database


@pytest.mark.row("kill -9 x 40; crash points x 2 databases")
def test_nothing_acknowledged_is_lost_nor_doubled_when_writers_are_killed_forty_times(
    store: Store, record_property: Callable[[str, object], None]
) -> None:
    url = store.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "benchmarks.kills", str(KILLS), url]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert ", 0 lost, " in done.stdout
    record_property("seen", f"{store.engine.dialect.name}: {done.stdout.strip()}")
