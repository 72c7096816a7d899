"""`countersign policy check FILE` and `countersign policy diff A B`: a policy beside the code, checked in a build."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.errors import Unreadable
    from core.policy.rules import Policy

OK, DIFFERENT, UNREADABLE = 0, 1, 2
EPILOG = """A policy is a TOML file, or the word default for the one an installation begins with.

Exit code of check: 0 the file is a policy, 2 it is not; each line that is wrong is named on standard error.
Exit code of diff: 0 both say the same, 1 they differ, 2 a file is unreadable."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "policy",
        help="check a policy, or compare two",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    acts = parser.add_subparsers(title="acts", metavar="ACT", dest="act", required=True)
    check = acts.add_parser("check", help="whether a file is a policy, with the line of every problem")
    check.add_argument("file", metavar="FILE")
    diff = acts.add_parser("diff", help="what the second policy says differently, clause by clause")
    diff.add_argument("first", metavar="A")
    diff.add_argument("second", metavar="B")
    diff.add_argument("--text", action="store_true", help="the lines that differ, instead of clauses")
    for one in (check, diff):
        one.add_argument("--format", choices=("table", "json"), default="table")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check or compare."""
    return _check(args) if args.act == "check" else _diff(args)


def _check(args: argparse.Namespace) -> int:
    policy, problems = _read(args.file)
    if args.format == "json":
        named = {"name": policy.name, "version": policy.version} if policy else None
        code = OK if policy else UNREADABLE
        print(json.dumps({"policy": named, "problems": problems, "exit": code}, indent=2, ensure_ascii=False))
    elif policy:
        clauses = len(policy.thresholds) + len(policy.paths) + len(policy.required_evidence)
        print(f"{args.file}: {policy.name} {policy.version}, {clauses} clauses, {len(policy.items)} checklist items")
    return OK if policy else UNREADABLE


def _diff(args: argparse.Namespace) -> int:
    from core.policy.diffing import differences, text_difference

    (first, _), (second, _) = _read(args.first), _read(args.second)
    if first is None or second is None:
        return UNREADABLE
    if args.text:
        lines = text_difference(_text(args.first), _text(args.second), names=(args.first, args.second))
        print(lines, end="\n" if lines else "")
        return DIFFERENT if lines else OK
    found = differences(first, second)
    if args.format == "json":
        print(json.dumps([vars(one) for one in found], indent=2, ensure_ascii=False))
    else:
        for one in found:
            print(f"{one.change}: {one}")
    return DIFFERENT if found else OK


def _read(named: str) -> "tuple[Policy | None, list[dict[str, object]]]":
    """The policy, or what is wrong with it, which is said on standard error too."""
    from core.errors import Unreadable
    from core.policy.parse import parse_policy

    try:
        return parse_policy(_text(named)), []
    except Unreadable as error:
        _say(named, error)
        return None, [vars(one) for one in error.problems]


def _text(named: str) -> str:
    from core.errors import Problem, Unreadable
    from core.policy.service import default_policy_text

    if named == "default":
        return default_policy_text()
    try:
        return Path(named).read_bytes().decode()
    except OSError as error:
        raise Unreadable([Problem(error.strerror or "cannot be read")]) from error
    except UnicodeDecodeError as error:
        raise Unreadable([Problem("is not UTF-8")]) from error


def _say(named: str, error: "Unreadable") -> None:
    from app.cli.assess.reading import plain

    for one in error.problems:
        place = f":{one.line}" if one.line else ""
        expected = f", expected {one.expected}" if one.expected else ""
        found = f", found {one.found}" if one.found else ""
        print(plain(f"{named}{place}: {one.reason}{found}{expected}"), file=sys.stderr)
