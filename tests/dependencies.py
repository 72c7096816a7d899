"""Audits what ships: known weaknesses of every package of requirements.txt, and under which licence each comes.

Run: `make audit`, which asks the advisory service of pip-audit, or `python -m tests.dependencies --advisories FOLDER`
for a machine without a network, where FOLDER holds advisories in the OSV form (one JSON file each). The audit fails
when there is a weakness, and also when it could not ask, asked about nothing, or left a package out.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = ROOT / "requirements.txt"
PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
COPYLEFT = re.compile(r"(?<![A-Za-z])(?:A?GPL|GNU (?:Affero )?General Public)", re.IGNORECASE)
CLASS = re.compile(r"License ::")


class AuditFailed(Exception):
    """The audit says nothing about what ships, or says that something is wrong; the words say which."""


@dataclass(frozen=True)
class Weakness:
    """A known weakness of a package in the version that ships."""

    package: str
    version: str
    advisory: str

    def __str__(self) -> str:
        return f"{self.package} {self.version}: {self.advisory}"


def pinned(text: str) -> dict[str, str]:
    """Version by package of a file of requirements; raises `AuditFailed` where it pins nothing."""
    found = {canonicalize_name(name): version for name, version in PINNED.findall(text)}
    if not found:
        raise AuditFailed("The file of requirements pins nothing, so there is nothing to audit.")
    return {str(name): version for name, version in found.items()}


def asked(requirements: Path, osv: str = "") -> str:
    """What pip-audit says as JSON about the file, whose hashes it holds against; raises `AuditFailed`."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "audit.json"
        command = [
            sys.executable, "-m", "pip_audit", "--requirement", str(requirements), "--require-hashes", "--disable-pip",
            "--strict", "--progress-spinner", "off", "--format", "json", "--output", str(out),
            *(("--vulnerability-service", "osv", "--osv-url", osv) if osv else ()),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not out.exists():
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise AuditFailed(f"The service that knows weaknesses could not be asked, so nothing was audited: {last}")
        return out.read_text(encoding="utf-8")


def judged(answer: str, shipped: Mapping[str, str]) -> list[Weakness]:
    """The weaknesses in pip-audit's answer; raises `AuditFailed` where it left anything out that ships."""
    rows = json.loads(answer).get("dependencies", [])
    skipped = [f"{row['name']} ({row['skip_reason']})" for row in rows if "skip_reason" in row]
    if skipped:
        raise AuditFailed(f"Not audited: {', '.join(skipped)}.")
    looked_at = {str(canonicalize_name(row["name"])): row["version"] for row in rows}
    left = sorted(name for name, version in shipped.items() if looked_at.get(name) != version and _ours(name))
    if not looked_at or left:
        raise AuditFailed(f"{len(looked_at)} packages were audited; left out: {', '.join(left) or 'all'}.")
    return [Weakness(row["name"], row["version"], one["id"]) for row in rows for one in row["vulns"]]


def known(folder: Path, shipped: Mapping[str, str]) -> list[Weakness]:
    """The weaknesses that advisories in a folder name; raises `AuditFailed` where there are none to hold against."""
    advisories = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("**/*.json"))]
    ours = [one for one in advisories if any(_of_pypi(part) for part in one.get("affected", []))]
    if not ours:
        raise AuditFailed(f"{folder} holds no advisory about a Python package, so nothing was audited.")
    return [
        Weakness(name, version, one["id"])
        for one in ours
        for part in one["affected"]
        if _of_pypi(part) and (name := str(canonicalize_name(part["package"]["name"]))) in shipped
        and _hits(part, version := shipped[name])
    ]  # fmt: skip


def _of_pypi(part: Mapping[str, Mapping[str, str]]) -> bool:
    return part.get("package", {}).get("ecosystem") == "PyPI"


def _hits(part: Mapping[str, object], version: str) -> bool:
    """Whether the version is listed, or lies in a range from `introduced` to before `fixed` or to `last_affected`."""
    listed, ranges = part.get("versions", []), part.get("ranges", [])
    if isinstance(listed, list) and version in listed:
        return True
    return isinstance(ranges, list) and any(
        _within(one["events"], Version(version)) for one in ranges if one.get("type") == "ECOSYSTEM"
    )


def _within(events: Sequence[Mapping[str, str]], version: Version) -> bool:
    inside = False
    for event in events:
        try:
            if "introduced" in event and (event["introduced"] == "0" or version >= Version(event["introduced"])):
                inside = True
            if "fixed" in event and version >= Version(event["fixed"]):
                inside = False
            if "last_affected" in event and version > Version(event["last_affected"]):
                inside = False
        except InvalidVersion:
            return True  # what cannot be compared is looked at by a person
    return inside


def licences(shipped: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Package and licence of what ships and is installed here, as the package says it."""
    for name in shipped:
        try:
            said = distribution(name).metadata
        except PackageNotFoundError:
            continue  # for another system
        classes = [one.rpartition(" :: ")[2] for one in said.get_all("Classifier", []) if CLASS.match(one)]
        (expression, words) = ("".join(said.get_all(field, [])[:1]) for field in ("License-Expression", "License"))
        yield name, expression or "; ".join(classes) or words.partition("\n")[0]


def refused_licences(found: Sequence[tuple[str, str]]) -> list[str]:
    """Packages whose licence is not said, or would bind the whole (GPL, AGPL; the LGPL binds the library alone)."""
    return [f"{name}: {licence or 'no licence is said'}" for name, licence in found if _binds(licence)]


def _binds(licence: str) -> bool:
    if not licence:
        return True
    return all(COPYLEFT.search(choice) for choice in re.split(r"\bOR\b", licence))


def _ours(name: str) -> bool:
    """Whether this package is meant for this system; pip-audit leaves the others out, by their markers."""
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def main(arguments: Sequence[str] | None = None) -> int:
    """Audit; 0 where nothing is wrong and everything was looked at."""
    parser = argparse.ArgumentParser(prog="python -m tests.dependencies", description=__doc__.splitlines()[0])
    parser.add_argument("--advisories", type=Path, metavar="FOLDER", help="advisories in the OSV form, without network")
    parser.add_argument("--osv", default="", metavar="URL", help="an OSV service of one's own to ask instead")
    args = parser.parse_args(arguments)
    try:
        shipped = pinned(REQUIREMENTS.read_text(encoding="utf-8"))
        found = known(args.advisories, shipped) if args.advisories else judged(asked(REQUIREMENTS, args.osv), shipped)
        binding = refused_licences(list(licences(shipped)))
    except AuditFailed as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for one in (*found, *binding):
        sys.stderr.write(f"{one}\n")
    sys.stdout.write(f"{len(shipped)} packages: {len(found)} weaknesses, {len(binding)} licences that do not do.\n")
    return 1 if found or binding else 0


if __name__ == "__main__":
    sys.exit(main())
