"""`countersign production submit FILE`: hands in what a model does in use, once, whoever repeats the command."""

import argparse
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.assess.reading import plain
from app.cli.handover import Misused

if TYPE_CHECKING:
    from countersign_client.answers import MetricsReceived, ProductionReceived

DONE, REFUSED, NO_ANSWER = 0, 2, 4
METRICS = "metrics"
KINDS = ("inferences", "labels", "attributes", "reference", METRICS)
EPILOG = """FILE holds rows as CSV, Parquet or JSON lines: inferences with id, at, prediction, score or both, and
features; labels with id and label; attributes with id and the attributes. With --kind metrics it holds points as
OpenMetrics text or JSON lines. The token comes from --token-file or the variable COUNTERSIGN_TOKEN and needs the
scope production:report.

The same file again has no second effect, and neither has a row that another file holds too.

Exit code: 0 everything is on record; 2 refused, with every line and column; 4 no answer."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser("production", help="hand in what a model does in use: inferences, labels, metrics")
    acts = parser.add_subparsers(title="acts", metavar="ACT", dest="act", required=True)
    submit = acts.add_parser(
        "submit", help="hand a file in", epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    submit.add_argument("file", metavar="FILE", type=Path)
    submit.add_argument("--model", required=True, help="number of the model, such as M0001")
    submit.add_argument("--kind", choices=KINDS, required=True, help="what FILE holds")
    submit.add_argument("--version", help="of inferences, unless a column says it; of points that do not say it")
    submit.add_argument("--environment", default="production", help="default: production")
    submit.add_argument("--idempotency-key", help="default: one that follows from the content and what it is of")
    submit.add_argument("--url", default=os.environ.get("COUNTERSIGN_URL", "http://127.0.0.1:8501"), help="the server")
    submit.add_argument("--token-file", type=Path, help="a file that holds the token")
    submit.add_argument("--format", choices=("table", "json"), default="table")
    submit.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Hand in, and say what became of it."""
    from app.cli.submit import token_from
    from countersign_client.errors import Rejected, Unreachable
    from countersign_client.server import Server

    try:
        if not args.file.is_file():
            raise Misused(f"There is no file {args.file}.")
        server = Server(args.url, token_from(args.token_file))
        query = [("filename", args.file.name), ("environment", args.environment)]
        query += [("version", args.version)] if args.version else []
        key = args.idempotency_key or _key(args)
        if args.kind == METRICS:
            return _say_points(server.hand_in_metrics(args.model, args.file, query, key), args)
        return _say_rows(server.hand_in_production(args.model, args.kind, args.file, query, key), args)
    except (Misused, Rejected) as error:
        print(plain(str(error)), file=sys.stderr)
        return REFUSED
    except Unreachable as error:
        print(plain(str(error)), file=sys.stderr)
        return NO_ANSWER


def _key(args: argparse.Namespace) -> str:
    """The same for the same content of the same thing, so that a repeat is known."""
    with args.file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256")
    digest.update("\n".join((args.model, args.kind, args.version or "", args.environment, args.file.name)).encode())
    return f"production-{digest.hexdigest()}"


def _say_rows(done: "ProductionReceived", args: argparse.Namespace) -> int:
    if args.format == "json":
        print(json.dumps(done, indent=2))
        return DONE
    told = [f"{done['rows']:,} rows of {args.kind} on record in {', '.join(done['batches']) or 'no batch'}"]
    for name, words in (
        ("repeated", "were on record before"),
        ("late", "are late"),
        ("out_of_order", "are out of order"),
        ("waiting", "wait for their inference"),
        ("held", "lie in quarantine"),
    ):
        if done[name]:  # type: ignore[literal-required]
            told.append(f"{done[name]:,} {words}")  # type: ignore[literal-required]
    print("; ".join(told) + f". Ledger entry {done['ledger']['index']}.")
    return DONE


def _say_points(done: "MetricsReceived", args: argparse.Namespace) -> int:
    if args.format == "json":
        print(json.dumps(done, indent=2))
        return DONE
    before = f"; {done['repeated']:,} were on record before" if done["repeated"] else ""
    print(f"{done['points']:,} points on record{before}. Ledger entry {done['ledger']['index']}.")
    return DONE
