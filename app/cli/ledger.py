"""`countersign ledger …`: verify it, hand over its key, compare it with what is kept outside, go on after a loss."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.ledger_places import PLACES, add_places, person
from app.cli.progress import progress

if TYPE_CHECKING:
    from app.composition import Workplace

DONE, HELD, REFUSED = 0, 1, 2
EPILOG = """Runs on the machine of the installation and reads the same settings as `serve`. rotate-key, resume, send,
add-place and close-place are put on record under --by, the number or user name of an administrator.

Exit code: 0 done, or nothing is wrong; 1 it does not verify, or a checkpoint outside is ahead; 2 refused."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "ledger",
        help="verify the ledger, rotate its key, let it go on after a loss",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    acts = parser.add_subparsers(title="acts", metavar="ACT", dest="act", required=True)
    verify = acts.add_parser(
        "verify",
        help="recompute every entry and every file of events",
        description="Recompute every entry and every file of events of this installation from the stored bytes; the "
        "result is on record. Exit code 0: everything holds; 1: it does not.",
    )
    verify.add_argument(
        "--quick", action="store_true", help="entries against the signed root alone; nothing is recorded"
    )
    verify.add_argument("--checkpoint", metavar="FILE", type=Path, help="a signed note that was kept elsewhere")
    rotate = acts.add_parser("rotate-key", help="sign with a new key from now on")
    rotate.add_argument(
        "--compromised", action="store_true", help="nobody may follow the former key; the new one is pinned anew"
    )
    compare = acts.add_parser("compare", help="look at everything kept outside, and hold the ledger when it is behind")
    compare.add_argument("--state", metavar="FILE", type=Path, help="also at this kept checkpoint")
    resume = acts.add_parser("resume", help="go on under a new name and key, with the loss on record")
    for one in (rotate, resume):
        one.add_argument("--reason", required=True)
        one.add_argument("--by", metavar="PERSON", required=True, help="an administrator")
    add_places(acts)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do one act and say what came of it."""
    from app.composition import workplace
    from core.errors import GovernanceError

    acts = {"verify": _verify, "rotate-key": _rotate, "compare": _compare, "resume": _resume, **PLACES}
    try:
        return acts[args.act](workplace(), args)
    except (GovernanceError, OSError) as error:
        print(str(error), file=sys.stderr)
        return REFUSED


def _verify(place: "Workplace", args: argparse.Namespace) -> int:
    from app.composition import now
    from core.access.anchoring import held
    from core.access.rules import SYSTEM
    from core.access.verification import verified
    from core.ledger.checkpoints import kept_note
    from core.ledger.quick import verify_entries
    from core.ledger.verify import numbered

    if args.quick:
        with place.store.reading() as session:
            quick = verify_entries(session, place.ledger.vkey)
        print("\n".join(numbered(quick)))
        return DONE if quick.passed else HELD
    kept = kept_note(_read(args.checkpoint)) if args.checkpoint else None
    with progress("Ledger") as step:
        step("entries")
        report = verified(
            place.store,
            place.ledger,
            place.events,
            saved_checkpoint=kept,
            progress=lambda done, total: step(f"events {done:,} of {total:,}"),
            actor=SYSTEM,
            at=now(),
        )
    print("\n".join(numbered(report)))
    if hold := held(place.ledger):
        print(f"This result is not on record, as the ledger signs nothing. {hold.fact}.", file=sys.stderr)
    return DONE if report.passed else HELD


def _rotate(place: "Workplace", args: argparse.Namespace) -> int:
    from app.composition import now
    from core.access.anchoring import rotate_key

    made = rotate_key(
        place.store,
        place.ledger,
        reason=args.reason,
        compromised=args.compromised,
        actor=person(place, args.by),
        at=now(),
    )
    follow = "Nobody follows the former key" if args.compromised else "Whoever pinned the former key is led to it"
    print(f"Entry {made.entry} names the new key. {follow}.\n{made.vkey}")
    _say_who_needs_it(place, made.vkey)
    return DONE


def _say_who_needs_it(place: "Workplace", vkey: str) -> None:
    """A witness cosigns nothing under a key that it does not know, and is not told by us."""
    from core.ledger.anchors.service import open_destinations
    from core.ledger.anchors.tables import Outside

    with place.store.reading() as session:
        witnesses = [one.number for one in open_destinations(session) if one.kind == Outside.WITNESS]
    if witnesses:
        print(
            f"Let the witness of {', '.join(witnesses)} know it, on its machine: "
            f"countersign witness trust {vkey} --state DIR"
        )


def _compare(place: "Workplace", args: argparse.Namespace) -> int:
    from app.anchoring.outside import look_everywhere
    from app.composition import now
    from core.ledger.anchors.standing import Standing, look_outside
    from core.ledger.checkpoints import kept_note

    if args.state is not None:
        note = kept_note(_read(args.state))
        standing = look_outside(place.store, place.ledger, note, where=str(args.state), at=now())
        if standing is Standing.FOREIGN:
            print(f"{args.state}: {standing}. Compared with {place.ledger.vkey}.", file=sys.stderr)
            return REFUSED
        print(f"This store {standing}: {args.state}")
    hold = look_everywhere(place, at=now())
    print(f"{hold.fact}." if hold else "Nothing kept outside is ahead of this store.")
    return HELD if hold else DONE


def _read(file: Path) -> str:
    """What the file says; raises `Unreadable`."""
    from core.errors import Problem, Unreadable

    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise Unreadable([Problem(f"{file} cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError:
        raise Unreadable([Problem(f"{file} is not text", expected="a signed note")]) from None


def _resume(place: "Workplace", args: argparse.Namespace) -> int:
    from app.composition import now
    from core.access.anchoring import resume

    made = resume(place.store, place.ledger, reason=args.reason, actor=person(place, args.by), at=now())
    print(f"Entry {made.entry} states the loss. The ledger goes on as {place.ledger.origin}.\n{made.vkey}")
    _say_who_needs_it(place, made.vkey)
    return DONE
