"""`countersign backup` and `countersign restore`: make and check backups, and bring one back."""

import argparse
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.assess.reading import plain
from app.cli.progress import progress

if TYPE_CHECKING:
    from app.backups import BroughtBack
    from core.backup.checking import Checked
    from core.backup.making import Made
    from core.backup.restoring import Restored

DONE, NOT_WHOLE, REFUSED = 0, 1, 2
SELDOM = 5.0  # seconds between two files that are said
SHOWN = 20
BACKUP = """Makes a backup into FOLDER while the server runs, or with --check checks the newest one there, or
the one that FOLDER is. Runs on the machine of the installation, with the settings of `serve`; a check needs neither.

The keys that sign the ledger and the exports, the secrets of sign-in and the orders of erasure are not in a backup.
--with-keys seals them under a passphrase into one file of FOLDER, which every such backup replaces.

Exit code: 0 whole; 1 a file is missing or damaged, or a step of the check does not hold; 2 refused."""
RESTORE = """Restores the newest backup in FOLDER, or the one that FOLDER is, into the empty place that the settings
name. The backup is checked first. Older schemas are upgraded; a schema of a newer Countersign is refused. Stop
servers and workers before.

Exit code: 0 restored; 1 restored, and files are missing or the ledger is held; 2 refused."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both commands."""
    raw = argparse.RawDescriptionHelpFormatter
    backup = commands.add_parser("backup", help="make or check a backup", epilog=BACKUP, formatter_class=raw)
    backup.add_argument("folder", metavar="FOLDER", type=Path)
    backup.add_argument("--check", action="store_true", help="check instead of making one")
    backup.add_argument("--with-keys", metavar="FILE", type=Path, help="seal the keys under the passphrase in FILE")
    backup.add_argument("--keep", metavar="N", type=_positive, help="drop all but the N newest backups there")
    restore = commands.add_parser("restore", help="bring a backup back", epilog=RESTORE, formatter_class=raw)
    restore.add_argument("folder", metavar="FOLDER", type=Path)
    restore.add_argument("--with-keys", metavar="FILE", type=Path, help="also the keys, with the passphrase in FILE")
    restore.add_argument("--replace", action="store_true", help="move aside what is there")
    restore.add_argument("--incomplete", action="store_true", help="take a backup that lacks files")
    for one in (backup, restore):
        one.add_argument("--ca", metavar="SHA256", help="the fingerprint of the authority that signed it")
        one.add_argument("--key", metavar="VKEY", help="the verifier key of the ledger")
    backup.set_defaults(run=run)
    restore.set_defaults(run=run_restore)


def run(args: argparse.Namespace) -> int:
    """Make or check a backup, and say what came of it."""
    from core.errors import GovernanceError
    from core.store import StoreAway

    try:
        return _check(args) if args.check else _make(args)
    except (GovernanceError, OSError, sqlite3.OperationalError, *StoreAway) as error:
        return _refused(error)


def run_restore(args: argparse.Namespace) -> int:
    """Restore, and say what is to be done now."""
    from app.backups import bring_back
    from app.settings import load
    from core.backup.checking import Pinned
    from core.backup.sealing import passphrase_in
    from core.errors import GovernanceError
    from core.store import StoreAway

    try:
        passphrase = passphrase_in(args.with_keys) if args.with_keys else None
        with progress("Restore") as say:
            done = bring_back(
                load(), args.folder, pinned=Pinned(args.ca, args.key), passphrase=passphrase, replace=args.replace,
                incomplete=args.incomplete, say=_seldom(say),
            )  # fmt: skip
    except (GovernanceError, OSError, sqlite3.OperationalError, *StoreAway) as error:
        return _refused(error)
    return _say_restored(done)


def _make(args: argparse.Namespace) -> int:
    from app.backups import back_up
    from app.composition import open_as_it_is
    from app.settings import load
    from core.backup.sealing import passphrase_in

    passphrase = passphrase_in(args.with_keys) if args.with_keys else None
    place = open_as_it_is(load())
    try:
        with progress("Backup") as say:
            made = back_up(place, args.folder, passphrase=passphrase, keep=args.keep, say=_seldom(say))
    finally:
        place.store.close()
    return _say_made(made)


