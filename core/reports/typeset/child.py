"""Typesets one folder in a process of its own, within limits on time and memory; needs nothing of ours."""

import json
import resource
import sys
from pathlib import Path


def main(folder: Path, fonts: str) -> None:
    """Read `request.json`, typeset `dossier.typ` beside it, write `out.pdf`."""
    request = json.loads((folder / "request.json").read_text())
    limits = (
        (resource.RLIMIT_AS, request["memory"]),
        (resource.RLIMIT_CPU, request["seconds"]),
        (resource.RLIMIT_CORE, 0),
    )
    for limit, most in limits:
        resource.setrlimit(limit, (most, most))
    import typst

    pdf = typst.compile(
        str(folder / "dossier.typ"),
        root=str(folder),
        font_paths=[fonts],
        ignore_system_fonts=True,
        pdf_standards=["a-3a", "ua-1"],
        timestamp=request["timestamp"],
        package_path="/nonexistent",
        package_cache_path="/nonexistent",
    )
    (folder / "out.pdf").write_bytes(pdf)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
