"""`countersign check POLICY FILE…`: judges files by a policy on this machine, with an exit code to gate a build on."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.assess.reading import FAILED, INSUFFICIENT, PASSED, UNREADABLE, plain
from app.cli.handover import add_columns, said_of_columns

if TYPE_CHECKING:
    from core.errors import Unreadable
    from core.policy.rules import Policy
    from core.validation.local import Assessment

EPILOG = """POLICY is a policy as TOML, or the word default for the one an installation begins with. Each FILE is judged
on its own, by the same clauses as on a server; columns are named as for `submit`, and nothing leaves this machine.

Exit code: 0 all required checks pass, 1 a required check fails, 2 the policy or a file is unreadable or holds personal
data that would stop an upload, 3 evidence is insufficient for a required check. Of several files the gravest counts: 2,
then 1, then 3."""
CODES = {
    "pass": PASSED,
    "insufficient evidence": INSUFFICIENT,
    "fail": FAILED,
    "refused": UNREADABLE,
    "unreadable": UNREADABLE,
}
FURTHER = {
    "training": "training-data",
    "reference": "reference-data",
    "baseline": "baseline-predictions",
    "attributions": "attributions",
    "perturbed": "perturbed-predictions",
    "scenarios": "scenarios",
}


@dataclass(frozen=True)
class Checked:
    """What one file came to; without an assessment it could not be read."""

    file: str
    found: "Assessment | None"
    problems: tuple[str, ...] = ()
    refused: bool = False

    @property
    def outcome(self) -> str:
        """The worst verdict of the required checks, or that there is none."""
        from countersign_client.local import outcome_of

        return outcome_of(self.found) if self.found else "refused" if self.refused else "unreadable"


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "check",
        help="judge files by a policy, to gate a build",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("policy", metavar="POLICY", help="a policy as TOML, or default")
    parser.add_argument("files", metavar="FILE", type=Path, nargs="+", help="predictions: CSV or Parquet")
    add_columns(parser)
    more = parser.add_argument_group("further files", "Each lets further clauses be judged, of every FILE.")
    for name in FURTHER:
        more.add_argument(f"--{name}", metavar="FILE", type=Path)
    more.add_argument("--schema", metavar="FILE", type=Path, help="the declared columns, as JSON")
    parser.add_argument("--tier", type=int, choices=range(1, 5), help="leave out the clauses of other tiers")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Judge each file, say what came of it, and return the gravest outcome."""
    from core.errors import Unreadable
    from countersign_client.local import read_policy

    try:
        policy = read_policy(args.policy)
    except Unreadable as error:
        checked = [Checked(args.policy, None, _said(args.policy, error))]
        return _answer(args, None, checked)
    return _answer(args, policy, [_check(args, policy, file) for file in args.files])


def _check(args: argparse.Namespace, policy: "Policy", file: Path) -> Checked:
    from app.cli.progress import progress
    from core.errors import Refused, Unreadable
    from countersign_client.local import judge

    further = {kind: path for name, kind in FURTHER.items() if (path := getattr(args, name)) is not None}
    said = said_of_columns(args, scenario=True)
    try:
        with progress(plain(file.name)) as say:
            return Checked(
                str(file), judge(policy, file, said, further=further, schema=args.schema, tier=args.tier, say=say)
            )
    except Unreadable as error:
        return Checked(str(file), None, _said(str(file), error))
    except Refused as error:
        return Checked(str(file), None, _told(str(file), [one.message for one in error.refusals]), refused=True)


def _said(name: str, error: "Unreadable") -> tuple[str, ...]:
    """Every problem, on standard error as well; one of a further file begins with the name of that file."""
    own = f"{Path(name).name}: "
    return _told(name, [str(replace(one, reason=one.reason.removeprefix(own))) for one in error.problems])


def _told(name: str, problems: Sequence[str]) -> tuple[str, ...]:
    own = f"{Path(name).name}: "
    for problem in problems:
        print(plain(f"{name}: {problem.removeprefix(own)}"), file=sys.stderr)
    return tuple(problem.removeprefix(own) for problem in problems)


def _answer(args: argparse.Namespace, policy: "Policy | None", checked: Sequence[Checked]) -> int:
    gravest = max((one.outcome for one in checked), key=list(CODES).index)
    print(_as_json(policy, checked, gravest) if args.format == "json" else _as_text(policy, checked, gravest))
    return CODES[gravest]


def _as_text(policy: "Policy | None", checked: Sequence[Checked], gravest: str) -> str:
    from countersign_client.local import assessment_table

    parts = [
        assessment_table(policy, one.file, one.found) if policy and one.found else plain(f"{one.file}: {one.outcome}")
        for one in checked
    ]
    return "\n\n".join([*parts, *([f"{len(checked)} files: {gravest}"] if len(checked) > 1 else [])])


def _as_json(policy: "Policy | None", checked: Sequence[Checked], gravest: str) -> str:
    document = {
        "policy": {"name": policy.name, "version": policy.version} if policy else None,
        "files": [_file_as_json(one) for one in checked],
        "outcome": gravest,
        "exit": CODES[gravest],
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)


def _file_as_json(one: Checked) -> dict[str, object]:
    from countersign_client.local import checks_of

    passed_over = one.found.not_judged if one.found else ()
    return {
        "file": one.file,
        "outcome": one.outcome,
        "exit": CODES[one.outcome],
        "verdicts": checks_of(one.found) if one.found else [],
        "not_judged": [
            {
                "clause": clause.threshold.clause,
                "kind": clause.threshold.kind.value,
                "metric": clause.threshold.metric,
                "required": clause.threshold.required,
                "reason": clause.reason,
            }
            for clause in passed_over
        ],
        "personal_data": list(one.found.personal_data) if one.found else [],
        "problems": list(one.problems),
    }
