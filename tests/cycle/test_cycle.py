"""The cycle at a glance: what is stored decides every checkpoint, and what is not kept never counts as met."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from core.cycle.queries import CycleFilter, CycleRow, cycle
from core.cycle.rules import CHECKPOINTS, Checkpoint, Facts, Monitored, State, Step, points_of, step_state
from core.improvement.incidents.declaring import NewIncident, declare_incident
from core.improvement.reviews.planning import NewReview, plan_review
from core.inventory.rules import Stage
from core.inventory.tables import Model, PackDecision
from core.ledger.service import Ledger
from core.links import RecordKind, Ref
from core.store import Store
from core.validation.rules import Severity
from tests.builders import NOON, Cast, a_cast, a_finding, a_model, a_version
from tests.register.conftest import DAY, WORDS, a_register

C = Checkpoint
EVERYTHING = Facts(
    has_version=True, packs_confirmed=True, next_review=NOON + timedelta(days=10), run="R0001", explained="R0001",
    validated="R0001", approved="CR0001", report="X0001", stressed="R0001", findings=1, incident_review="DOC0001",
    incidents=1,
)  # fmt: skip


def state_of(facts: Facts, checkpoint: Checkpoint) -> State:
    return next(point.state for point in points_of(facts, NOON) if point.checkpoint is checkpoint)


def test_every_checkpoint_of_every_step_is_judged_once_and_in_order() -> None:
    listed = [checkpoint for step in Step for checkpoint in CHECKPOINTS[step]]

    assert [point.checkpoint for point in points_of(Facts(), NOON)] == listed
    assert set(listed) == set(Checkpoint)


def test_nothing_on_record_meets_nothing() -> None:
    assert State.MET not in {point.state for point in points_of(Facts(), NOON)}


def test_alerts_and_drift_are_not_met_before_production_data_were_checked() -> None:
    without = [point.checkpoint for point in points_of(EVERYTHING, NOON) if point.state is State.NO_DATA]

    assert without == [C.ALERTS, C.DRIFT]


@pytest.mark.parametrize(
    ("changed", "checkpoint", "state"),
    [
        ({"has_version": False}, C.REGISTRATION, State.MISSING),
        ({"packs_confirmed": False}, C.ALIGNMENT, State.MISSING),
        ({"next_review": None}, C.ALIGNMENT, State.MISSING),
        ({"next_review": NOON - timedelta(days=1)}, C.ALIGNMENT, State.OVERDUE),
        ({"run": ""}, C.METRICS, State.MISSING),
        ({"required_lost": 2}, C.METRICS, State.MISSING),
        ({"explained": ""}, C.EXPLAINABILITY, State.MISSING),
        ({"validated": ""}, C.EXPLAINABILITY, State.MISSING),
        ({"approved": ""}, C.APPROVAL, State.MISSING),
        ({"open_change": "CR2", "change_due": NOON - timedelta(days=1)}, C.APPROVAL, State.OVERDUE),
        ({"open_change": "CR2", "change_due": NOON + timedelta(days=1)}, C.APPROVAL, State.MET),
        ({"report": ""}, C.REPORTS, State.MISSING),
        ({"monitored": Monitored.HEALTHY}, C.ALERTS, State.MET),
        ({"monitored": Monitored.BREACH}, C.ALERTS, State.MISSING),
        ({"monitored": Monitored.CHECK_FAILED}, C.ALERTS, State.MISSING),
        ({"monitored": Monitored.NO_DATA}, C.ALERTS, State.NO_DATA),
        ({"monitored": Monitored.TOO_LITTLE}, C.ALERTS, State.NO_DATA),
        ({"drift": Monitored.HEALTHY}, C.DRIFT, State.MET),
        ({"drift": Monitored.BREACH}, C.DRIFT, State.MISSING),
        ({"drift": Monitored.TOO_LITTLE}, C.DRIFT, State.NO_DATA),
        ({"stressed": ""}, C.STRESS, State.NO_DATA),
        ({"stress_test": "ST0001", "stress_passed": True, "stressed": ""}, C.STRESS, State.MET),
        ({"stress_test": "ST0001", "stress_passed": False}, C.STRESS, State.MISSING),
        ({"stress_test": "ST0001", "stressed": ""}, C.STRESS, State.NO_DATA),
        ({"findings": 0}, C.RESPONSE, State.NO_DATA),
        ({"findings": 0, "actions": 1, "open_actions": 1}, C.RESPONSE, State.MET),
        ({"action_due": NOON - timedelta(days=1)}, C.RESPONSE, State.OVERDUE),
        ({"incidents": 0}, C.ESCALATION, State.NO_DATA),
        ({"open_incidents": 1, "unled": "IN0001"}, C.ESCALATION, State.MISSING),
        ({"unreviewed": "IN0001"}, C.INCIDENTS, State.MISSING),
        ({"incident_review": "", "last_review": "RV0001"}, C.INCIDENTS, State.MET),
        ({"review": "RV0002", "next_review_held": NOON - timedelta(days=1)}, C.INCIDENTS, State.OVERDUE),
        ({"first_due": NOON - timedelta(days=1)}, C.RESPONSE, State.OVERDUE),
        ({"incident_review": ""}, C.INCIDENTS, State.NO_DATA),
    ],
)
def test_each_fact_decides_its_checkpoint_and_no_other(
    changed: dict[str, object], checkpoint: Checkpoint, state: State
) -> None:
    facts = replace(EVERYTHING, **changed)  # type: ignore[arg-type]

    assert state_of(facts, checkpoint) is state
    others = {one: state_of(EVERYTHING, one) for one in Checkpoint if one is not checkpoint}
    assert {one: state_of(facts, one) for one in others} == others


def test_the_most_urgent_checkpoint_stands_for_its_step() -> None:
    facts = replace(EVERYTHING, next_review=NOON - timedelta(days=1))

    assert step_state(points_of(facts, NOON), Step.MAP) is State.OVERDUE
    assert step_state(points_of(EVERYTHING, NOON), Step.MAP) is State.MET
    assert step_state(points_of(EVERYTHING, NOON), Step.MONITOR) is State.NO_DATA


# ---- against the store


@pytest.fixture
def cast(store: Store) -> Cast:
    return a_cast(store)


def listed(store: Store, narrowed: CycleFilter | None = None) -> list[CycleRow]:
    with store.reading() as session:
        return list(cycle(session, narrowed or CycleFilter(), at=NOON, limit=50, offset=0).page.rows)


def states(row: CycleRow) -> dict[Checkpoint, State]:
    return {point.checkpoint: point.state for point in row.points}


def test_a_model_in_production_and_a_draft_stand_where_their_records_say(store: Store, cast: Cast) -> None:
    running, _ = a_version(store, cast, stage=Stage.IN_PRODUCTION)
    draft, _ = a_version(store, cast)
    with store.transaction() as tx:
        for model in tx.session.exec(select(Model)).all():
            model.next_review = NOON + timedelta(days=30)
            tx.session.add(model)
            decision = PackDecision(
                model_id=model.id or 0, answers="", proposed="", confirmed="", reason="None applies.",
                confirmed_by=cast.owner.id, confirmed_at=NOON,
            )  # fmt: skip
            tx.session.add(decision)

    found = {row.number: states(row) for row in listed(store)}

    assert found[running][C.METRICS] is State.MET
    assert found[draft][C.METRICS] is State.MISSING
    assert found[draft][C.REGISTRATION] is found[draft][C.ALIGNMENT] is State.MET
    assert found[running][C.DRIFT] is State.NO_DATA


def test_filters_and_counts_agree_and_what_is_overdue_comes_first(store: Store, cast: Cast) -> None:
    a_model(store, cast, name="Quiet")
    model, version = a_version(store, cast, stage=Stage.VALIDATED)
    a_finding(store, model, version, at=NOON - timedelta(days=1))

    assert listed(store)[0].number == model
    overdue = listed(store, CycleFilter(checkpoint=C.RESPONSE, state=State.OVERDUE))
    assert [row.number for row in overdue] == [model]
    assert [row.name for row in listed(store, CycleFilter(text="quiet"))] == ["Quiet"]
    with store.reading() as session:
        counts = cycle(session, CycleFilter(), at=NOON, limit=1, offset=0).counts
    assert counts[Step.IMPROVE][State.OVERDUE] == 1
    assert all(sum(of_step.values()) == 2 for of_step in counts.values())


def test_the_last_step_says_what_of_incidents_actions_and_reviews_is_open(sqlite_store: Store, ledger: Ledger) -> None:
    world = a_register(sqlite_store, ledger)
    other = a_model(sqlite_store, world.cast)

    def improving(at: datetime = NOON) -> dict[str, list[tuple[State, str]]]:
        with sqlite_store.reading() as session:
            rows = cycle(session, CycleFilter(), at=at, limit=9, offset=0).page.rows
        return {row.number: [(one.state, one.open or one.cause) for one in row.of(Step.IMPROVE)] for row in rows}

    assert {state for state, _ in improving()[world.model]} == {State.NO_DATA}
    finding = world.raised()
    world.action(Ref(RecordKind.FINDING, finding))
    new = NewIncident(
        title="Refusals doubled", severity=Severity.HIGH, what=WORDS, model=world.model, versions=("1.0.0",)
    )
    incident = declare_incident(sqlite_store, ledger, new=new, actor=world.cast.developer, at=NOON).number
    meeting = NewReview("Every model", NOON + DAY, world.cast.owner.id)
    plan_review(sqlite_store, ledger, new=meeting, actor=world.cast.owner, at=NOON)

    assert improving()[world.model] == [
        (State.MET, "1 finding, 1 action open"),
        (State.MISSING, f"Nobody commands {incident}"),
        (State.NO_DATA, "No incident is on record"),
    ]
    assert improving(NOON + 2 * DAY)[other][2] == (State.OVERDUE, "Review RV0001 is overdue")
