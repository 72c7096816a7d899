"""`countersign seal`: seals what lies open and holds sensitive attributes, or changes the key that wraps all others."""

import argparse
import sys

DONE, REFUSED = 0, 2
EPILOG = """Works on this machine's installation. A worker seals every day what lies open, such as files from before a
column was declared sensitive; this does it now. --new-key wraps the key of every sealed file with a new key of the
installation, so that no earlier copy of wrapped keys opens any more; files stay as they are. It is put on record under
--by, the number or user name of an administrator. Make a backup with keys afterwards.

Exit code: 0 done, 2 refused."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "seal",
        help="seal what holds sensitive attributes, or change the sealing key",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--new-key", action="store_true", help="wrap all keys of sealed files with a new key")
    parser.add_argument("--reason", default="", help="why; needed with --new-key")
    parser.add_argument("--by", metavar="PERSON", default="", help="an administrator; needed with --new-key")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Seal, or change the key, and say what came of it."""
    from app.cli.ledger_places import person
    from app.composition import now, workplace
    from core.errors import GovernanceError
    from core.privacy.sensitive.rotating import change_installation_key, finish_key_change
    from core.privacy.sensitive.sealing import seal_open_events, seal_open_files

    place = workplace()
    try:
        if args.new_key:
            done = change_installation_key(
                place.store, place.ledger, reason=args.reason, actor=person(place, args.by), at=now()
            )
            print(f"{done:,} keys of sealed files are wrapped with a new key. Make a backup with keys now.")
            return DONE
        done = seal_open_files(place.store, place.ledger, place.files, at=now())
        done += seal_open_events(place.store, place.ledger, place.events, at=now())
        finish_key_change(place.store, place.ledger)  # last: whatever it meets, nothing stays open
    except (GovernanceError, OSError) as error:
        print(str(error), file=sys.stderr)
        return REFUSED
    print(f"{done:,} files were sealed." if done else "Nothing that holds sensitive attributes lies open.")
    return DONE
