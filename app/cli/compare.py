"""`countersign compare`: holds a challenger against the champion on the same rows; its exit code says what follows."""

import argparse
import json
import os
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.cli.assess.reading import plain
from app.cli.handover import Misused

PROMOTE, KEEP, REFUSED, NOT_ENOUGH, NO_ANSWER = 0, 1, 2, 3, 4
CODES = {"promote": PROMOTE, "keep": KEEP, "not enough evidence": NOT_ENOUGH}
EPILOG = """The rows are production data of both versions, joined by id, or with --evidence the files of predictions
that were handed in for both. The token comes from --token-file or the variable COUNTERSIGN_TOKEN and needs the scopes
comparison:run and record:read.

Exit code: 0 promote, 1 keep the champion, 2 refused or came to nothing, 3 not enough evidence, 4 the server cannot be
reached or the time is over."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "compare",
        help="hold a challenger against the champion on the same rows",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("model", metavar="MODEL", help="number of the model, such as M0001")
    parser.add_argument("--champion", required=True, help="version, such as 1.0.0")
    parser.add_argument("--challenger", required=True, help="version, such as 1.1.0")
    parser.add_argument("--evidence", action="store_true", help="compare the files of predictions of both")
    parser.add_argument("--champion-environment", default="production", metavar="NAME")
    parser.add_argument("--challenger-environment", default="shadow", metavar="NAME")
    parser.add_argument("--from", dest="starts_at", metavar="TIME", help="ISO 8601 with a zone; rows from then on")
    parser.add_argument("--until", dest="ends_at", metavar="TIME", help="rows before then")
    parser.add_argument("--wait", type=float, default=600, metavar="SECONDS", help="at most; default: 600")
    parser.add_argument("--url", default=os.environ.get("COUNTERSIGN_URL"), help="the server")
    parser.add_argument("--token-file", type=Path, help="a file that holds the token")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Ask, wait, say."""
    from app.cli.submit import token_from
    from countersign_client.comparisons import ask_comparison, wait_for_comparison
    from countersign_client.errors import Rejected, Unreachable
    from countersign_client.server import Server

    if not args.url:
        print("Name the server with --url or COUNTERSIGN_URL.", file=sys.stderr)
        return REFUSED
    try:
        server = Server(args.url, token_from(args.token_file))
        number = ask_comparison(server, args.model, _wish(args), uuid.uuid4().hex)
        found = wait_for_comparison(server, number, args.wait)
    except (Misused, Rejected) as error:
        print(plain(str(error)), file=sys.stderr)
        return REFUSED
    except Unreachable as error:
        print(plain(str(error)), file=sys.stderr)
        return NO_ANSWER
    return _say(args, found)


def _wish(args: argparse.Namespace) -> Mapping[str, object]:
    versions = {"champion": args.champion, "challenger": args.challenger}
    if args.evidence:
        return {**versions, "source": "evidence"}
    return {
        **versions,
        "champion_environment": args.champion_environment,
        "challenger_environment": args.challenger_environment,
        "starts_at": args.starts_at,
        "ends_at": args.ends_at,
    }


def _say(args: argparse.Namespace, found: Mapping[str, Any]) -> int:
    ended = found["status"] in ("finished", "failed")
    code = CODES.get(found["recommendation"] or "", REFUSED) if ended else NO_ANSWER
    if args.format == "json":
        print(json.dumps({**found, "exit": code}, indent=2, ensure_ascii=False))
        return code
    for one in (found["result"] or {}).get("differences", []):
        if one["change"] is not None:
            span = f"{one['low']:+.4f} to {one['high']:+.4f}" if one["low"] is not None else ""
            print(plain(f"{one['metric']:34} {one['change']:+.4f}  {span}"))
    for one in found["reasons"]:
        print(plain(f"{one['side']}: {one['said']} ({one['clause']})."))
    print(plain(f"{found['comparison']}: {found['recommendation'] or found['status']}. {found['error']}".strip()))
    return code
