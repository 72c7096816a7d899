"""Scans a large table in a process of its own, which gives all its memory back when it ends."""

import json
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

from core.access.personal_data.rules import ScanResult
from core.errors import Problem, Unreadable

ROOT = Path(__file__).parents[3]


def scan_apart(source: Path, *, sensitive: Collection[str]) -> ScanResult:
    """As `detect.scan` of a Parquet file; raises `Unreadable` where the process does not end well."""
    command = [sys.executable, "-s", "-m", "core.access.personal_data.apart"]
    request = json.dumps([str(source.resolve()), sorted(sensitive)]).encode()
    done = subprocess.run(command, input=request, capture_output=True, cwd=ROOT, env={}, check=False)  # noqa: S603  our own module
    if done.returncode != 0:
        found = f"the scan ended with {done.returncode}"
        raise Unreadable([Problem("the table needs more than a scan for personal data may take", found=found)])
    return ScanResult.from_json(done.stdout.decode())


def main() -> None:
    """Read the request, scan, answer."""
    from core.access.personal_data.detect import scan_here

    path, sensitive = json.load(sys.stdin)
    sys.stdout.write(scan_here(Path(path), sensitive=sensitive).to_json())


if __name__ == "__main__":
    main()
