"""`countersign incident`: declares an incident from a pipeline, and writes notes into its timeline."""

import argparse
import json
import os
import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.assess.reading import plain
from app.cli.export import moment
from app.cli.handover import Misused
from app.cli.submit import NO_ANSWER, PASSED, REFUSED, token_from

if TYPE_CHECKING:
    from countersign_client.server import Server

SEVERITIES = ("low", "medium", "high", "critical")
EPILOG = """The token comes from --token-file or the variable COUNTERSIGN_TOKEN and needs the scope incident:declare.

Exit code: 0 it is on record, 2 refused or unreadable, 4 the server cannot be reached."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    shape = argparse.RawDescriptionHelpFormatter
    parser = commands.add_parser(
        "incident", help="declare an incident, or write a note", epilog=EPILOG, formatter_class=shape
    )
    acts = parser.add_subparsers(title="acts", metavar="ACT", dest="act", required=True)
    declare = acts.add_parser("declare", help="declare an incident", epilog=EPILOG, formatter_class=shape)
    declare.add_argument("title", metavar="TITLE", help="what went wrong, in one line")
    declare.add_argument("--what", required=True, help="what was seen, by whom, where")
    declare.add_argument("--severity", choices=SEVERITIES, required=True)
    declare.add_argument("--model", default="", help="number of the model, such as M0001")
    declare.add_argument("--version", action="append", default=[], help="of the model; may be repeated")
    declare.add_argument("--environment", default="", help="such as production")
    declare.add_argument("--alert", help="the alert that it came from, such as AL0001")
    declare.add_argument("--commander", help="number of the person who leads the response")
    declare.add_argument("--aware-at", type=moment, metavar="MOMENT", help="clocks count from here; left out: now")
    note = acts.add_parser("note", help="write a note into a timeline", epilog=EPILOG, formatter_class=shape)
    note.add_argument("incident", metavar="INCIDENT", help="number, such as IN0001")
    note.add_argument("text", metavar="TEXT", help="what happened, or was decided")
    note.add_argument("--happened-at", type=moment, metavar="MOMENT", help="left out: now")
    for act in (declare, note):
        act.add_argument("--url", default=os.environ.get("COUNTERSIGN_URL", "http://127.0.0.1:8501"), help="the server")
        act.add_argument("--token-file", type=Path, help="a file that holds the token")
        act.add_argument("--idempotency-key", help="the same key and content again record nothing new")
        act.add_argument("--json", action="store_true", help="say what was recorded as JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Declare or note, and say where it stands."""
    from countersign_client.errors import Rejected, Unreachable
    from countersign_client.server import Server

    try:
        done = _done(Server(args.url, token_from(args.token_file)), args)
    except (Misused, Rejected) as error:
        print(plain(str(error)), file=sys.stderr)
        return REFUSED
    except Unreachable as error:
        print(plain(str(error)), file=sys.stderr)
        return NO_ANSWER
    told = {"incident": done["incident"], "entry": done["ledger"]["index"]}
    print(json.dumps(told) if args.json else f"{told['incident']}: ledger entry {told['entry']}")
    return PASSED


def _done(server: "Server", args: argparse.Namespace) -> dict[str, Any]:
    key = args.idempotency_key or uuid.uuid4().hex
    if args.act == "note":
        record = {"text": args.text} | _moment("happened_at", args.happened_at)
        return server.note_incident(args.incident, record, key)
    return server.declare_incident(wish(args), key)


def wish(args: argparse.Namespace) -> dict[str, object]:
    """What is sent; raises `Misused`."""
    if args.version and not args.model:
        raise Misused("A version is one of a model: give --model too.")
    told: dict[str, object] = {
        "title": args.title, "what": args.what, "severity": args.severity, "model": args.model,
        "versions": args.version, "environment": args.environment, "alert": args.alert, "commander": args.commander,
    }  # fmt: skip
    return told | _moment("aware_at", args.aware_at)


def _moment(name: str, at: Any) -> dict[str, object]:
    return {} if at is None else {name: at.isoformat()}
