"""Simulates a draft in the background, from stored figures, and keeps what it would change with the text's digest."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func as sql
from sqlalchemy import insert
from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import SYSTEM, Actor
from core.approval.simulation.demands import (
    demands,
    lacking,
    open_changes,
    overdue_findings,
    overdue_reviews,
    productions,
)
from core.approval.simulation.tables import SimulatedVersion
from core.approval.simulation.values import CHANGES, SUMMARY, UNKNOWN, Summary
from core.approval.simulation.verdicts import AT_ONCE, Compared, Tally, compared, moves_of, newest_runs
from core.errors import GovernanceError, NotFound, Refused
from core.inventory.tables import ModelVersion
from core.jobs.service import enqueue
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.metrics.verdicts import Verdict
from core.policy.draft_facts import draft_facts, load_draft, pending_simulation
from core.policy.exceptions import AllStanding, all_standing
from core.policy.life import SimulationStatus, simulate_refusals
from core.policy.parse import parse_policy
from core.policy.service import policy_by_id, policy_in_force
from core.policy.tables import PolicySimulation
from core.store import Store
from core.store.numbers import next_number
from core.validation.figures import keep_earlier_figures, runs_without_figures

SIMULATION_JOB = "simulation"
EARLIER_AT_ONCE = 50
PENDING = frozenset({SimulationStatus.QUEUED, SimulationStatus.RUNNING})


@dataclass(frozen=True)
class Requested:
    """A simulation's number, and the ledger entry that says it was asked for."""

    simulation: str
    entry: int


class Stopped(GovernanceError):
    """Another worker has the simulation."""


def request_simulation(store: Store, ledger: Ledger, *, draft: str, actor: Actor, at: datetime) -> Requested:
    """Queue a simulation of the draft's text as it is now."""
    with deciding(store, ledger, "simulate the draft", entity=Entity("draft", draft), actor=actor, at=at) as tx:
        row = load_draft(tx.session, draft, to_decide=True)
        stands = simulate_refusals(draft_facts(tx.session, row, at=at), pending_simulation(tx.session, row), actor)
        if stands:
            raise Refused(stands)
        simulation = PolicySimulation(
            number=next_number(tx.session, "SM"),
            draft_id=row.id or 0,
            body=row.body,
            digest=row.digest,
            against_id=policy_in_force(tx.session, at=at).id,
            requested_by=actor.id,
            requested_at=at,
        )
        tx.session.add(simulation)
        enqueue(tx, SIMULATION_JOB, simulation.number, at=at)
        payload: dict[str, JsonValue] = {"simulation": simulation.number, "digest": row.digest}
        entry = ledger.record(
            tx, Event.POLICY_SIMULATION_REQUESTED, entity=Entity("draft", draft), actor=actor, at=at, payload=payload
        )
        return Requested(simulation.number, entry.index)


def perform_simulation(
    store: Store,
    ledger: Ledger,
    *,
    simulation: str,
    clock: Callable[[], datetime],
    alive: Callable[[], bool] = lambda: True,
) -> None:
    """Hold the text against everything stored and keep what it would change, all or nothing."""
    began = time.perf_counter()
    with store.reading() as session:
        row = load_simulation(session, simulation)
    if row.status not in PENDING:
        return
    say = _Progress(store, simulation, alive)
    try:
        _keep_earlier_figures(store, say)
        with store.reading() as session:
            at = clock()
            standing = all_standing(session, at=at)
            found, tally = _verdicts(session, row, say, standing, at)
            summary = _summary(session, row, tally, found, standing, at=at, began=began)
        _keep(store, ledger, simulation, summary, found, at=clock())
    except Stopped:
        return


def fail_simulation(store: Store, *, simulation: str, error: str) -> None:
    """Say why a simulation came to nothing; one that has ended stays as it is."""
    with store.transaction() as tx:
        row = load_simulation(tx.session, simulation)
        if row.status in PENDING:
            row.status, row.error = SimulationStatus.FAILED, error[:1000]
            tx.session.add(row)


def load_simulation(session: Session, number: str) -> PolicySimulation:
    """The simulation with this number; raises `NotFound`."""
    row = session.exec(select(PolicySimulation).where(PolicySimulation.number == number)).first()
    if row is None:
        raise NotFound("simulation", number)
    return row


