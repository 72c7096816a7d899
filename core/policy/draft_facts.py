"""Loads a draft of a policy, and says it as facts for the rules."""

from datetime import datetime

from sqlmodel import Session, col, select

from core.errors import NotFound, Problem, Unreadable
from core.policy.life import DraftFacts, SimulationStatus
from core.policy.parse import parse_policy
from core.policy.service import policy_in_force, taken_by
from core.policy.tables import PolicyDraft, PolicySimulation


def load_draft(session: Session, number: str, *, to_decide: bool = False) -> PolicyDraft:
    """The draft with this number; raises `NotFound`. `to_decide` lets one act on it follow another."""
    query = select(PolicyDraft).where(PolicyDraft.number == number)
    row = session.exec(query.with_for_update() if to_decide else query).first()
    if row is None:
        raise NotFound("policy draft", number)
    return row


def problems_of(text: str) -> tuple[Problem, ...]:
    """Everything that is wrong with the text of a policy, each with its line."""
    try:
        parse_policy(text)
    except Unreadable as error:
        return error.problems
    return ()


def draft_facts(session: Session, row: PolicyDraft, *, at: datetime) -> DraftFacts:
    """Everything the rules ask for."""
    problems = problems_of(row.body)
    return DraftFacts(
        status=row.status,
        author=row.author,
        problems=len(problems),
        taken="" if problems else taken_by(session, parse_policy(row.body)),
        simulated=_is_simulated(session, row, at=at),
    )


def _is_simulated(session: Session, row: PolicyDraft, *, at: datetime) -> bool:
    found = select(PolicySimulation.id).where(
        PolicySimulation.digest == row.digest,
        PolicySimulation.draft_id == row.id,
        PolicySimulation.status == SimulationStatus.FINISHED,
        PolicySimulation.against_id == policy_in_force(session, at=at).id,
    )
    return session.exec(found.limit(1)).first() is not None


def pending_simulation(session: Session, row: PolicyDraft) -> str:
    """The number of a simulation of this text that has not finished; empty where there is none."""
    found = select(PolicySimulation.number).where(
        PolicySimulation.draft_id == row.id,
        PolicySimulation.digest == row.digest,
        col(PolicySimulation.status).in_((SimulationStatus.QUEUED, SimulationStatus.RUNNING)),
    )
    return session.exec(found.limit(1)).first() or ""
