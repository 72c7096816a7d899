"""`countersign bench seed`: fill a fresh store with a generated organisation, for measurements."""

import argparse
import os
import sys
import time
from pathlib import Path

DEFAULTS = {"models": 10_000, "versions": 100_000, "entries": 10_000_000}


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command and what it does."""
    parser = commands.add_parser("bench", help="prepare measurements")
    tasks = parser.add_subparsers(title="tasks", metavar="TASK", dest="task", required=True)
    seed = tasks.add_parser(
        "seed",
        help="fill a fresh store with a generated organisation",
        description="Fill a fresh store with a generated organisation. A store that is in use is refused. "
        "Exit code 0: it is filled; 1: it is refused and as it was.",
    )
    for name, usual in DEFAULTS.items():
        seed.add_argument(f"--{name}", type=int, default=usual, help=f"default: {usual:,}")
    seed.add_argument("--seed", type=int, default=1, help="what everything follows from; default: 1")
    seed.add_argument("--data-dir", help="default: COUNTERSIGN_DATA_DIR or ./var")
    seed.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Open the store as a server would, fill it, and say how long it took."""
    if args.data_dir:
        os.environ["COUNTERSIGN_DATA_DIR"] = str(Path(args.data_dir).resolve())
    from app.composition import now, open_workplace
    from app.settings import load
    from core.errors import GovernanceError
    from core.seeding import Sizes, seed
    from core.seeding.organisation import HISTORY

    begin, at = time.perf_counter(), now()
    place = open_workplace(load(), installed_at=at - HISTORY)
    try:
        sizes = Sizes(args.models, args.versions, args.entries)
        seed(
            place.store, place.ledger, sizes, number=args.seed, at=at, say=lambda step: print(f"  {step} …", flush=True)
        )
    except GovernanceError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        place.store.close()
    print(f"{args.models:,} models, {args.versions:,} versions and {args.entries:,} ledger entries in "
          f"{time.perf_counter() - begin:.0f} s.")  # fmt: skip
    return 0
