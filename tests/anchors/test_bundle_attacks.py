"""Every attack on a bundle is caught by the step that the table names, by verify.py and by an independent verifier."""

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from core.ledger.offline import Bundle, NotABundle, run_steps, verify
from tests.anchors.bundle_attacks import ATTACKS, LEDGER, Attack, Subject
from tests.anchors.subject import the_subject
from tests.ledger.ledger_bundles import an_authority

VERIFIER = Path(__file__).resolve().parents[1] / "ledger" / "independent" / "verify.mjs"
SAMPLE = 400
needs_node = pytest.mark.skipif(
    shutil.which("node") is None, reason="Node is not installed: the independent verifier DID NOT RUN"
)


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, stamper: Path) -> Subject:
    return the_subject(sqlite_template, tmp_path_factory.mktemp("subject"), stamper, an_authority())


@pytest.fixture(scope="module")
def bundles(subject: Subject, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every tampered bundle as a file, and the whole one."""
    folder, found = tmp_path_factory.mktemp("bundles"), {}
    for number, attack in enumerate(ATTACKS):
        found[attack.name] = folder / f"{number}.zip"
        found[attack.name].write_bytes(attack.make(subject))
    found["whole"] = folder / "whole.zip"
    found["whole"].write_bytes(subject.whole)
    (folder / "state").write_text(subject.pinned["state"])
    return found


def pinned(subject: Subject, attack: Attack | None) -> dict[str, str]:
    """What the auditor pins: the first key, or the newer one where only that was ever seen; and the authority."""
    of_ledger = attack is not None and attack.holds == LEDGER
    options = {"key": subject.pinned["newer key" if of_ledger else "key"], "ca": subject.pinned["ca"]}
    if attack is None or attack.step != "state":
        options["witness"] = subject.pinned["rival witness" if of_ledger else "witness"]
    return options


def failing(subject: Subject, data: bytes, attack: Attack | None, folder: Path) -> set[str]:
    options = pinned(subject, attack)
    state = None
    if attack is None or attack.step == "state":
        state = folder / "state"
        state.write_text(subject.pinned["state"])
    try:
        steps = verify(
            data, key=options["key"], ca=options["ca"], state=state,
            witnesses=[options["witness"]] if "witness" in options else [],
        )  # fmt: skip
    except NotABundle:
        return {"unreadable"}
    return {step.name for step in steps if not step.passed}


def test_the_whole_bundle_verifies(subject: Subject, tmp_path: Path) -> None:
    assert failing(subject, subject.whole, None, tmp_path) == set()


def test_there_are_at_least_forty_five_attacks_and_each_has_a_name() -> None:
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 45


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_caught_by_the_step_that_the_table_names(
    subject: Subject, bundles: dict[str, Path], attack: Attack, tmp_path: Path
) -> None:
    assert attack.step in failing(subject, bundles[attack.name].read_bytes(), attack, tmp_path)


@needs_node
def test_an_independent_verifier_in_another_language_agrees_on_each(subject: Subject, bundles: dict[str, Path]) -> None:
    asked = [("whole", None), *((attack.name, attack) for attack in ATTACKS)]
    lines = []
    for name, attack in asked:
        arguments = [word for option, value in pinned(subject, attack).items() for word in (f"--{option}", value)]
        if attack is None or attack.step == "state":
            arguments += ["--state", str(bundles["whole"].with_name("state"))]
        lines.append(json.dumps({"bundle": str(bundles[name]), "args": arguments}))
    told = subprocess.run(
        ["node", VERIFIER, "--many"], input="\n".join(lines), capture_output=True, text=True, check=True
    ).stdout.splitlines()

    missed = []
    for (name, attack), line in zip(asked, told, strict=True):
        answer = json.loads(line)
        steps = {step["name"]: step["detail"] for step in answer["steps"] if not step["passed"]}
        caught = attack is None or attack.step in steps or (attack.step == "unreadable" and "error" in answer)
        if answer["passed"] is not (attack is None) or not caught:
            missed.append((name, steps))
    assert missed == []


def holds(subject: Subject, data: bytes) -> bool:
    """Whether every step holds; stops at the first that does not."""
    try:
        pins = (subject.pinned["key"], None, subject.pinned["ca"], (subject.pinned["witness"],))
        return all(step.passed for step in run_steps(Bundle(data, *pins)))
    except NotABundle:
        return False


def test_a_flipped_byte_of_the_bundle_is_never_accepted(subject: Subject) -> None:
    """A seeded sample; benchmarks/byte_flips.py flips every byte of a bundle of 1,000 entries."""
    data, dice = subject.whole, random.Random(20261126)

    accepted = [
        at
        for at in dice.sample(range(len(data)), SAMPLE)
        if holds(subject, data[:at] + bytes([data[at] ^ (1 << dice.randrange(8))]) + data[at + 1 :])
    ]

    assert accepted == []
    assert holds(subject, data)