class _Progress:
    """Says how far it is to whoever watches, and stops when another worker took over."""

    def __init__(self, store: Store, number: str, alive: Callable[[], bool]) -> None:
        self._store, self._number, self._alive = store, number, alive

    def __call__(self, step: str, done: int, total: int) -> None:
        if not self._alive():
            raise Stopped(step)
        with self._store.transaction() as tx:
            row = load_simulation(tx.session, self._number)
            if row.status not in PENDING:
                raise Stopped(step)
            row.status, row.step, row.steps_done, row.steps_total = SimulationStatus.RUNNING, step, done, total
            tx.session.add(row)


def _keep_earlier_figures(store: Store, say: _Progress) -> None:
    """Once, for results from before figures were kept apart: they are read, nothing is computed."""
    done = 0
    while True:
        with store.transaction() as tx:
            runs = runs_without_figures(tx.session, limit=EARLIER_AT_ONCE)
            keep_earlier_figures(tx, runs)
        if not runs:
            return
        done += len(runs)
        say(f"Reading figures of earlier results, {done} so far", 0, 1)


def _verdicts(
    session: Session, row: PolicySimulation, say: _Progress, standing: AllStanding, at: datetime
) -> tuple[list[Compared], Tally]:
    draft, tally, found = parse_policy(row.body), Tally(), []
    runs = newest_runs(session)
    for start in range(0, len(runs), AT_ONCE):
        say("Judging stored results", start, len(runs))
        some = compared(session, runs[start : start + AT_ONCE], draft, tally, standing, at)
        found += [one for one in some if one.changes]
    return sorted(found, key=_gravity), tally


def _gravity(one: Compared) -> tuple[int, int, int]:
    """Productions first; of these what fails and did not, then what is in doubt, then what changes otherwise."""
    worse = one.after != one.before
    weight = {Verdict.FAIL.value: 0, UNKNOWN: 1, Verdict.INSUFFICIENT.value: 2}.get(one.after, 3) if worse else 4
    return (not one.version.in_production, weight, one.version.run_id)


def _summary(
    session: Session,
    row: PolicySimulation,
    tally: Tally,
    found: list[Compared],
    standing: AllStanding,
    *,
    at: datetime,
    began: float,
) -> Summary:
    draft, against = parse_policy(row.body), policy_by_id(session, row.against_id)
    uncovered, covered = lacking(session, draft, standing, at=at)
    versions = session.exec(select(sql.count(col(ModelVersion.id)))).one()
    return Summary(
        draft=f"{draft.name} {draft.version}",
        against=f"{against.name} {against.version}",
        judged=tally.judged,
        without_result=versions - tally.judged,
        changed=len(found),
        outcomes=moves_of(tally.outcomes),
        clauses=tally.effects(draft),
        productions=productions(session),
        breaches=tally.breaches,
        breaches_before=tally.breaches_before,
        productions_not_known=tally.productions_not_known,
        regrouped=tally.regrouped,
        lacking=uncovered,
        open_changes=open_changes(session),
        demands=tuple(demands(session, draft)),
        reviews=overdue_reviews(session, against.policy, draft, at=at),
        findings=overdue_findings(session, draft, at=at),
        seconds=round(time.perf_counter() - began, 3),
        excepted=tally.excepted,
        excepted_before=tally.excepted_before,
        lacking_excepted=covered,
    )


def _keep(store: Store, ledger: Ledger, number: str, summary: Summary, found: list[Compared], *, at: datetime) -> None:
    with store.transaction() as tx:
        row = load_simulation(tx.session, number)
        if row.status not in PENDING:
            raise Stopped(number)
        row.status, row.finished_at, row.summary = SimulationStatus.FINISHED, at, SUMMARY.dump_json(summary).decode()
        row.steps_done = row.steps_total
        tx.session.add(row)
        tx.session.flush()
        rows = [_row(row.id or 0, position, one) for position, one in enumerate(found)]
        if rows:
            tx.session.execute(insert(SimulatedVersion), rows)
        payload = {"simulation": number, "draft": summary.draft, "digest": row.digest, "against": summary.against}
        counts = {"changed": summary.changed, "breaches": summary.breaches, "demands": len(summary.demands)}
        ledger.record(
            tx, Event.POLICY_SIMULATED, entity=Entity("policy", summary.draft), actor=SYSTEM, at=at,
            payload={**payload, **counts},
        )  # fmt: skip


def _row(simulation_id: int, position: int, one: Compared) -> dict[str, object]:
    return {
        "simulation_id": simulation_id,
        "position": position,
        "version_id": one.version.version_id,
        "run_id": one.version.run_id,
        "in_production": one.version.in_production,
        "before": one.before,
        "after": one.after,
        "changes": CHANGES.dump_json(one.changes).decode(),
    }
