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
    verify.add_argument("--checkpoint", metavar="FILE", help="a signed note that was kept elsewhere")
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
    from core.access.rules import SYSTEM
    from core.access.verification import verified
    from core.ledger.quick import verify_entries
    from core.ledger.verify import numbered

    if args.quick:
        with place.store.reading() as session:
            quick = verify_entries(session, place.ledger.vkey)
        print("\n".join(numbered(quick)))
        return DONE if quick.passed else HELD
    kept = Path(args.checkpoint).read_text(encoding="utf-8") if args.checkpoint else None
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
    return DONE


def _compare(place: "Workplace", args: argparse.Namespace) -> int:
    from app.anchoring.outside import look_everywhere
    from app.composition import now
    from core.ledger.anchors.standing import Standing, look_outside

    if args.state is not None:
        note = args.state.read_text(encoding="utf-8")
        standing = look_outside(place.store, place.ledger, note, where=str(args.state), at=now())
        print(f"This store {standing}: {args.state}")
        if standing is Standing.FOREIGN:
            return REFUSED
    hold = look_everywhere(place, at=now())
    print(f"{hold.fact}." if hold else "Nothing kept outside is ahead of this store.")
    return HELD if hold else DONE


def _resume(place: "Workplace", args: argparse.Namespace) -> int:
    from app.composition import now
    from core.access.anchoring import resume

    made = resume(place.store, place.ledger, reason=args.reason, actor=person(place, args.by), at=now())
    print(f"Entry {made.entry} states the loss. The ledger goes on as {place.ledger.origin}.\n{made.vkey}")
    return DONE
