"""`countersign events submit FILE`: hands events in from a file or a pipe, once each, and goes on where it stopped."""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.assess.reading import plain
from app.cli.handover import Misused
from app.cli.progress import progress

if TYPE_CHECKING:
    from countersign_client.events import HandedOver, Piece

DONE, REFUSED, NO_ANSWER = 0, 2, 4
KINDS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".csv": "csv", ".parquet": "parquet"}
EPILOG = """FILE holds events as JSON lines, CSV or Parquet, - stands for standard input. Each has id and at, and may
have kind, model, version, actor, role, source, duration (microseconds), output and input (a JSON object).
The token comes from --token-file or the variable COUNTERSIGN_TOKEN and needs the scope event:record.

An event is recorded once, whoever sends it again. How far a file was handed in stands beside it in FILE.sent, until
all of it is: the same command goes on from there.

Exit code: 0 everything is on record; 2 refused, with every line and column; 4 no answer."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser("events", help="hand events in from a file: inferences, pipeline steps, activity")
    acts = parser.add_subparsers(title="acts", metavar="ACT", dest="act", required=True)
    submit = acts.add_parser(
        "submit",
        help="hand events in",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    submit.add_argument("file", metavar="FILE")
    submit.add_argument("--as", dest="kind", choices=("jsonl", "csv", "parquet"), help="else by the name's ending")
    submit.add_argument("--url", default=os.environ.get("COUNTERSIGN_URL", "http://127.0.0.1:8501"), help="the server")
    submit.add_argument("--token-file", type=Path, help="a file that holds the token")
    submit.add_argument("--from-start", action="store_true", help="whatever FILE.sent says")
    submit.add_argument("--format", choices=("table", "json"), default="table")
    submit.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Hand in piece by piece."""
    from app.cli.submit import token_from
    from countersign_client.errors import Rejected, Unreachable
    from countersign_client.server import Server

    try:
        return _report(_hand_over(Server(args.url, token_from(args.token_file)), args), args)
    except (Misused, Rejected) as error:
        print(plain(str(error)), file=sys.stderr)
        return REFUSED
    except Unreachable as error:
        print(plain(str(error)), file=sys.stderr)
        return NO_ANSWER


def _hand_over(server: object, args: argparse.Namespace) -> "HandedOver":
    from countersign_client.events import hand_over
    from countersign_client.server import Server

    assert isinstance(server, Server)
    mark = None if args.file == "-" else Mark(Path(args.file))
    after = 0 if mark is None or args.from_start else mark.reached()
    with progress(f"Events of {args.file}") as step:
        found = hand_over(
            server,
            _pieces(args),
            after=after,
            kept=mark.keep if mark else lambda _line: None,
            told=lambda events, share: step(f"{events:,} on record" + (f", {share} % of the file" if share else "")),
        )
    if mark:
        mark.forget()
    return found


def _pieces(args: argparse.Namespace) -> Iterator["Piece"]:
    from countersign_client.events import csv_pieces, json_pieces, parquet_pieces

    path = Path(args.file)
    kind = args.kind or ("jsonl" if args.file == "-" else KINDS.get(path.suffix.lower()))
    if kind is None:
        raise Misused(f"{args.file}: what it holds cannot be told from its name; give --as jsonl, csv or parquet.")
    if args.file == "-":
        if kind == "parquet":
            raise Misused("Parquet is read from a file, not from standard input.")
        yield from (json_pieces if kind == "jsonl" else csv_pieces)(sys.stdin.buffer, 0)
        return
    if not path.is_file():
        raise Misused(f"There is no file {path}.")
    if kind == "parquet":
        yield from parquet_pieces(path)
        return
    with path.open("rb") as stream:
        yield from (json_pieces if kind == "jsonl" else csv_pieces)(stream, path.stat().st_size)


class Mark:
    """How far a file was handed in, kept beside it; it counts only while the file is the same."""

    def __init__(self, file: Path) -> None:
        self._file, self._place = file, file.with_name(f"{file.name}.sent")

    def reached(self) -> int:
        """The last line that is on record."""
        try:
            said = json.loads(self._place.read_text(encoding="utf-8"))
            return int(said["line"]) if said["file"] == self._about() else 0
        except (OSError, ValueError, KeyError, TypeError):
            return 0

    def keep(self, line: int) -> None:
        """Remember this line, whole or not at all; a folder that cannot be written to only costs time later."""
        draft = self._place.with_name(f".{self._place.name}.new")
        try:
            draft.write_text(json.dumps({"file": self._about(), "line": line}), encoding="utf-8")
            draft.replace(self._place)
        except OSError:
            draft.unlink(missing_ok=True)

    def forget(self) -> None:
        """All of it is on record."""
        self._place.unlink(missing_ok=True)

    def _about(self) -> list[int]:
        told = self._file.stat()
        return [told.st_size, told.st_mtime_ns]


def _report(found: "HandedOver", args: argparse.Namespace) -> int:
    last = found.last["ledger"] if found.last else None
    if args.format == "json":
        told = {"recorded": found.recorded, "repeated": found.repeated, "skipped": found.skipped}
        print(json.dumps({**told, "batch": found.last["batch"] if found.last else None, "ledger": last}, indent=2))
        return DONE
    before = found.repeated + found.skipped
    print(f"{found.recorded:,} events recorded" + (f", {before:,} were on record." if before else "."))
    if found.last and last:
        print(f"The last of them lie in {found.last['batch']}, ledger entry {last['index']}.")
    return DONE
