"""`countersign export`: asks a server for a report, waits until it is built, and writes the file."""

import argparse
import json
import os
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.handover import Misused
from app.cli.submit import NO_ANSWER, PASSED, REFUSED, token_from

if TYPE_CHECKING:
    from countersign_client.answers import Export
    from countersign_client.server import Server

FORMATS = ("pdf", "html", "xlsx", "csv", "json", "oscal", "ml-bom", "bundle")
NOT_BUILT, NOT_COMPLETE = 1, 3
EPILOG = """The token comes from --token-file or the variable COUNTERSIGN_TOKEN. It needs the scopes record:read and
export:make. With --model and --version a report is about a version, with --model alone about a model, with --audit
about an audit, with --incident about an incident, else about the organisation. A bundle of the dossier with --model
alone holds the dossiers of every version.

Exit code: 0 the file is written, 1 it could not be built, 2 refused or unreadable, 3 the file is written and says that
it is not complete, 4 the server cannot be reached or was not done in time."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "export",
        help="have a report built and write its file",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("template", metavar="TEMPLATE", help="such as dossier; GET /api/reports lists them")
    parser.add_argument("--model", default="", help="number of the model, such as M0001")
    parser.add_argument("--version", default="", help="version, such as 1.0.0")
    parser.add_argument("--audit", default="", help="number of the audit, such as AU0001")
    parser.add_argument("--incident", default="", help="number of the incident, such as IN0001")
    parser.add_argument("--as-of", type=moment, metavar="MOMENT", help="the record as of then; left out: now")
    parser.add_argument("--since", type=moment, metavar="MOMENT", help="where a period begins")
    parser.add_argument("--format", choices=FORMATS, default="pdf")
    parser.add_argument("--out", type=Path, metavar="FILE", help="left out: the name that the server gives, here")
    parser.add_argument("--wait", metavar="SECONDS", type=float, default=900, help="until it is built; default: 900")
    parser.add_argument("--url", default=os.environ.get("COUNTERSIGN_URL", "http://127.0.0.1:8501"), help="the server")
    parser.add_argument("--token-file", type=Path, help="a file that holds the token")
    parser.add_argument("--idempotency-key", help="the same key and question again build nothing new")
    parser.add_argument("--json", action="store_true", help="say what was written as JSON")
    parser.set_defaults(run=run)


def moment(text: str) -> datetime:
    """2026-11-23 or an ISO 8601 moment; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date or moment: 2026-11-23T09:38Z") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def run(args: argparse.Namespace) -> int:
    """Ask, wait, write, say."""
    from countersign_client.errors import Altered, Rejected, Unreachable
    from countersign_client.server import Server, is_loopback

    try:
        token = token_from(args.token_file)
        if args.url.startswith("http://") and not is_loopback(args.url):
            _say("Warning: the token travels unencrypted; use an https address.")
        return _export(Server(args.url, token), args)
    except (Misused, Rejected) as error:
        _say(str(error))
        return REFUSED
    except (Unreachable, Altered) as error:
        _say(str(error))
        return NO_ANSWER


def wish(args: argparse.Namespace) -> dict[str, object]:
    """What is sent; raises `Misused`."""
    if args.version and not args.model:
        raise Misused("A version is one of a model: give --model too.")
    if sum(map(bool, (args.audit, args.model, args.incident))) > 1:
        raise Misused("A report is about one thing: give one of --model, --audit and --incident.")
    kind = "version" if args.version else "model" if args.model else "audit" if args.audit else "organisation"
    kind = "incident" if args.incident else kind
    told: dict[str, object] = {
        "template": args.template,
        "format": args.format,
        "subject": {"kind": kind, "number": args.model or args.audit or args.incident, "version": args.version},
    }
    for name, at in (("as_of", args.as_of), ("since", args.since)):
        if at is not None:
            told[name] = at.isoformat()
    return told


def _export(server: "Server", args: argparse.Namespace) -> int:
    from countersign_client.exports import download_export, request_export, wait_for_export

    started = request_export(server, wish(args), args.idempotency_key or uuid.uuid4().hex)
    found = wait_for_export(server, started["export"], args.wait)
    if found["status"] in ("queued", "running"):
        _say(f"{found['export']} is not built after {args.wait:g} s: {found['step'] or 'it waits for the worker'}.")
        return NO_ANSWER
    if found["status"] != "ready":
        _say(f"{found['export']} is {found['status']}. {found['error']}".rstrip())
        return NOT_BUILT
    target = args.out or Path(Path(found["filename"]).name)
    digest = download_export(server, found["export"], target)
    _told(found, target, digest, as_json=args.json)
    return PASSED if found["complete"] else NOT_COMPLETE


def _told(found: "Export", target: Path, digest: str, *, as_json: bool) -> None:
    if as_json:
        told = {"export": found["export"], "file": str(target), "sha256": digest, "complete": found["complete"]}
        print(json.dumps(told, indent=2))
        return
    complete = "complete" if found["complete"] else "not complete, as its cover says"
    print(f"{target}: {found['template_version']}, {complete}, {found['size']:,} bytes, sha256 {digest}")


def _say(text: str) -> None:
    print(text, file=sys.stderr)
