"""Writers that are killed, some tens of times; `python -m benchmarks.kills` does it a thousand times."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.row("kill -9 x 40; crash points x 2 databases")
def test_nothing_acknowledged_is_lost_when_writers_are_killed_thirty_times() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.kills", "30"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert ", 0 lost, " in done.stdout
