"""`countersign verify FILE`: check an exported bundle offline, with the same code that the bundle carries."""

import argparse

from core.ledger import offline


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser(
        "verify",
        help="check an exported bundle offline",
        description="Check an exported bundle offline. Exit code 0: everything holds; 1: it does not; 2: unreadable.",
    )
    offline.add_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Verify, print each step, and return the exit code."""
    return offline.run(args)
