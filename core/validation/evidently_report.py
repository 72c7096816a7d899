"""Evidently's own HTML report of a comparison, for people who know it; made on request, never the source of a verdict.

evidently_html(reference, current, result.columns) -> bytes
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import TypeAdapter

from core.errors import Problem, Unreadable
from core.metrics.drift import ColumnDrift

ROOT = Path(__file__).parents[2]
COLUMNS = TypeAdapter(tuple[ColumnDrift, ...])
REFUSED = 2
MOST_SECONDS = 600
ENVIRONMENT = {"DO_NOT_TRACK": "1", "PYTHONWARNINGS": "ignore"}  # the first is Evidently's switch for usage events


def evidently_html(reference: Path | str, current: Path | str, columns: Sequence[ColumnDrift]) -> bytes:
    """A page of some 4 MB that needs no network: each column that has a score, by its own method and threshold.

    Beyond 50,000 rows of a file a random sample stands for it, always the same one; the page says so, and which columns
    are left out and why. Evidently compares a score with its threshold alone, so its word on drift may differ where
    chance explains a distance; the page says that too. It is made in a process of its own, as Evidently takes five
    seconds and half a gigabyte to load. Raises Unreadable where no column has a score, or it takes over ten minutes.
    """
    command = [sys.executable, "-s", "-m", "core.validation.evidently_page", str(Path(reference).absolute())]
    try:
        done = subprocess.run(  # noqa: S603  # our own module, with our own interpreter
            [*command, str(Path(current).absolute())],
            input=COLUMNS.dump_json(tuple(columns)),
            capture_output=True,
            cwd=ROOT,
            env=ENVIRONMENT,
            timeout=MOST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unreadable([Problem("the report takes longer than ten minutes")]) from None
    if done.returncode == REFUSED:
        raise Unreadable([Problem(reason) for reason in json.loads(done.stdout)])
    if done.returncode or not done.stdout:
        raise Unreadable([Problem("Evidently could not make its report", found=_last_words(done.stderr))])
    return done.stdout


def _last_words(output: bytes) -> str:
    lines = output.decode(errors="replace").strip().splitlines()
    return next((line for line in reversed(lines) if "Error" in line), "no reason")[:200]
