"""`countersign monitor`: checks production data now, says where a model stands, and computes a chunk again."""

import argparse
import json
import os
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.assess.reading import plain
from app.cli.handover import Misused

if TYPE_CHECKING:
    from core.monitoring.checks.queries import ModelState, ResultRow

CALM, BREACH, REFUSED, NOT_CHECKED, NO_ANSWER = 0, 1, 2, 3, 4
EVERY = 1.0  # seconds between two looks at the server
EPILOG = """Without --url the checks run on this machine's installation. With --url they run on that server, and the
command waits for them; the token comes from --token-file or the variable COUNTERSIGN_TOKEN and needs the scopes
monitor:run and record:read.

Exit code: 0 no figure is a breach, 1 one is, 2 refused, 3 it could not be checked or evidence is missing, 4 the
server cannot be reached."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "monitor",
        help="check production data now, and gate on what is found",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    acts = parser.add_subparsers(title="acts", metavar="ACT", dest="act", required=True)
    run_ = acts.add_parser("run", help="check what is due now", epilog=EPILOG,
                           formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    run_.add_argument("model", metavar="MODEL", help="number of the model, such as M0001")
    run_.add_argument("--environment", default="production")
    run_.add_argument("--unfinished", action="store_true", help="also what has come of the last chunk of rows")
    run_.add_argument("--url", default=os.environ.get("COUNTERSIGN_URL"), help="the server; default: this machine")
    run_.add_argument("--token-file", type=Path, help="a file that holds the token")
    run_.add_argument("--wait", type=float, default=120.0, help="seconds to wait for the server; default: 120")
    run_.add_argument("--format", choices=("table", "json"), default="table")
    again = acts.add_parser("again", help="compute a chunk again, and say whether it is the same")
    again.add_argument("chunk", metavar="CHUNK", help="number of the chunk, such as CH0001")
    again.add_argument("--revision", type=int, help="default: the newest")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check here or there, or compute a chunk again here."""
    if args.act == "again":
        return _again(args)
    return _there(args) if args.url else _here(args)


def _here(args: argparse.Namespace) -> int:
    from app.composition import now, workplace
    from core.access.rules import SYSTEM
    from core.errors import GovernanceError
    from core.monitoring.checks.queries import model_states, newest_by_clause
    from core.monitoring.checks.service import check_now

    place = workplace()
    try:
        ran = check_now(place.store, place.ledger, place.files, model=args.model, environment=args.environment,
                        unfinished=args.unfinished, actor=SYSTEM, clock=now)  # fmt: skip
        with place.store.reading() as session:
            states = model_states(session, args.model)
            newest = newest_by_clause(session, args.model, args.environment)
    except GovernanceError as error:
        print(plain(str(error)), file=sys.stderr)
        return REFUSED
    state = next((one for one in states if one.environment == args.environment), None)
    if ran.note or state is None:
        print(plain(ran.note or f"{args.model} is not in use in {args.environment}."), file=sys.stderr)
        return NOT_CHECKED
    return _say(args, _stated(state), [_figured(one) for one in newest])


def _there(args: argparse.Namespace) -> int:
    from app.cli.submit import token_from
    from countersign_client.errors import Rejected, Unreachable
    from countersign_client.server import Server

    try:
        server = Server(args.url, token_from(args.token_file))
        before = server.monitoring(args.model, args.environment)
        server.run_monitoring(args.model, args.environment, args.unfinished, uuid.uuid4().hex)
        until = time.monotonic() + args.wait
        found = before
        while found["last_run_at"] == before["last_run_at"] and time.monotonic() < until:
            time.sleep(EVERY)
            found = server.monitoring(args.model, args.environment)
    except (Misused, Rejected) as error:
        print(plain(str(error)), file=sys.stderr)
        return REFUSED
    except Unreachable as error:
        print(plain(str(error)), file=sys.stderr)
        return NO_ANSWER
    if found["last_run_at"] == before["last_run_at"]:
        print(f"No worker checked {args.model} within {args.wait:g} seconds.", file=sys.stderr)
        return NOT_CHECKED
    return _say(args, found, found["newest"])


def _again(args: argparse.Namespace) -> int:
    from app.composition import now, workplace
    from core.errors import GovernanceError
    from core.monitoring.checks.recomputing import Again, recompute

    place = workplace()
    try:
        found = recompute(place.store, place.files, chunk=args.chunk, revision=args.revision, at=now())
    except GovernanceError as error:
        print(plain(str(error)), file=sys.stderr)
        return REFUSED
    print(plain(f"{found.chunk}, revision {found.revision}: {found.outcome}. {found.said}."))
    for one in found.different:
        print(plain(f"  {one}"))
    return {Again.SAME: CALM, Again.DIFFERENT: BREACH}.get(found.outcome, NOT_CHECKED)


def _stated(state: "ModelState") -> dict[str, Any]:
    return {
        "model": state.model,
        "environment": state.environment,
        "state": state.state.value,
        "last_data_at": _time(state.last_data_at),
        "error": state.error,
    }


def _figured(one: "ResultRow") -> dict[str, Any]:
    return {
        "chunk": one.chunk, "revision": one.revision, "clause": one.clause, "metric": one.metric,
        "subject": one.subject, "value": one.value, "lower": one.lower, "upper": one.upper,
        "verdict": one.verdict.value, "estimated": one.estimated, "reason": one.reason,
    }  # fmt: skip


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _say(args: argparse.Namespace, state: Mapping[str, Any], figures: Sequence[Mapping[str, Any]]) -> int:
    code = {"calm": CALM, "breach": BREACH, "no data": BREACH}.get(state["state"], NOT_CHECKED)
    if args.format == "json":
        print(json.dumps({**state, "newest": list(figures), "exit": code}, indent=2, ensure_ascii=False, default=str))
        return code
    for one in figures:
        about = " ".join(part for part in (one["metric"], one["subject"]) if part)
        estimated = ", estimated" if one["estimated"] else ""
        print(plain(f"{one['verdict']:22} {one['clause']:8} {about}{estimated}: {one['reason']}"))
    print(plain(f"{state['model']} in {state['environment']}: {state['state']}. {state['error']}".rstrip()))
    return code
