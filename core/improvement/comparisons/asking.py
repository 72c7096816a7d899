"""Asks for a comparison, which is then computed in the background."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.approval.facts import key_of
from core.approval.rollout.facts import lock_model
from core.approval.rollout.texts import refuse
from core.errors import NotFound, Problem, Refusal, Unreadable
from core.improvement.comparisons.rules import ComparisonStatus, SourceKind, ask_refusals
from core.improvement.comparisons.tables import Comparison
from core.inventory.deployments.rules import PRODUCTION
from core.inventory.deployments.service import check_environment
from core.inventory.moves import load_version
from core.inventory.tables import ModelVersion
from core.jobs.service import enqueue
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.monitoring.intake.rules import BatchKind
from core.monitoring.intake.tables import ProductionBatch
from core.policy.service import policy_in_force
from core.store import Store
from core.store.numbers import next_number
from core.validation.evidence import current_evidence

COMPARISON_JOB = "comparison"  # slot: the number of the comparison
ACT = "compare two versions"
UNDER_WAY = (ComparisonStatus.QUEUED, ComparisonStatus.RUNNING)


@dataclass(frozen=True)
class Question:
    """Which challenger is held against which champion, both versions of `model`, on which rows.

    Of production data: those of each in its environment, joined by id, with `starts_at` ≤ time < `ends_at` where these
    are given. Of evidence: the file of predictions at hand of each, joined by the column that names its rows.
    """

    model: str
    champion: str
    challenger: str
    source: SourceKind = SourceKind.PRODUCTION
    champion_environment: str = PRODUCTION
    challenger_environment: str = PRODUCTION
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True)
class Asked:
    """The number of the comparison and the ledger entry that says that it was asked for."""

    number: str
    entry: int


def ask_comparison(store: Store, ledger: Ledger, *, question: Question, actor: Actor, at: datetime) -> Asked:
    """Queue the comparison under the policy in force."""
    _check(question)
    entity = Entity("version", f"{question.model} {question.challenger}")
    with deciding(store, ledger, ACT, entity=entity, actor=actor, at=at) as tx:
        model, champion = load_version(tx.session, question.model, question.champion)
        _, challenger = load_version(tx.session, question.model, question.challenger)
        for name in _environments(question):
            check_environment(tx.session, name)
        lock_model(tx, key_of(model))  # of two who ask the same at once, the second finds it
        refuse(_against(tx.session, question, champion, challenger, actor))
        policy = policy_in_force(tx.session, at=at)
        evidence = [current_evidence(tx.session, one) for one in (champion, challenger)]
        by_evidence = question.source is SourceKind.EVIDENCE
        row = Comparison(
            number=next_number(tx.session, "CO"),
            model_id=key_of(model),
            champion_id=key_of(champion),
            challenger_id=key_of(challenger),
            source=question.source,
            champion_environment="" if by_evidence else question.champion_environment,
            challenger_environment="" if by_evidence else question.challenger_environment,
            champion_evidence=evidence[0].number if by_evidence and evidence[0] else "",
            challenger_evidence=evidence[1].number if by_evidence and evidence[1] else "",
            starts_at=None if by_evidence else question.starts_at,
            ends_at=None if by_evidence else question.ends_at,
            policy_version_id=policy.id,
            status=ComparisonStatus.QUEUED,
            asked_by=actor.acting_as,
            asked_at=at,
        )
        tx.session.add(row)
        tx.session.flush()
        enqueue(tx, COMPARISON_JOB, row.number, at=at)
        payload: dict[str, JsonValue] = {
            "comparison": row.number, "champion": champion.version, "challenger": challenger.version,
            "source": row.source.value, "policy": policy.digest,
            "of": [row.champion_environment or row.champion_evidence,
                   row.challenger_environment or row.challenger_evidence],
        }  # fmt: skip
        entry = ledger.record(tx, Event.COMPARISON_REQUESTED, entity=entity, actor=actor, at=at, payload=payload)
        return Asked(row.number, entry.index)


def against_asking(session: Session, question: Question, actor: Actor) -> tuple[Refusal, ...]:
    """What stands against this comparison, for the button as for the use case; raises `NotFound`."""
    _, champion = load_version(session, question.model, question.champion)
    _, challenger = load_version(session, question.model, question.challenger)
    return _against(session, question, champion, challenger, actor)


def load_comparison(session: Session, number: str, *, to_change: bool = False) -> Comparison:
    """The comparison of this number, locked if it is to be changed; raises `NotFound`."""
    query = select(Comparison).where(Comparison.number == number)
    row = session.exec(query.with_for_update() if to_change else query).first()
    if row is None:
        raise NotFound("comparison", number)
    return row


def _check(question: Question) -> None:
    start, end = question.starts_at, question.ends_at
    problems = [
        Problem("has no time zone", column=name, found=moment.isoformat())
        for name, moment in (("starts_at", start), ("ends_at", end))
        if moment is not None and moment.tzinfo is None
    ]
    if not problems and start is not None and end is not None and start >= end:
        problems.append(Problem("lies after the end", column="starts_at", found=start.isoformat()))
    if problems:
        raise Unreadable(problems)


def _environments(question: Question) -> tuple[str, ...]:
    if question.source is SourceKind.EVIDENCE:
        return ()
    return question.champion_environment, question.challenger_environment


def _against(
    session: Session, question: Question, champion: ModelVersion, challenger: ModelVersion, actor: Actor
) -> tuple[Refusal, ...]:
    sides = ((champion, question.champion_environment), (challenger, question.challenger_environment))
    return ask_refusals(
        actor,
        same=champion.id == challenger.id,
        without_data=[
            version.version for version, environment in sides if not _has_rows(session, question, version, environment)
        ],
        pending=_pending(session, question, champion, challenger),
    )


def _has_rows(session: Session, question: Question, version: ModelVersion, environment: str) -> bool:
    if question.source is SourceKind.EVIDENCE:
        evidence = current_evidence(session, version)
        return evidence is not None and evidence.removed_at is None
    query = select(ProductionBatch.id).where(
        ProductionBatch.version_id == version.id,
        ProductionBatch.environment == environment,
        ProductionBatch.kind == BatchKind.INFERENCES,
        ProductionBatch.rows > 0,
        col(ProductionBatch.removed_at).is_(None),
    )
    return session.exec(query.limit(1)).first() is not None


def _pending(session: Session, question: Question, champion: ModelVersion, challenger: ModelVersion) -> str | None:
    same = select(Comparison).where(
        Comparison.champion_id == champion.id,
        Comparison.challenger_id == challenger.id,
        Comparison.source == question.source,
        col(Comparison.status).in_(UNDER_WAY),
    )
    for row in session.exec(same):
        if row.source is SourceKind.EVIDENCE or (
            (row.champion_environment, row.challenger_environment) == _environments(question)
            and (row.starts_at, row.ends_at) == (question.starts_at, question.ends_at)
        ):
            return row.number
    return None
