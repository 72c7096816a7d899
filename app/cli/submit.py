"""`countersign submit`: hands evidence in from a pipeline, waits for the verdicts and says them by exit code."""

import argparse
import json
import os
import sys
import tomllib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.handover import PREDICTIONS, Handover, Misused, add_arguments, handovers

if TYPE_CHECKING:
    from countersign_client.answers import HandedIn, Proof, Run
    from countersign_client.server import Server

PASSED, FAILED, REFUSED, INSUFFICIENT, NO_ANSWER = range(5)
OUTCOMES = {"pass": PASSED, "fail": FAILED, "insufficient evidence": INSUFFICIENT}
EPILOG = """The token comes from --token-file or the variable COUNTERSIGN_TOKEN. It needs the scopes record:read,
evidence:upload and validation:start, with --register also model:register and version:register.

Exit code: 0 all required checks pass, 1 a required check fails, 2 the file is unreadable or the act is refused,
3 evidence is insufficient, 4 the server cannot be reached or gave no verdict in time."""


@dataclass(frozen=True)
class Submission:
    """What came of it: evidence, the last for what the command is about, and the validation if one was started."""

    model: str
    version: str
    evidence: "tuple[HandedIn, ...]"
    run: "Run | None"


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "submit",
        help="hand predictions in from a pipeline, and gate on the verdicts",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_arguments(parser)
    parser.add_argument("--model", help="number of the model, such as M0001")
    parser.add_argument("--version", help="version, such as 1.0.0")
    parser.add_argument("--register", metavar="RECORD.TOML", type=Path, help="register this model or version first")
    parser.add_argument("--url", default=os.environ.get("COUNTERSIGN_URL", "http://127.0.0.1:8501"), help="the server")
    parser.add_argument("--token-file", type=Path, help="a file that holds the token")
    parser.add_argument("--idempotency-key", help="the same key and file again have no second effect")
    parser.add_argument("--wait", metavar="SECONDS", type=float, default=900, help="for the verdicts; default: 900")
    parser.add_argument("--no-wait", action="store_true", help="start the validation and exit with 0")
    parser.add_argument("--no-start", action="store_true", help="only hand in and exit with 0")
    parser.add_argument(
        "--receipt", metavar="FILE", type=Path, help="write the upload's receipt here, its entry beside it"
    )
    parser.add_argument("--format", choices=("table", "json"), default="table")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Hand in, start, wait, say."""
    from countersign_client.errors import Rejected, Unreachable
    from countersign_client.server import Server, is_loopback

    try:
        everything, token = handovers(args), token_from(args.token_file)
        if args.url.startswith("http://") and not is_loopback(args.url):
            _say("Warning: the token travels unencrypted; use an https address.")
        submission = _submit(Server(args.url, token), everything, args)
    except (Misused, Rejected) as error:
        _say(str(error))
        return REFUSED
    except Unreachable as error:
        _say(str(error))
        return NO_ANSWER
    return _report(submission, args)


def _submit(server: "Server", everything: Sequence[Handover], args: argparse.Namespace) -> Submission:
    key = args.idempotency_key or uuid.uuid4().hex
    model, version = args.model, args.version
    if args.register:
        registered = server.register(_record(args.register), model, f"{key}-register")
        model, version = registered["model"], registered["version"]
        _say(f"Registered {model} {version} (ledger entry {registered['ledger']['index']}).")
    if not model or not version:
        raise Misused("Name --model and --version, or --register a record.")
    evidence = tuple(_hand_in(server, model, version, one, key) for one in everything)
    if args.receipt:
        _keep(args.receipt, evidence[-1]["ledger"])
    if args.no_start:
        return Submission(model, version, evidence, None)
    number = server.start(model, version, f"{key}-validation")["run"]
    _say(f"Validation {number} of {model} {version} started.")
    return Submission(model, version, evidence, server.wait(number, 0 if args.no_wait else args.wait))


def _hand_in(server: "Server", model: str, version: str, one: Handover, key: str) -> "HandedIn":
    from countersign_client.errors import Rejected

    own = f"{key}-upload" if one.kind == PREDICTIONS else f"{key}-{one.kind}"
    try:
        done = server.hand_in(model, version, one.kind, one.source, one.query, own)
    except Rejected as error:
        raise error.about(one.name) from None
    _say(f"Handed in {done['rows']:,} rows as {done['evidence']} (ledger entry {done['ledger']['index']}).")
    return done


def _report(submission: Submission, args: argparse.Namespace) -> int:
    found = submission.run
    code = _exit_code(found, waited=not args.no_wait) if found else PASSED
    if args.format == "json":
        *further, evidence = submission.evidence
        answer = {
            "model": submission.model,
            "version": submission.version,
            "evidence": evidence,
            "further": further,
            "run": found,
            "exit": code,
        }
        print(json.dumps(answer, indent=2, ensure_ascii=False))
    elif found:
        from countersign_client.verdicts import verdict_table

        print(verdict_table(found))
    return code


def _exit_code(found: "Run", *, waited: bool) -> int:
    """Whatever is not plainly a pass is not a pass."""
    if found["verdicts"]:
        return OUTCOMES.get(found["verdicts"]["outcome"], INSUFFICIENT)
    if found["status"] in {"queued", "running"}:
        if waited:
            _say(f"Validation {found['run']} gave no verdict in time; it is {found['status']}.")
        return NO_ANSWER if waited else PASSED
    _say(f"Validation {found['run']} is {found['status']}. {found['error']}".rstrip())
    return REFUSED


def _keep(file: Path, proof: "Proof") -> None:
    try:
        file.write_bytes(proof["receipt"].encode())
        file.with_name(f"{file.name}.entry").write_bytes(proof["entry"].encode())  # to the byte: its hash is the leaf
    except OSError as error:
        raise Misused(f"The receipt cannot be written: {error}") from None


def token_from(file: Path | None) -> str:
    """The token of the environment, or of a file; raises `Misused`."""
    try:
        token = (file.read_text(encoding="utf-8") if file else os.environ.get("COUNTERSIGN_TOKEN", "")).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Misused(f"The token file cannot be read: {error}") from None
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise Misused("No token: set COUNTERSIGN_TOKEN or give --token-file. Make one under “My account”.")
    return token


def _record(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Misused(f"{file} cannot be read: {error}") from None


def _say(text: str) -> None:
    print("".join(sign if sign.isprintable() or sign == "\n" else "�" for sign in text), file=sys.stderr, flush=True)
