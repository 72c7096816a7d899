"""`countersign retention`: which data reach their end and what holds them; with `--remove`, the removal."""

import argparse
import json
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.cli.assess.reading import plain

if TYPE_CHECKING:
    from datetime import datetime

    from core.privacy.retention.planning import Ending, FileEnding

DONE, REFUSED = 0, 2
EPILOG = """Works on this machine's installation. Nothing is removed without --remove; with it goes what is listed as
due, each on record in the ledger before its file goes: production data, files of validations, and rows in quarantine on
which nobody decided. What a hold, an open incident, an audit, a request of a person, or for a file of a validation an
approval in force, a validation that is not decided on or an open finding keeps is listed with its reason and stays.

Exit code: 0 it was said or done, 2 refused."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "retention",
        help="say which data reach their end, and remove what is due",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--within", type=int, default=30, metavar="DAYS", help="days to look ahead; default: 30")
    parser.add_argument("--remove", action="store_true", help="remove what is due now")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """List, and remove where it is asked for."""
    from app.composition import now, workplace
    from core.errors import GovernanceError
    from core.privacy.retention.files import file_endings
    from core.privacy.retention.planning import Kept, endings
    from core.privacy.retention.removing import Cleared, remove_due_data

    place, at = workplace(), now()
    try:
        with place.store.reading() as session:
            within = timedelta(days=max(args.within, 0))
            found, files = endings(session, at=at, within=within), file_endings(session, at=at, within=within)
        done = remove_due_data(place.store, place.ledger, place.files, at=at) if args.remove else Cleared()
    except GovernanceError as error:
        print(plain(str(error)), file=sys.stderr)
        return REFUSED
    if args.format == "json":
        said: dict[str, Any] = {
            "ending": [_told(one, at) for one in found], "files": [_told_of_file(one, at) for one in files],
            "removed": list(done.records),
        }  # fmt: skip
        print(json.dumps(said, indent=2, ensure_ascii=False))
        return DONE
    for one in found:
        print(plain(_line(one.batch, one, f"{one.kind.value} of {one.model} in {one.environment}", at)))
    for file in files:
        whose = file.model or file.name
        what = f"{file.kind} of {whose} {file.of}" if file.what is Kept.EVIDENCE else (
            f"{file.kind} of {whose} in quarantine"
        )  # fmt: skip
        print(plain(_line(file.record, file, what, at)))
    due = sum(one.due(at) for one in found) + sum(one.due(at) for one in files)
    also = f" and {len(files)} files of validations or lots in quarantine" if files else ""
    print(f"{len(found)} batches{also} end within {args.within} days, {due} of them now; {len(done.records)} removed.")
    return DONE


def _line(number: str, one: "Ending | FileEnding", what: str, at: "datetime") -> str:
    state = "due" if one.due(at) else "held" if one.holds else "ends"
    held = f"; {'; '.join(hold.said for hold in one.holds)}" if one.holds else ""
    kept = f"{one.term.days:,} days by {one.term.by}"
    return f"{number:8} {state:5} {one.ends_at:%Y-%m-%d}  {one.rows:>9,} {what}, {kept}{held}"


def _told_of_file(one: "FileEnding", at: "datetime") -> dict[str, Any]:
    return {
        "what": one.what.value, "record": one.record, "model": one.model, "of": one.of, "kind": one.kind,
        "rows": one.rows, "ends_at": one.ends_at.isoformat(), "days": one.term.days, "by": one.term.by,
        "due": one.due(at), "holds": [hold.said for hold in one.holds],
    }  # fmt: skip


def _told(one: "Ending", at: "datetime") -> dict[str, Any]:
    return {
        "batch": one.batch, "model": one.model, "environment": one.environment, "kind": one.kind.value,
        "rows": one.rows, "ends_at": one.ends_at.isoformat(), "days": one.term.days, "by": one.term.by,
        "due": one.due(at), "holds": [hold.said for hold in one.holds],
    }  # fmt: skip