def _check(args: argparse.Namespace) -> int:
    from core.backup.checking import Pinned, check_backup

    with progress("Check") as say:
        checked = check_backup(args.folder, pinned=Pinned(args.ca, args.key), say=_seldom(say))
    return _say_checked(checked)


def _say_made(made: "Made") -> int:
    said = made.manifest
    print(f"{made.path}: {said.entries:,} ledger entries, {len(said.files):,} files, {said.bytes:,} bytes")
    print(f"{made.copied:,} files were new ({made.copied_bytes:,} bytes), the others lay there.")
    if made.dropped:
        print(f"Dropped: {', '.join(made.dropped)}")
    if made.sealed:
        print(f"{made.sealed} key files are sealed in keys.sealed. Keep the passphrase apart from it.")
    else:
        print("Without keys: keep keys/, signin/ and erasures/ of the data folder apart, as they are now.")
    _list([str(one) for one in said.absent], "Not in it:")
    return DONE if made.complete else NOT_WHOLE


def _say_checked(checked: "Checked") -> int:
    from core.ledger.verify import numbered

    print(f"{checked.path}")
    print("\n".join(plain(line) for line in numbered(checked.report)))
    print("The backup is whole." if checked.passed else "The backup is NOT whole.")
    return DONE if checked.passed else NOT_WHOLE


def _say_restored(done: "BroughtBack") -> int:
    restored, said = done.restored, done.restored.manifest
    print(f"Restored {restored.path.name}: {said.entries:,} ledger entries as of {said.ended:%Y-%m-%d %H:%M} UTC.")
    if restored.upgraded_from:
        print(f"Its schema {restored.upgraded_from} was upgraded.")
    if restored.aside:
        print(f"What was there lies in {restored.aside}.")
    _say_settled(restored)
    _list(list(restored.lacking), "Missing:")
    if done.hold is not None:
        print(f"\nThe ledger is held. {done.hold.fact}. Restore a newer backup, or see `countersign ledger resume`.")
    return NOT_WHOLE if restored.lacking or done.hold else DONE


def _say_settled(restored: "Restored") -> None:
    settled = restored.settled
    print(f"Ended: {settled.sessions} sessions, {settled.links} links; {settled.leases} jobs wait for a worker anew.")
    print("Grants, tokens and accounts are as they were then: withdraw again what was withdrawn since.")
    rows = [f"{one.number} {one.channel} {one.receiver} {one.topic} of {one.queued_at:%Y-%m-%d %H:%M} UTC"
            for one in settled.unsent]  # fmt: skip
    _list(rows, "Not sent again, as it may have been sent before:")
    _list(list(settled.undone), "Not carried out again:")


def _list(rows: Sequence[str], about: str) -> None:
    if rows:
        print(f"\n{about}")
        print("\n".join(f"  {plain(row)}" for row in rows[:SHOWN]))
        if len(rows) > SHOWN:
            print(f"  and {len(rows) - SHOWN} more")


def _seldom(say: Callable[[str], None]) -> Callable[[str], None]:
    """Of a long row of files, events or tables one now and then."""
    last = [0.0]

    def now_and_then(step: str) -> None:
        if step.partition(" ")[0] not in ("file", "events", "table") or time.monotonic() - last[0] > SELDOM:
            last[0] = time.monotonic()
            say(step)

    return now_and_then


def _refused(error: Exception) -> int:
    from core.store.full import disk_is_full

    said = "The disk is full, so nothing was made; what was there is as it was." if disk_is_full(error) else str(error)
    print(plain(said), file=sys.stderr)
    return REFUSED


def _positive(written: str) -> int:
    if not written.isdecimal() or int(written) < 1:
        raise argparse.ArgumentTypeError("a whole number from 1")
    return int(written)
