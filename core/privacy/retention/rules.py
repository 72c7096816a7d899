"""Which files of validations stay past their time: those that a decision, a question or a review still rests on.

A file may go once no run that one of these rests on has it among its inputs, that of a last approved version included:
an approval in force (also of the version that production would fall back to), a validation that is under way or not
yet decided on, a finding that is not closed. An open incident of the model and an audit under way whose period the
file was in use in keep every file of the model. Results, verdicts and digests stay in any case.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from core.inventory.rules import Stage

IN_FORCE = frozenset({Stage.APPROVED, Stage.IN_PRODUCTION})
UNDECIDED = frozenset({Stage.DRAFT, Stage.IN_VALIDATION, Stage.VALIDATED, Stage.IN_APPROVAL})


@dataclass(frozen=True)
class Hold:
    """One reason for which data stay: what kind of record it is, its number, and the reason in words."""

    kind: str
    number: str
    said: str


@dataclass(frozen=True)
class Resting:
    """A version that has to do with a file.

    `runs` are those that its decision rests on, the one concluded on and the newest finished, and that used the file;
    `pending` those that wait or are under way with it. `at_hand`: the file is its own, and no other replaced it.
    """

    version: str
    stage: Stage
    falls_back: bool = False  # superseded, and the one that production would return to
    at_hand: bool = False
    runs: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()


@dataclass(frozen=True)
class OpenFinding:
    """A finding that is not verified closed, with the run that it rests on."""

    number: str
    run: str


def evidence_holds(resting: Iterable[Resting], findings: Iterable[OpenFinding]) -> tuple[Hold, ...]:
    """Why a file of a validation stays; empty where nothing needs it."""
    found = [hold for one in resting for hold in _of_version(one)]
    for finding in findings:
        said = f"finding {finding.number} is open and rests on {finding.run}"
        found.append(Hold("finding", finding.number, said))
    return tuple(dict.fromkeys(found))


def _of_version(one: Resting) -> Iterable[Hold]:
    for run in one.pending:
        yield Hold("validation", run, f"validation {run} of {one.version} is under way")
    used = bool(one.at_hand or one.runs)
    rests = f" rests on {', '.join(one.runs)}" if one.runs else " rests on it"
    if used and one.stage in IN_FORCE:
        yield Hold("approval", one.version, f"{one.version} is {one.stage}: its approval{rests}")
    elif used and one.falls_back:
        yield Hold("approval", one.version, f"production would return to {one.version}: its approval{rests}")
    elif used and one.stage in UNDECIDED:
        yield Hold("validation", one.version, f"{one.version} is {one.stage}: its decision{rests}")
