"""`countersign doctor`: looks at an installation and says what would mend it."""

import argparse
import json
import sys
from dataclasses import asdict

FINE, WARNED, FAILED, UNREADABLE = 0, 3, 1, 2
EPILOG = """Runs on the machine of the installation and reads the same settings as `serve`; it changes nothing.

Exit code: 0 everything is fine, 3 there are warnings, 1 a check failed, 2 the settings cannot be read."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "doctor",
        help="look at this installation, and say what would mend it",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--offline", action="store_true", help="ask no mail server, provider or registry")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Look, say, and answer by exit code."""
    from app.composition import now, open_as_it_is
    from app.health.doctor import Finding, Standing, look, worst
    from app.settings import SettingErrors, load
    from core.errors import GovernanceError

    try:
        place = open_as_it_is(load())
    except SettingErrors as error:
        print("\n".join(f"FAIL settings: {fault}" for fault in error.faults), file=sys.stderr)
        return UNREADABLE
    except GovernanceError as error:
        print(f"FAIL installation: {error}", file=sys.stderr)
        return FAILED
    found = list[Finding]()
    for one in look(place, at=now(), outside=not args.offline):
        found.append(one)
        if not args.json:
            print(one.line, flush=True)
    place.store.close()
    if args.json:
        print(json.dumps([asdict(one) for one in found], indent=2))
    return {Standing.OK: FINE, Standing.WARNING: WARNED, Standing.FAILED: FAILED}[worst(found)]
