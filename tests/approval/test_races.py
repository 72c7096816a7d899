"""Two people act at the same moment: one is too late, and nothing is decided on evidence that nobody saw."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from core.approval.facts import load_change
from core.approval.rules import ChangeStatus, Choice
from core.approval.service import execute_change, steps
from core.errors import Conflict, GovernanceError, Refused
from core.inventory.rules import Action, Stage
from core.inventory.tables import ModelVersion
from core.store import EvidenceFiles, Transaction
from core.validation.intake import hand_in
from core.validation.uploads import ColumnMapping
from tests.approval.conftest import Case, Opener
from tests.builders import NOON, new_evidence

ROUNDS = 60


def together(*acts: Callable[[], object]) -> list[object]:
    """Run these acts at the same moment; each gives its result or the error that refused it."""
    barrier, results = threading.Barrier(len(acts)), list[object]([None] * len(acts))

    def run(position: int) -> None:
        barrier.wait()
        try:
            results[position] = acts[position]()
        except (GovernanceError, KeyError) as error:  # KeyError: the cycle has no move from here
            results[position] = error

    threads = [threading.Thread(target=run, args=(position,)) for position in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def stale(case: Case) -> bool:
    """Whether the version is approved on evidence other than what the approver saw."""
    with case.store.reading() as session:
        record = load_change(session, case.change)
        if record.version.stage is not Stage.APPROVED:
            return record.change.status is ChangeStatus.APPROVED
        return record.change.approved_digest != record.version.evidence_digest or not record.standing


@pytest.mark.row("approval against new evidence x 60, both databases")
def test_sixty_races_of_approval_and_new_evidence_leave_no_stale_approval(opened: Opener) -> None:
    first = opened(tier=2)
    outcomes = set()

    for number in range(ROUNDS):
        case = first if number == 0 else opened(tier=2, cast=first.cast)
        case.answer_all(first.cast.approver)
        seen = case.row.evidence_digest
        approved, uploaded = together(
            lambda case=case, seen=seen: case.vote(first.cast.approver, seen=seen),
            lambda case=case: new_evidence(case.store, case.model, case.version, by=first.cast.developer),
        )
        assert not stale(case)
        assert isinstance(approved, GovernanceError) or isinstance(uploaded, Exception)
        outcomes.add(case.row.stage)

    assert outcomes <= {Stage.APPROVED, Stage.IN_VALIDATION}


def test_an_upload_of_a_real_file_races_an_approval_without_a_stale_one(opened: Opener, tmp_path: Path) -> None:
    table = tmp_path / "predictions.csv"
    table.write_text("label,prediction,group\n1,1,a\n0,1,b\n0,0,a\n1,0,b\n", encoding="utf-8")
    mapping = ColumnMapping(label="label", prediction="prediction", positive_label="1", sensitive=("group",))
    files = EvidenceFiles(tmp_path / "evidence")
    first = opened(tier=2)

    for number in range(5):
        case = first if number == 0 else opened(tier=2, cast=first.cast)
        case.answer_all(first.cast.approver)
        seen = case.row.evidence_digest
        approved, uploaded = together(
            lambda case=case, seen=seen: case.vote(first.cast.approver, seen=seen),
            lambda case=case: hand_in(
                case.store,
                case.ledger,
                files,
                model=case.model,
                version=case.version,
                source=table,
                filename="predictions.csv",
                mapping=mapping,
                declared={},
                actor=first.cast.developer,
                at=NOON,
            ),
        )
        assert not stale(case)
        assert isinstance(approved, GovernanceError) or isinstance(uploaded, GovernanceError)


def upload_in_between(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have new evidence arrive after the vote has read the version and before it writes."""
    write = steps.move

    def late(tx: Transaction, version: ModelVersion, action: Action) -> Stage:
        new_evidence(case.store, case.model, case.version, by=case.cast.developer)
        return write(tx, version, action)

    monkeypatch.setattr(steps, "move", late)


# SQLite has one writer at a time, so that nothing can come in between there
ON_POSTGRESQL = pytest.mark.parametrize("store", ["postgresql"], indirect=True)


@ON_POSTGRESQL
def test_evidence_that_arrives_while_a_vote_is_cast_makes_it_a_conflict(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = opened(tier=2)
    case.answer_all(case.cast.approver)
    upload_in_between(case, monkeypatch)

    with pytest.raises(Conflict):
        case.vote(case.cast.approver)

    assert (case.status, case.row.stage) == (ChangeStatus.IN_REVIEW, Stage.IN_VALIDATION)
    assert case.page(case.cast.auditor).votes == ()


@ON_POSTGRESQL
def test_without_compare_and_set_the_same_vote_approves_what_nobody_saw(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = opened(tier=2)
    case.answer_all(case.cast.approver)

    def careless(tx: Transaction, version: ModelVersion, _action: Action) -> Stage:
        new_evidence(case.store, case.model, case.version, by=case.cast.developer)
        version.stage = Stage.APPROVED
        tx.session.add(version)
        return version.stage

    monkeypatch.setattr(steps, "move", careless)
    case.vote(case.cast.approver)

    assert stale(case)


def test_of_two_votes_by_one_person_at_the_same_moment_one_counts(opened: Opener) -> None:
    case = opened(tier=1)
    case.answer_all(case.cast.approver)

    results = together(*[lambda: case.vote(case.cast.approver)] * 2)

    assert sorted(type(result).__name__ for result in results) == ["ChangeStatus", "Refused"]
    assert case.row.stage is Stage.IN_APPROVAL
    assert len(case.page(case.cast.auditor).votes) == 1


def test_two_last_votes_at_the_same_moment_do_not_miss_each_other(opened: Opener) -> None:
    first = opened(tier=1)
    for number in range(10):
        case = first if number == 0 else opened(tier=1, cast=first.cast)
        people = (first.cast.approver, first.cast.second_approver)
        for person in people:
            case.answer_all(person)

        together(*[lambda case=case, person=person: case.vote(person) for person in people])

        assert (case.status, case.row.stage) == (ChangeStatus.APPROVED, Stage.APPROVED)


def test_an_approval_and_a_rejection_at_the_same_moment_leave_one_decision(opened: Opener) -> None:
    case = opened(tier=2)
    case.answer_all(case.cast.approver)

    results = together(
        lambda: case.vote(case.cast.approver),
        lambda: case.vote(case.cast.second_approver, Choice.REJECT),
    )

    assert sum(isinstance(result, Refused) for result in results) == 1
    assert len(case.page(case.cast.auditor).votes) == 1


def execution(case: Case) -> Callable[[], object]:
    return lambda: execute_change(case.store, case.ledger, change=case.change, actor=case.cast.owner, at=NOON)


def test_a_change_is_executed_once(opened: Opener) -> None:
    case = opened(tier=2)
    case.approve(case.cast.approver)

    results = together(*[execution(case)] * 4)

    assert sum(isinstance(result, Refused) for result in results) == 3
    assert case.status is ChangeStatus.EXECUTED


def test_two_versions_of_a_model_executed_at_the_same_moment_leave_one_in_production(opened: Opener) -> None:
    first = opened(tier=2)
    second = opened(tier=2, cast=first.cast, model=first.model, version="1.1.0")
    for case in (first, second):
        case.approve(first.cast.approver)

    results = together(execution(first), execution(second))

    assert not [result for result in results if isinstance(result, Exception)]
    assert sorted(case.row.stage for case in (first, second)) == [Stage.IN_PRODUCTION, Stage.SUPERSEDED]
