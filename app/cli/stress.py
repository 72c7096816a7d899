"""`countersign stress run PLAN`: has a version tested by a server, waits, and says by exit code what it came to."""

import argparse
import json
import os
import sys
import time
import uuid
from pathlib import Path

from app.cli.assess.reading import plain
from app.cli.handover import Misused

PASSED, FAILED, REFUSED, INSUFFICIENT, NO_ANSWER = 0, 1, 2, 3, 4
LOOKS_EVERY = 2.0
EPILOG = """The token comes from --token-file or the variable COUNTERSIGN_TOKEN and needs the scopes stress:run and
record:read.

Exit code: 0 passed, 1 failed, 2 refused or came to nothing, 3 not enough evidence, 4 the server cannot be reached."""
CODES = {"pass": PASSED, "fail": FAILED, "insufficient evidence": INSUFFICIENT}


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "stress",
        help="have a version stress-tested, and gate on the verdict",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    acts = parser.add_subparsers(title="acts", metavar="ACT", dest="act", required=True)
    run_ = acts.add_parser("run", help="run a plan", epilog=EPILOG,
                           formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    run_.add_argument("plan", metavar="PLAN", type=Path, help="a plan in TOML")
    run_.add_argument("--model", required=True, help="number of the model, such as M0001")
    run_.add_argument("--version", required=True)
    run_.add_argument("--url", default=os.environ.get("COUNTERSIGN_URL"), help="the server")
    run_.add_argument("--token-file", type=Path, help="a file that holds the token")
    run_.add_argument("--format", choices=("table", "json"), default="table")
    check = acts.add_parser("check", help="read a plan, and say what is wrong with it")
    check.add_argument("plan", metavar="PLAN", type=Path)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check a plan here, or have it carried out there."""
    try:
        text = args.plan.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        print(plain(f"{args.plan}: {error}"), file=sys.stderr)
        return REFUSED
    return _check(text) if args.act == "check" else _there(args, text)


def _check(text: str) -> int:
    from core.errors import Unreadable
    from core.monitoring.stress.plans import planned_requests, read_plan

    try:
        plan = read_plan(text)
    except Unreadable as error:
        for problem in error.problems:
            print(plain(str(problem)), file=sys.stderr)
        return REFUSED
    print(plain(f"{plan.name}: at most {planned_requests(plan):,} requests, {plan.seconds} s of load."))
    return PASSED


def _there(args: argparse.Namespace, text: str) -> int:
    from app.cli.submit import token_from
    from countersign_client.errors import Rejected, Unreachable
    from countersign_client.server import Server

    if not args.url:
        print("Name the server with --url or COUNTERSIGN_URL.", file=sys.stderr)
        return REFUSED
    try:
        server = Server(args.url, token_from(args.token_file))
        found = server.run_stress_test(args.model, args.version, text, uuid.uuid4().hex)
        while found["status"] in ("queued", "running"):
            time.sleep(LOOKS_EVERY)
            found = server.stress_test(found["test"])
    except (Misused, Rejected) as error:
        print(plain(str(error)), file=sys.stderr)
        return REFUSED
    except Unreachable as error:
        print(plain(str(error)), file=sys.stderr)
        return NO_ANSWER
    code = CODES.get(found["verdict"] or "", REFUSED)
    if args.format == "json":
        print(json.dumps({**found, "exit": code}, indent=2, ensure_ascii=False))
        return code
    for one in found["figures"]:
        print(plain(f"{one['verdict']:22} {one['clause']:6} {one['metric']:20} {one['reason']}"))
    print(plain(f"{found['test']}: {found['verdict'] or found['status']}. {found['error']}".strip()))
    return code
