"""Typesets folders in a process of its own, within limits on time and memory; needs nothing of ours.

Reads one folder a line, typesets `report.typ` in it into `out.pdf`, and answers with one line of JSON.
"""

import json
import resource
import sys
from pathlib import Path

import typst


def main() -> None:
    """Work until the input ends."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[sys.argv[1]])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin:
        print(json.dumps({"error": typeset(Path(line.rstrip("\n")), fonts)}), flush=True)  # noqa: T201  the answer


def typeset(folder: Path, fonts: typst.Fonts) -> str:
    """Read `request.json`, typeset within its limits; what the typesetter said, empty when all went well."""
    request = json.loads((folder / "request.json").read_text())
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(used) + request["seconds"], hard))
    resource.setrlimit(resource.RLIMIT_AS, (request["memory"], resource.getrlimit(resource.RLIMIT_AS)[1]))
    try:
        pdf = typst.compile(
            str(folder / "report.typ"),
            root=str(folder),
            font_paths=fonts,
            ignore_system_fonts=True,
            pdf_standards=["a-3a", "ua-1"],
            timestamp=request["timestamp"],
            package_path="/nonexistent",
            package_cache_path="/nonexistent",
        )
    except RuntimeError as error:  # what typst raises
        return str(error).strip().splitlines()[-1] if str(error).strip() else "the typesetter gave no reason"
    (folder / "out.pdf").write_bytes(pdf)
    return ""


if __name__ == "__main__":
    main()
