"""Policy exceptions: asked for one failed clause, in force by approval, ending by themselves, lifting nothing else."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from core.access.rules import Actor
from core.approval.queries import ExceptionState, against_kinds, exception_counts, exceptions, failed_clause_rows
from core.approval.rules import ChangeStatus
from core.approval.service import NewException, end_exception
from core.errors import Refused
from core.inventory.moves import load_version
from core.inventory.rules import Action, Stage
from core.inventory.tables import Dataset
from core.ledger.service import Ledger
from core.metrics.verdicts import Verdict
from core.policy.rules import ChangeKind
from core.policy.service import default_policy_text
from core.store import Store
from core.validation.evidence import blocking_findings, lifted_findings, validation_facts
from core.validation.rules import refusals
from core.validation.tables import CheckResult, Finding, Run
from tests.approval.conftest import Case, asks, codes
from tests.builders import NOON, REASON, Cast, a_cast, a_check, a_finding, a_policy, a_version, finish_run, new_evidence

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)  # the queries here are the same on both
CONTROLS = "A person reviews every refusal before it is sent."
CLAUSE = "4.2"
IN_60_DAYS = NOON + timedelta(days=60)


def failing(value: float = 0.72) -> CheckResult:
    return a_check(
        kind="fairness", metric="impact_ratio", subject="sex: Female", value=value, threshold=0.8,
        direction="at least", required=True, verdict=Verdict.FAIL, clause=CLAUSE,
    )  # fmt: skip


def a_failing_version(store: Store, cast: Cast) -> tuple[str, str]:
    """In validation, with one required check failed and its finding open."""
    model, version = a_version(store, cast, tier=2, stage=Stage.IN_VALIDATION)
    run_again(store, cast, model, version, failing())
    finding(store, model, version, "impact_ratio sex: Female")
    return model, version


def run_again(store: Store, cast: Cast, model: str, version: str, *checks: CheckResult) -> None:
    new_evidence(store, model, version, by=cast.developer)
    finish_run(store, model, version, by=cast.developer, checks=checks)


def finding(store: Store, model: str, version: str, key: str) -> str:
    number = a_finding(store, model, version)
    with store.transaction() as tx:
        row = tx.session.exec(select(Finding).where(Finding.number == number)).one()
        row.check_key = key
        tx.session.add(row)
    return number


def new(ends_at: datetime = IN_60_DAYS, **more: object) -> NewException:
    return NewException(CLAUSE, CONTROLS, ends_at)._replace(**more)  # type: ignore[arg-type]


def granted(
    store: Store, ledger: Ledger, cast: Cast, model: str, version: str, asked: NewException | None = None
) -> Case:
    number = asks(store, ledger, cast, model, version, ChangeKind.POLICY_EXCEPTION, exception=asked or new())
    case = Case(store, ledger, cast, number, model, version)
    case.approve(cast.approver)
    return case


def blocking(case: Case, at: datetime = NOON) -> tuple[str, ...]:
    with case.store.reading() as session:
        return blocking_findings(session, load_version(session, case.model, case.version)[1], at=at)


def test_an_exception_takes_effect_with_its_approval_and_moves_no_stage(store: Store, ledger: Ledger) -> None:
    cast = a_cast(store)
    model, version = a_failing_version(store, cast)

    case = granted(store, ledger, cast, model, version)

    assert (case.status, case.row.stage) == (ChangeStatus.APPROVED, Stage.IN_VALIDATION)
    assert blocking(case) == ()
    with pytest.raises(Refused) as refused:
        case.execute()
    assert "in-force" in codes(refused)


def test_before_its_approval_it_lifts_nothing(store: Store, ledger: Ledger) -> None:
    cast = a_cast(store)
    model, version = a_failing_version(store, cast)
    number = asks(store, ledger, cast, model, version, ChangeKind.POLICY_EXCEPTION, exception=new())

    assert len(blocking(Case(store, ledger, cast, number, model, version))) == 1


def test_it_ends_by_itself_at_its_moment(store: Store, ledger: Ledger) -> None:
    cast = a_cast(store)
    case = granted(store, ledger, cast, *a_failing_version(store, cast))

    assert blocking(case, IN_60_DAYS - timedelta(microseconds=1)) == ()
    assert len(blocking(case, IN_60_DAYS)) == 1


def test_it_lifts_its_own_clause_and_no_other(store: Store, ledger: Ledger) -> None:
    cast = a_cast(store)
    model, version = a_failing_version(store, cast)
    other, by_hand = finding(store, model, version, "balanced_accuracy"), a_finding(store, model, version)

    case = granted(store, ledger, cast, model, version)

    assert set(blocking(case)) == {other, by_hand}


@pytest.mark.parametrize(("value", "lifted"), [(0.75, True), (0.72, True), (0.71, False)])
def test_it_covers_nothing_worse_than_what_was_reviewed(
    store: Store, ledger: Ledger, value: float, lifted: bool
) -> None:
    cast = a_cast(store)
    model, version = a_failing_version(store, cast)
    case = granted(store, ledger, cast, model, version)

    run_again(store, cast, model, version, failing(value))

    assert (blocking(case) == ()) is lifted


@pytest.mark.parametrize(("whole_model", "lifted"), [(True, True), (False, False)])
def test_it_covers_another_version_only_where_it_was_asked_for_the_model(
    store: Store, ledger: Ledger, whole_model: bool, lifted: bool
) -> None:
    cast = a_cast(store)
    model, version = a_failing_version(store, cast)
    case = granted(store, ledger, cast, model, version, new(whole_model=whole_model))
    a_version(store, cast, model=model, version="1.1.0", stage=Stage.IN_VALIDATION)
    run_again(store, cast, model, "1.1.0", failing(0.78))
    finding(store, model, "1.1.0", "impact_ratio sex: Female")

    with store.reading() as session:
        found = lifted_findings(session, load_version(session, model, "1.1.0")[1], at=NOON)

    assert bool(found) is lifted
    assert case.status is ChangeStatus.APPROVED


def test_the_validation_may_be_concluded_under_it_only_at_a_moment_at_which_it_stands(
    store: Store, ledger: Ledger
) -> None:
    cast = a_cast(store)
    case = granted(store, ledger, cast, *a_failing_version(store, cast))

    with store.reading() as session:
        row = load_version(session, case.model, case.version)[1]
        assert validation_facts(session, row, at=NOON).blocking_findings == ()
        assert len(validation_facts(session, row, at=IN_60_DAYS).blocking_findings) == 1
        assert len(validation_facts(session, row).blocking_findings) == 1


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (new(NOON), "ended"),
        (new(NOON + timedelta(days=181)), "too-long"),
        (new(controls="none"), "reason"),
        (new(clause="3.1"), "clause-met"),
    ],
    ids=["ends at once", "too long", "no controls", "a clause that is met"],
)
def test_an_exception_that_nobody_could_weigh_is_refused(
    store: Store, ledger: Ledger, asked: NewException, code: str
) -> None:
    cast = a_cast(store)
    model, version = a_failing_version(store, cast)

    with pytest.raises(Refused) as refused:
        asks(store, ledger, cast, model, version, ChangeKind.POLICY_EXCEPTION, exception=asked)

    assert codes(refused) == {code}


def test_an_exception_is_not_approved_after_it_would_have_ended(store: Store, ledger: Ledger) -> None:
    cast = a_cast(store)
    model, version = a_failing_version(store, cast)
    number = asks(store, ledger, cast, model, version, ChangeKind.POLICY_EXCEPTION, exception=new())

    page = Case(store, ledger, cast, number, model, version).page(cast.approver, at=IN_60_DAYS)

    assert "over" in {one.code for one in page.refusals[Action.VOTE_APPROVE]}


def test_an_extension_is_reviewed_anew(store: Store, ledger: Ledger) -> None:
    cast = a_cast(store)
    model, version = a_failing_version(store, cast)
    first = granted(store, ledger, cast, model, version)
    former = first.page(cast.auditor).exception
    assert former is not None

    number = asks(
        store, ledger, cast, model, version, ChangeKind.POLICY_EXCEPTION,
        exception=new(NOON + timedelta(days=120), extends=former.number),
    )  # fmt: skip
    case = Case(store, ledger, cast, number, model, version)

    assert len(blocking(case, IN_60_DAYS)) == 1
    case.approve(cast.approver)
    assert blocking(case, IN_60_DAYS) == ()


REQUIRING = """
[[required_evidence]]
clause = "9.1"
evidence = "attributions"

