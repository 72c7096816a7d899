"""`countersign import FILE` through the API, and `countersign sync` on the machine of the installation."""

import argparse
import json
import os
import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.assess.reading import plain
from app.cli.handover import Misused

if TYPE_CHECKING:
    from countersign_client.server import Server

DONE, REFUSED, NO_ANSWER = 0, 2, 4
SHOWN = 50
EPILOG = """FILE is CSV, XLSX, a CycloneDX ML-BOM (JSON) or a Hugging Face model card (README.md). The token comes from
--token-file or the variable COUNTERSIGN_TOKEN and needs the scopes model:register and version:register.

Exit code: 0 imported, or nothing to put right in a dry run; 2 refused, with every line and column; 4 no answer."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both commands."""
    parser = commands.add_parser(
        "import",
        help="import models from a table, an ML-BOM or a model card",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("--dry-run", action="store_true", help="show what would happen, and change nothing")
    parser.add_argument("--column", metavar="FIELD=COLUMN", action="append", default=[], help="else guessed")
    parser.add_argument("--fixed", metavar="FIELD=TEXT", action="append", default=[], help="where a row says nothing")
    parser.add_argument("--encoding", choices=("utf-8", "utf-16", "windows-1252"), help="of a CSV file")
    parser.add_argument("--expected", metavar="PLAN", help="the plan's digest from a dry run; another plan is refused")
    parser.add_argument("--url", default=os.environ.get("COUNTERSIGN_URL", "http://127.0.0.1:8501"), help="the server")
    parser.add_argument("--token-file", type=Path, help="a file that holds the token")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    parser.set_defaults(run=run)
    sync = commands.add_parser("sync", help="look at the MLflow servers of this installation now")
    sync.add_argument("server", nargs="?", help="one of them; default: all")
    sync.set_defaults(run=run_sync)


def run(args: argparse.Namespace) -> int:
    """Show the plan, or import."""
    from app.cli.submit import token_from
    from countersign_client.errors import Rejected, Unreachable
    from countersign_client.server import Server

    try:
        if not args.file.is_file():
            raise Misused(f"There is no file {args.file}.")
        server = Server(args.url, token_from(args.token_file))
        return _look(server, args) if args.dry_run else _import(server, args)
    except (Misused, Rejected) as error:
        print(plain(str(error)), file=sys.stderr)
        return REFUSED
    except Unreachable as error:
        print(plain(str(error)), file=sys.stderr)
        return NO_ANSWER


def _query(args: argparse.Namespace) -> list[tuple[str, str]]:
    pairs = [("filename", args.file.name), *(("column", one) for one in args.column)]
    pairs += [("fixed", one) for one in args.fixed]
    return [*pairs, ("encoding", args.encoding)] if args.encoding else pairs


def _look(server: "Server", args: argparse.Namespace) -> int:
    plan = server.look_at_import(args.file, _query(args))
    if args.format == "json":
        print(json.dumps(plan, indent=2, ensure_ascii=False))
    else:
        print("New: {models} models, {versions} versions, {datasets} datasets;".format_map(plan), end=" ")
        print("changed {changed}, the same {same}, refused {refused}. Plan {plan}".format_map(plan))
        for one in plan["problems"][:SHOWN]:
            place = f"line {one['line']}, column “{one['column']}”"
            print(plain(f"  {place}: {one['reason']}, found {one['found'] or '–'}"))
        if len(plan["problems"]) > SHOWN:
            print(f"  … and {len(plan['problems']) - SHOWN} more")
        for entry in plan["unknown"][:SHOWN]:
            print(plain(f"  not taken over: {entry['path']}: {entry['said']}"))
    return REFUSED if plan["problems"] else DONE


def _import(server: "Server", args: argparse.Namespace) -> int:
    query = _query(args) + ([("expected", args.expected)] if args.expected else [])
    done = server.import_models(args.file, query, uuid.uuid4().hex)
    if args.format == "json":
        print(json.dumps(done, indent=2, ensure_ascii=False))
    else:
        print(f"{done['import_number']}: {done['models']} models, {done['versions']} versions and {done['datasets']} "
              f"datasets registered, {done['changed']} changes. Ledger entry {done['ledger']['index']}.")  # fmt: skip
    return DONE


def run_sync(args: argparse.Namespace) -> int:
    """Look at each server once, and say what came of it."""
    from app.composition import now, workplace
    from app.registries.syncing import look_now
    from core.errors import GovernanceError

    place = workplace()
    names = [args.server] if args.server else [server.name for server in place.settings.mlflow_servers]
    if not names:
        print("No MLflow server is allowed: set COUNTERSIGN_MLFLOW_SERVERS.", file=sys.stderr)
        return REFUSED
    code = DONE
    for name in names:
        try:
            found = look_now(place, name, at=now())
            read = f"{name}: {found.models} models, {found.versions} versions"
            print(plain(f"{read}, {found.differences} new differences, {found.discoveries} new discoveries"))
        except GovernanceError as error:
            print(plain(str(error)), file=sys.stderr)
            code = NO_ANSWER
    return code
