"""The client is installed under its own name and brings nothing of the server with it."""

import subprocess
import sys
from pathlib import Path

HEAVY = {"app", "core", "streamlit", "fastapi", "pydantic", "sqlalchemy", "duckdb", "polars", "pandas", "numpy"}
LIST = (
    "import countersign_client, countersign_client.testing, sys; print(*{name.split('.')[0] for name in sys.modules})"
)


def test_the_client_is_found_from_anywhere_and_imports_nothing_heavy(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-I", "-c", LIST], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    imported = set(done.stdout.split())
    assert "httpx" in imported
    assert imported & HEAVY == set()
