"""Finds the command that was asked for and loads that one alone, so that help and errors come at once."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import MappingProxyType

COMMANDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "serve": ("app.cli.serve", "start the server"),
        "worker": ("app.cli.serve", "do background work in a process of its own"),
        "submit": ("app.cli.submit", "hand predictions in from a pipeline, and gate on the verdicts"),
        "code": ("app.cli.code", "put the commit behind a version on record, with its reviews"),
        "import": ("app.cli.intake", "import models from a table, an ML-BOM or a model card"),
        "sync": ("app.cli.intake", "look at the MLflow servers of this installation now"),
        "events": ("app.cli.events", "hand events in from a file: inferences, pipeline steps, activity"),
        "production": ("app.cli.production", "hand in what a model does in use: inferences, labels, metrics"),
        "assess": ("app.cli.assess", "print the figures of a file without a server"),
        "check": ("app.cli.check", "judge files by a policy, to gate a build"),
        "policy": ("app.cli.policy", "check a policy, or compare two"),
        "reproduce": ("app.cli.reproduce", "compute a stored result again from its evidence"),
        "monitor": ("app.cli.monitor", "check production data now, and gate on what is found"),
        "compliance": ("app.cli.compliance", "run the routine compliance checks, and gate on them"),
        "retention": ("app.cli.retention", "say which data reach their end, and remove what is due"),
        "seal": ("app.cli.seal", "seal what holds sensitive attributes, or change the sealing key"),
        "drill": ("app.cli.drill", "play who may do what against the product itself"),
        "stress": ("app.cli.stress", "have a version stress-tested, and gate on the verdict"),
        "incident": ("app.cli.incident", "declare an incident, or write a note"),
        "compare": ("app.cli.compare", "hold a challenger against the champion on the same rows"),
        "export": ("app.cli.export", "have a report built and write its file"),
        "backup": ("app.cli.backup", "make or check a backup"),
        "restore": ("app.cli.backup", "bring a backup back"),
        "ledger": ("app.cli.ledger", "verify the ledger, rotate its key, let it go on after a loss"),
        "witness": ("app.cli.witness", "cosign another installation's checkpoints, on a second machine"),
        "verify": ("app.cli.verify", "check an exported bundle offline"),
        "doctor": ("app.cli.doctor", "look at this installation, and say what would mend it"),
        "bench": ("app.cli.bench", "fill a fresh store for measurements"),
    }
)
INTERRUPTED, MISSET = 130, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    asked = words[0] if words and words[0] in COMMANDS else None
    parser = argparse.ArgumentParser(
        prog="countersign", description="Governance for AI models, with evidence that verifies on its own."
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    if asked:
        import_module(COMMANDS[asked][0]).add_parser(commands)
    else:
        for name, (_, summary) in COMMANDS.items():
            commands.add_parser(name, help=summary)
    args = parser.parse_args(words)
    if asked is None:
        parser.print_help(sys.stderr)
        return 2
    try:
        return int(args.run(args))
    except KeyboardInterrupt:
        return INTERRUPTED
    except ValueError as error:
        faults = getattr(error, "faults", None)  # of the settings, which are read by the command and not here
        if faults is None:
            raise
        print("\n".join(str(one) for one in faults), file=sys.stderr)
        return MISSET
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return INTERRUPTED
