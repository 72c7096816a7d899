"""`countersign reproduce RUN`: computes a stored result again on the machine of the installation."""

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.settings import Settings
    from core.validation.reproducing import Reproduction

SAME, DIFFERENT, CANNOT = 0, 1, 2
EPILOG = """Exit code: 0 every stored figure came out the same, 1 a figure differs, 2 it cannot be computed again; then
the input that differs is named."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "reproduce",
        help="compute a stored result again from its evidence",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("number", metavar="RUN", help="number of the validation, such as R0001")
    parser.add_argument("--data-dir", help="default: COUNTERSIGN_DATA_DIR or ./var")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Compute, compare, say."""
    if args.data_dir:
        os.environ["COUNTERSIGN_DATA_DIR"] = str(Path(args.data_dir).resolve())
    from sqlalchemy.exc import DBAPIError

    from app.settings import load
    from core.errors import GovernanceError

    settings = load()
    if not (settings.data_dir / "evidence").is_dir():
        print(f"There is no installation in {settings.data_dir}", file=sys.stderr)
        return CANNOT
    try:
        found = _reproduced(settings, args.number)
    except GovernanceError as error:
        print(error, file=sys.stderr)
        return CANNOT
    except DBAPIError as error:
        print(f"The store cannot be read: {error.orig}", file=sys.stderr)
        return CANNOT
    print(as_json(found) if args.format == "json" else as_text(found))
    return CANNOT if found.wrong_inputs else SAME if found.same_figures else DIFFERENT


def _reproduced(settings: "Settings", number: str) -> "Reproduction":
    from core.store import EvidenceFiles, open_store
    from core.validation.reproducing import reproduce

    store, files = open_store(settings.database_url), EvidenceFiles(settings.data_dir / "evidence")
    try:
        return reproduce(store, files, run=number, say=lambda step: print(step, file=sys.stderr))
    finally:
        store.close()


def as_json(found: "Reproduction") -> str:
    """Everything, with the two conclusions."""
    document = asdict(found) | {"same_figures": found.same_figures, "same_bytes": found.same_bytes}
    return json.dumps(document, ensure_ascii=False, indent=2)


def as_text(found: "Reproduction") -> str:
    """What came of it, then each place."""
    if found.wrong_inputs:
        lines = [f"{found.run} cannot be computed again. What differs from what it was computed from:"]
        lines += [
            f"  {one.what}: expected {one.expected}, found {one.found or 'nothing'}{f' ({one.why})' if one.why else ''}"
            for one in found.wrong_inputs
        ]
        return "\n".join(lines)
    if found.same_bytes:
        return f"{found.run}: the same result to the byte, sha256 {found.stored_digest}."
    is_newer = found.method_now != found.method_then
    newer = f" The method is newer ({found.method_now}, then {found.method_then})." if is_newer else ""
    if found.same_figures:
        return f"{found.run}: every stored figure came out the same.{newer}"
    figures = "1 stored figure" if len(found.differences) == 1 else f"{len(found.differences)} stored figures"
    lines = [f"{found.run}: {figures} came out differently.{newer}"]
    lines += [f"  {one.place}: stored {one.stored}, computed {one.computed}" for one in found.differences]
    return "\n".join(lines)