[[required_dataset]]
clause = "9.2"
dataset = "training"
states = ["licence", "digest"]
"""


def judged_by_what_requires(store: Store, cast: Cast) -> tuple[str, str]:
    """A version in validation whose run was judged by a policy that requires what is not there."""
    model, version = a_version(store, cast, tier=2, stage=Stage.IN_VALIDATION)
    run_again(store, cast, model, version)
    policy = a_policy(store, default_policy_text() + REQUIRING)
    with store.transaction() as tx:
        for run in tx.session.exec(select(Run)).all():
            run.policy_version_id = policy.id
            tx.session.add(run)
    return model, version


def lacking(case: Case, at: datetime = NOON) -> dict[str, str]:
    """What is lacking by clause, with the exception that lifts it."""
    with case.store.reading() as session:
        row = load_version(session, case.model, case.version)[1]
        return {one.clause: one.lifted_by for one in validation_facts(session, row, at=at).missing_clauses}


def test_an_exception_lifts_required_evidence_that_is_missing_for_its_time_and_names_itself(
    store: Store, ledger: Ledger
) -> None:
    cast = a_cast(store)
    model, version = judged_by_what_requires(store, cast)
    with store.reading() as session:
        rows = failed_clause_rows(session, load_version(session, model, version)[1])
    assert {row.clause: row.lacking for row in rows}["9.1"] == ("attributions",)

    case = granted(store, ledger, cast, model, version, new(clause="9.1"))

    asked = case.page(cast.auditor).exception
    assert asked is not None
    assert (asked.lacking, asked.figure) == (("attributions",), None)
    assert lacking(case)["9.1"] == asked.number
    assert lacking(case)["9.2"] == ""
    assert lacking(case, IN_60_DAYS)["9.1"] == ""
    with store.reading() as session:
        facts = validation_facts(session, load_version(session, model, version)[1], at=NOON)
    refused = [one for one in refusals(facts, Action.CONCLUDE_VALIDATED, cast.validator) if "evidence" in one.code]
    assert [one.clause for one in refused] == ["clause 9.2"]
    assert "a policy exception from clause 9.2" in refused[0].way_out


def test_an_exception_from_a_dataset_s_record_covers_no_more_than_was_lacking_then(
    store: Store, ledger: Ledger
) -> None:
    cast = a_cast(store)
    model, version = judged_by_what_requires(store, cast)
    state(store, model, version, licence="CC BY 4.0")
    case = granted(store, ledger, cast, model, version, new(clause="9.2"))
    number = lacking(case)["9.2"]
    assert number

    state(store, model, version, licence="")

    assert lacking(case)["9.2"] == ""
    with store.reading() as session:
        facts = validation_facts(session, load_version(session, model, version)[1], at=NOON)
    assert f"which exception {number} does not cover" in next(
        one.what for one in facts.missing_clauses if one.clause == "9.2"
    )


def state(store: Store, model: str, version: str, **values: str) -> None:
    """What the record of the training dataset says."""
    with store.transaction() as tx:
        row = tx.session.get(Dataset, load_version(tx.session, model, version)[1].training_dataset_id)
        assert row is not None
        for name, value in values.items():
            setattr(row, name, value)
        tx.session.add(row)


def end(case: Case, by: Actor) -> None:
    number = case.page(case.cast.auditor).exception
    assert number is not None
    end_exception(case.store, case.ledger, exception=number.number, reason=REASON, actor=by, at=NOON)


def test_it_may_be_ended_before_its_time_by_those_it_belongs_to(store: Store, ledger: Ledger) -> None:
    cast = a_cast(store)
    case = granted(store, ledger, cast, *a_failing_version(store, cast))

    with pytest.raises(Refused) as refused:
        end(case, cast.approver)
    assert codes(refused) == {"permission", "not-yours"}
    end(case, cast.owner)

    assert len(blocking(case)) == 1
    with pytest.raises(Refused) as refused:
        end(case, cast.owner)
    assert codes(refused) == {"not-standing"}


def test_the_register_says_how_each_stands(store: Store, ledger: Ledger) -> None:
    cast = a_cast(store)
    granted(store, ledger, cast, *a_failing_version(store, cast))

    def states(at: datetime) -> list[ExceptionState]:
        with store.reading() as session:
            counts = exception_counts(session, at=at)
            found = [row.state for row in exceptions(session, at=at).rows]
        assert counts[found[0]] == 1
        assert sum(counts.values()) == 1
        return found

    assert states(NOON) == [ExceptionState.STANDING]
    assert states(IN_60_DAYS - timedelta(days=30)) == [ExceptionState.EXPIRING]
    assert states(IN_60_DAYS) == [ExceptionState.EXPIRED]


def test_an_exception_can_be_asked_for_where_a_clause_fails(store: Store, ledger: Ledger) -> None:
    cast = a_cast(store)
    model, version = a_failing_version(store, cast)

    with store.reading() as session:
        (row,) = failed_clause_rows(session, load_version(session, model, version)[1])
        kinds = against_kinds(session, model, version, cast.developer)

    assert (row.clause, row.figure, row.exceptions) == (CLAUSE, 0.72, ())
    assert kinds[ChangeKind.POLICY_EXCEPTION] == ()
