"""`countersign compliance run`: runs the routine checks, and says by exit code whether all of them hold."""

import argparse
import json
import os
import sys
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.cli.assess.reading import plain
from app.cli.handover import Misused

HOLDS, DEVIATES, REFUSED, NO_ANSWER = 0, 1, 2, 4
SHOWN = 50
EPILOG = """Without --url the checks run on this machine's installation, as its schedule does. With --url they run on
that server; the token comes from --token-file or the variable COUNTERSIGN_TOKEN and needs the scope compliance:run.

Exit code: 0 every check holds, 1 one deviates or could not be read, 2 refused, 4 the server cannot be reached."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "compliance",
        help="run the routine compliance checks, and gate on them",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    acts = parser.add_subparsers(title="acts", metavar="ACT", dest="act", required=True)
    run_ = acts.add_parser("run", help="run the checks now", epilog=EPILOG,
                           formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    run_.add_argument("check", metavar="CHECK", nargs="*", help="by key, such as production-approved; default: all")
    run_.add_argument("--url", default=os.environ.get("COUNTERSIGN_URL"), help="the server; default: this machine")
    run_.add_argument("--token-file", type=Path, help="a file that holds the token")
    run_.add_argument("--format", choices=("table", "json"), default="table")
    acts.add_parser("list", help="the checks of the catalogue, by key")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the checks here or there, or list them."""
    if args.act == "list":
        return _list()
    return _there(args) if args.url else _here(args)


def _list() -> int:
    from core.compliance.catalogue import catalogue

    for text in catalogue().values():
        print(f"{text.key:28} {text.severity:9} {text.title}")
    return HOLDS


def _here(args: argparse.Namespace) -> int:
    from app.composition import now, workplace
    from core.access.rules import SYSTEM
    from core.compliance.service import run_checks
    from core.compliance.vocabulary import Source
    from core.errors import GovernanceError

    place = workplace()
    try:
        ran = run_checks(place.store, place.ledger, keys=args.check or None, source=Source.PIPELINE, actor=SYSTEM,
                         clock=now, data_dir=place.settings.data_dir)  # fmt: skip
    except GovernanceError as error:
        print(plain(str(error)), file=sys.stderr)
        return REFUSED
    results = [
        {"check": one.key, "outcome": one.outcome.value, "examined": one.examined, "deviations": len(one.deviations),
         "said": one.said}
        for one in ran.checks
    ]  # fmt: skip
    standing = [{"check": one.key, "said": found.said} for one in ran.checks for found in one.deviations]
    return _say(args, ran.number, ran.holds, results, standing)


def _there(args: argparse.Namespace) -> int:
    from app.cli.submit import token_from
    from countersign_client.errors import Rejected, Unreachable
    from countersign_client.server import Server

    try:
        server = Server(args.url, token_from(args.token_file))
        done = server.run_compliance(args.check or None, uuid.uuid4().hex)
    except (Misused, Rejected) as error:
        print(plain(str(error)), file=sys.stderr)
        return REFUSED
    except Unreachable as error:
        print(plain(str(error)), file=sys.stderr)
        return NO_ANSWER
    return _say(args, done["run"]["run"], done["holds"], done["run"]["results"], done["open"])


def _say(
    args: argparse.Namespace,
    number: str,
    holds: bool,
    results: Sequence[Mapping[str, Any]],
    standing: Sequence[Mapping[str, Any]],
) -> int:
    code = HOLDS if holds else DEVIATES
    if args.format == "json":
        shown = {"run": number, "holds": holds, "results": list(results), "deviations": list(standing), "exit": code}
        print(json.dumps(shown, indent=2, ensure_ascii=False))
        return code
    for one in results:
        print(plain(f"{one['outcome']:10} {one['check']:28} {one['deviations']} of {one['examined']}  {one['said']}"))
    for one in standing[:SHOWN]:
        print(plain(f"  {one['check']}: {one['said']}"))
    if len(standing) > SHOWN:
        print(f"  … and {len(standing) - SHOWN} more")
    print(f"{number}: {'every check holds' if holds else 'not every check holds'}.")
    return code
