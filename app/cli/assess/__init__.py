"""`countersign assess`: the figures of files on this machine, without a server, with an exit code to gate on."""

import argparse
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType

KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "quality": ("app.cli.assess.quality", "look at types, gaps, repeats, leakage and personal data"),
        "performance": ("app.cli.assess.performance", "hold predictions against what happened"),
        "fairness": ("app.cli.assess.fairness", "compare outcomes and errors between groups"),
        "bias-audit": ("app.cli.assess.bias_audit", "compute the tables of NYC Local Law 144"),
        "drift": ("app.cli.assess.drift", "compare current data with reference data"),
        "explain": ("app.cli.assess.explain", "summarise attributions, or explain by a surrogate"),
        "stress": ("app.cli.assess.stress", "judge perturbed predictions, slices and scenarios"),
    }
)


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its kinds; their modules load what computes only when they run."""
    parser = commands.add_parser("assess", help="print the figures of files without a server")
    kinds = parser.add_subparsers(title="assessments", metavar="KIND", dest="kind", required=True)
    for name, (module, summary) in KINDS.items():
        if find_spec(module):
            kind = kinds.add_parser(name, help=summary, formatter_class=argparse.RawDescriptionHelpFormatter)
            import_module(module).add_arguments(kind)
