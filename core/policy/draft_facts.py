"""Loads a draft of a policy, and says it as facts for the rules."""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime

from sqlmodel import Session, col, select

from core.errors import NotFound, Problem, Unreadable
from core.policy.life import DraftFacts, SimulationStatus
from core.policy.parse import parse_policy
from core.policy.service import policy_in_force, taken_among
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
    return draft_facts_of(session, [row], at=at)[row.number]


def draft_facts_of(session: Session, rows: Sequence[PolicyDraft], *, at: datetime) -> Mapping[str, DraftFacts]:
    """As `draft_facts`, by the draft's number; the text of each is read, and three statements for all of them."""
    problems = {row.number: problems_of(row.body) for row in rows}
    read = {row.number: parse_policy(row.body) for row in rows if not problems[row.number]}
    taken, simulated = taken_among(session, read.values()), _simulated(session, rows, at=at)
    return {
        row.number: DraftFacts(
            status=row.status,
            author=row.author,
            problems=len(problems[row.number]),
            taken=taken.get((read[row.number].name, read[row.number].version), "") if row.number in read else "",
            simulated=(row.id, row.digest) in simulated,
        )
        for row in rows
    }


def _simulated(session: Session, rows: Sequence[PolicyDraft], *, at: datetime) -> Set[tuple[int | None, str]]:
    """Drafts, each with a text of it, that were simulated against the policy in force."""
    found = select(PolicySimulation.draft_id, PolicySimulation.digest).where(
        col(PolicySimulation.draft_id).in_([row.id for row in rows]),
        PolicySimulation.status == SimulationStatus.FINISHED,
        PolicySimulation.against_id == policy_in_force(session, at=at).id,
    )
    return set(session.exec(found.distinct()).all())


def pending_simulation(session: Session, row: PolicyDraft) -> str:
    """The number of a simulation of this text that has not finished; empty where there is none."""
    found = select(PolicySimulation.number).where(
        PolicySimulation.draft_id == row.id,
        PolicySimulation.digest == row.digest,
        col(PolicySimulation.status).in_((SimulationStatus.QUEUED, SimulationStatus.RUNNING)),
    )
    return session.exec(found.limit(1)).first() or ""
