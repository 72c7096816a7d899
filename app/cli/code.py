"""`countersign code`: puts the commit behind a version on record, with its pull request, reviews and results."""

import argparse
import json
import os
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

from app.cli.handover import Misused
from app.cli.submit import NO_ANSWER, PASSED, REFUSED, token_from

STATES = {
    "APPROVED": "approved",
    "CHANGES_REQUESTED": "changes requested",
    "COMMENTED": "commented",
    "DISMISSED": "dismissed",
}
EPILOG = """The token comes from --token-file or the variable COUNTERSIGN_TOKEN. It needs the scope code:report.

Exit code: 0 it is on record, 2 it cannot be read or is refused, 4 the server cannot be reached."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "code",
        help="put the commit behind a version on record, with its reviews",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--model", required=True, help="number of the model, such as M0001")
    parser.add_argument("--version", required=True, help="version, such as 1.0.0")
    parser.add_argument("--repository", required=True, help="such as owner/name")
    parser.add_argument("--commit", required=True, help="the whole commit id")
    parser.add_argument("--pull-request", type=int, metavar="NUMBER", help="pull request, or merge request")
    parser.add_argument("--author", default="", help="who wrote it, as the forge names them")
    parser.add_argument("--approved-by", default="", metavar="NAMES", help="who approved it, separated by commas")
    parser.add_argument("--merged", action="store_true", help="the pull request became this commit")
    parser.add_argument(
        "--check", action="append", default=[], metavar="NAME=STATE", help="passed, failed, running or skipped; repeat"
    )
    parser.add_argument("--github-pull", type=Path, metavar="FILE", help="GitHub's answer on the pull request")
    parser.add_argument("--github-reviews", type=Path, metavar="FILE", help="GitHub's answer on its reviews")
    parser.add_argument("--url", default=os.environ.get("COUNTERSIGN_URL", "http://127.0.0.1:8501"), help="the server")
    parser.add_argument("--token-file", type=Path, help="a file that holds the token")
    parser.add_argument("--idempotency-key", help="the same key and content again have no second effect")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read, send, say."""
    from countersign_client.errors import Rejected, Unreachable
    from countersign_client.server import Server

    try:
        record = wish(args, now=datetime.now(UTC))
        key = args.idempotency_key or uuid.uuid4().hex
        done = Server(args.url, token_from(args.token_file)).report_code(args.model, args.version, record, key)
    except (Misused, Rejected) as error:
        print(error, file=sys.stderr)
        return REFUSED
    except Unreachable as error:
        print(error, file=sys.stderr)
        return NO_ANSWER
    print(f"The code behind {done['model']} {done['version']} is on record: ledger entry {done['ledger']['index']}.")
    return PASSED


def wish(args: argparse.Namespace, *, now: datetime) -> dict[str, object]:
    """What is sent; raises `Misused`."""
    said: dict[str, object] = {"repository": args.repository, "commit": args.commit}
    pull = _github_pull(args, now) if args.github_pull else _plain_pull(args, now)
    if pull is not None:
        said["pull_request"] = pull
    said["checks"] = [_check(one, now) for one in args.check]
    return said


def _plain_pull(args: argparse.Namespace, now: datetime) -> dict[str, object] | None:
    if args.pull_request is None:
        return None
    names = [name.strip() for name in args.approved_by.split(",") if name.strip()]
    reviews = [{"reviewer": name, "state": "approved", "at": now.isoformat()} for name in names]
    merged = {"merged_as": args.commit} if args.merged else {"head": args.commit}
    return {"number": args.pull_request, "author": args.author, "reviews": reviews, **merged}


def _github_pull(args: argparse.Namespace, now: datetime) -> dict[str, object]:
    pull = _read(args.github_pull)
    given = _read(args.github_reviews) if args.github_reviews else []
    try:
        reviews = [
            {
                "reviewer": one["user"]["login"],
                "state": STATES[one["state"]],
                "at": one.get("submitted_at") or now.isoformat(),
            }
            for one in given  # pending ones were not submitted
            if one["state"] in STATES and one.get("user")
        ]
        merged = {"merged_as": pull["merge_commit_sha"]} if pull.get("merged_at") else {}
        return {
            "number": pull["number"],
            "author": pull["user"]["login"],
            "title": str(pull.get("title", ""))[:500],
            "head": pull["head"]["sha"],
            "reviews": reviews,
            **merged,
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise Misused(f"{args.github_pull} is not GitHub's answer on a pull request: {error} is missing.") from None


def _check(written: str, now: datetime) -> dict[str, str]:
    name, equals, state = written.rpartition("=")
    if not equals or state not in ("passed", "failed", "running", "skipped"):
        raise Misused(f"“{written}” is not NAME=passed, failed, running or skipped.")
    return {"name": name, "state": state, "at": now.isoformat()}


def _read(file: Path):  # type: ignore[no-untyped-def]  # whatever JSON holds; the reader of it says what is missing
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise Misused(f"{file} cannot be read: {error}") from None
