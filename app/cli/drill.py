"""`countersign drill`: plays who may do what against the product itself, and says by exit code whether all holds."""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

HOLDS, DIFFERS, REFUSED = 0, 1, 2
SHOWN = 50
EPILOG = """The drill builds a throw-away installation beside this one, fills it, and plays the written matrix of role,
act, stage and part against its use cases, and every address of the API and of files against everybody. Its report is
kept with this installation, signed, and on record; --dry-run keeps nothing.

Exit code: 0 nothing differs, 1 something does, 2 refused."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "drill",
        help="play who may do what against the product itself",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--whole", action="store_true", help="every role at every stage in every part: takes longer")
    parser.add_argument("--dry-run", action="store_true", help="keep and record nothing")
    parser.add_argument("--output", metavar="FILE", type=Path, help="also write every cell to this file, as JSON lines")
    parser.add_argument("--reason", default="A drill by hand, from the command line", help="why it is run now")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run a drill on this machine and say what came of it."""
    from dataclasses import asdict

    from app.assurance.drilling import drill_cells, perform_drill
    from app.composition import now, workplace
    from core.access.rules import SYSTEM
    from core.assurance.drill.service import DIFFERS as DIFFERENT
    from core.assurance.drill.service import ask_drill, cells_of
    from core.assurance.rules import DrillSource
    from core.errors import GovernanceError

    place = workplace()
    try:
        if args.dry_run:
            cells, number = drill_cells(place, whole=args.whole).cells, ""
        else:
            number = ask_drill(
                place.store, place.ledger, reason=args.reason, source=DrillSource.COMMAND, queued=False,
                actor=SYSTEM, at=now(),
            )  # fmt: skip
            cells = cells_of(place.exports, perform_drill(place, number, whole=args.whole).digest)
    except GovernanceError as error:
        print(error, file=sys.stderr)
        return REFUSED
    if args.output:
        args.output.write_text("".join(json.dumps(asdict(one)) + "\n" for one in cells), encoding="utf-8")
    for part, counted in sorted(Counter((one.part.value, one.seen.value) for one in cells).items()):
        print(f"{part[0]:10} {part[1]:15} {counted:6,}")
    differing = [one for one in cells if one.seen in DIFFERENT]
    for one in differing[:SHOWN]:
        print(f"{one.seen}: {one.key}: {one.wanted}; {one.answer}")
    if len(differing) > SHOWN:
        print(f"and {len(differing) - SHOWN} more")
    print(f"{number or 'Nothing kept'}: {len(cells):,} cells, {len(differing)} differ")
    return DIFFERS if differing else HOLDS
