"""Asks the confined child process to work on a Parquet file, and turns its answer back into values."""

import json
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from core.errors import Problem, Unreadable
from core.validation.uploads.child import Answer, Request
from core.validation.uploads.limits import Limits
from core.validation.uploads.mapping import ColumnMapping
from core.validation.uploads.problems import one
from core.validation.uploads.profile import ColumnPreview, ColumnType

ROOT = Path(__file__).parents[3]
# Nothing of our own environment: it may hold secrets. One thread and one allocator keep the address space small.
ENVIRONMENT = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "POLARS_MAX_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "OMP_NUM_THREADS": "1",
}
BUSY = 4  # real seconds for each of processor time: a sound file is not refused because others work


def profile_confined(path: Path, limits: Limits) -> tuple[int, tuple[ColumnPreview, ...]]:
    """Rows and columns of a Parquet file."""
    answer = _ask("profile", path, limits)
    columns = (
        ColumnPreview(n, ColumnType(t), missing, distinct, tuple(e)) for n, t, missing, distinct, e in answer["columns"]
    )
    return answer["rows"], tuple(columns)


def check_declared_confined(path: Path, mapping: ColumnMapping, limits: Limits) -> None:
    """Hold a Parquet file against its mapping."""
    _ask("declare", path, limits, mapping=mapping.to_json())


def write_confined(path: Path, destination: Path, types: dict[str, str], limits: Limits) -> None:
    """Write a Parquet file anew at `destination`, plain and typed as declared; a killed child leaves nothing there."""
    with tempfile.TemporaryDirectory(dir=destination.parent, prefix=".upload-") as folder:
        written = Path(folder) / "table.parquet"
        _ask("write", path, limits, types=types, destination=written)
        written.replace(destination)


def _ask(
    task: str,
    path: Path,
    limits: Limits,
    *,
    mapping: str = "",
    types: dict[str, str] | None = None,
    destination: Path | None = None,
) -> Answer:
    request: Request = {
        "task": task,
        "path": str(path.resolve()),
        "limits": asdict(limits),
        "mapping": mapping,
        "types": types or {},
        "destination": str(destination.resolve()) if destination else "",
    }
    answer = _run(request, limits)
    if "problems" in answer:
        raise Unreadable([Problem(*problem) for problem in answer["problems"]])
    return answer


def _run(request: Request, limits: Limits) -> Answer:
    command = [sys.executable, "-s", "-m", "core.validation.uploads.child"]
    try:
        done = subprocess.run(  # noqa: S603  our own module, with our own interpreter
            command,
            input=json.dumps(request).encode(),
            capture_output=True,
            cwd=ROOT,
            env=ENVIRONMENT,
            timeout=limits.child_seconds * BUSY,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise one("the file takes longer to read than an upload may take") from None
    if done.returncode != 0 or not done.stdout:
        found = f"the reader ended with {done.returncode}"
        raise one("the Parquet file is damaged, or needs more than an upload may take", found=found)
    answer: Answer = json.loads(done.stdout)
    return answer
