"""`countersign ledger verify`: recompute this installation's ledger and its files of events from the stored bytes."""

import argparse

from app.cli.progress import progress

HOLDS, FAILS = 0, 1


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser("ledger", help="verify the ledger of this installation")
    acts = parser.add_subparsers(title="acts", metavar="ACT", dest="act", required=True)
    verify = acts.add_parser(
        "verify",
        help="recompute every entry and every file of events",
        description="Recompute every entry and every file of events of this installation from the stored bytes; the "
        "result is on record. Exit code 0: everything holds; 1: it does not.",
    )
    verify.add_argument("--checkpoint", metavar="FILE", help="a signed note that was kept elsewhere")
    verify.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Verify, print each step, and return the exit code."""
    from pathlib import Path

    from app.composition import now, workplace
    from core.access.rules import SYSTEM
    from core.access.verification import verified
    from core.ledger.verify import numbered

    place = workplace()
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
    return HOLDS if report.passed else FAILS
