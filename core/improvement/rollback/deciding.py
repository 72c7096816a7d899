"""Asks the rollback clauses of the policy about the version that stands, and goes back where one says so."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from core.access.rules import SYSTEM
from core.approval.facts import key_of
from core.approval.rollout.facts import WayBack, way_back
from core.approval.rollout.returning import Returned, locked_model, return_within
from core.approval.rollout.rules import return_refusals
from core.errors import Refusal
from core.improvement.rollback.figures import figures_of
from core.improvement.rollback.rules import ChunkFigure, GuardFacts, Outcome, Run, guard_refusals, run_of
from core.improvement.rollback.tables import RollbackDecision
from core.improvement.rollback.telling import declare, tell_held_back, tell_returned
from core.inventory.deployments.queries import restrictions
from core.inventory.deployments.service import standing
from core.inventory.tables import Model, ModelVersion
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.policy.rules import Phase, RollbackCondition
from core.policy.service import PublishedPolicy, policy_in_force
from core.store import Store, Transaction
from core.store.numbers import next_number


@dataclass(frozen=True)
class Decided:
    """What one clause came to: the number of the decision, and where it moved production, how."""

    number: str
    outcome: Outcome
    clause: str
    returned: Returned | None = None


def consider_rollback(
    store: Store, ledger: Ledger, *, model: str, environment: str, at: datetime
) -> tuple[Decided, ...]:
    """Ask every rollback clause of the policy in force; whatever follows is one transaction, and happens once.

    The model is locked before anything is read, so a person who goes back by hand at the same moment comes before,
    and then other chunks count, or after, and then finds another version standing. At most one clause moves it.
    """
    with store.transaction() as tx:
        row = locked_model(tx, model)
        policy = policy_in_force(tx.session, at=at)
        conditions = [one for one in policy.policy.rollback_conditions if row.tier in one.tiers]
        back = way_back(tx.session, row, environment, at=at)
        stay = standing(tx.session, key_of(row), environment, Phase.FULL)
        if not conditions or back.current is None or stay is None:
            return ()
        figures = figures_of(tx.session, model, environment, back.current.version, since=stay.since)
        asking = _Asking(tx, ledger, back, back.current, environment, policy, at)
        return asking.all(conditions, figures)


class _Asking:
    """The clauses in the policy's order, asked inside one transaction."""

    def __init__(
        self,
        tx: Transaction,
        ledger: Ledger,
        back: WayBack,
        current: ModelVersion,
        environment: str,
        policy: PublishedPolicy,
        at: datetime,
    ) -> None:
        self._tx, self._ledger, self._back, self._current = tx, ledger, back, current
        self._environment, self._policy, self._at = environment, policy, at

    def all(self, conditions: Sequence[RollbackCondition], figures: Sequence[ChunkFigure]) -> tuple[Decided, ...]:
        used = frozenset(chunk for row in self._done() for chunk in row.chunks.splitlines())
        decided: list[Decided] = []
        for condition in conditions:
            run = run_of(condition, figures, used)
            if run is None or self._known(run):
                continue
            decided.append(self._one(run))
            if decided[-1].outcome is Outcome.DONE:
                break
        return tuple(decided)

    def _one(self, run: Run) -> Decided:
        if not run.met:
            row = self._row(run, Outcome.CONSIDERED)
            self._record(row, run)
            return Decided(row.number, row.outcome, row.clause)
        against = self._against()
        row = self._row(run, Outcome.HELD_BACK if against else Outcome.DONE)
        if against:
            row.against = "\n".join(str(reason) for reason in against)[:8000]
            row.alert = tell_held_back(self._tx, self._ledger, row, run, self._back, against, at=self._at)
            self._record(row, run)
            return Decided(row.number, row.outcome, row.clause)
        returned = self._go_back(row, run)
        self._record(row, run)
        return Decided(row.number, row.outcome, row.clause, returned)

    def _go_back(self, row: RollbackDecision, run: Run) -> Returned:
        """The incident comes first: whoever draws numbers does so before the ledger's head is locked."""
        tx, ledger, back = self._tx, self._ledger, self._back
        row.incident = declare(tx, ledger, row, run, back, at=self._at)
        reason = f"{run.said}, in {len(run.chunks)} chunks in a row; clause {row.clause} of the policy"
        returned = return_within(tx, ledger, back, self._environment, reason=reason, actor=SYSTEM, at=self._at)
        row.alert = tell_returned(tx, ledger, row, run, back, at=self._at)
        return returned

    def _against(self) -> tuple[Refusal, ...]:
        guard = self._policy.policy.rollback_guard
        since = self._at - timedelta(hours=guard.hours)
        done = self._done()
        lately = [row for row in done if row.at > since]
        session, model, former = self._tx.session, self._back.model, self._back.former
        sent_back = select(ModelVersion.version).where(col(ModelVersion.id).in_([row.version_id for row in lately]))
        facts = GuardFacts(
            former=former.version if former else None,
            recent=tuple(row.at for row in done),
            sent_back=frozenset(session.exec(sent_back).all()) if lately else frozenset(),
            restricted_by=_restricted_by(session, model, former, self._at),
        )
        return (*return_refusals(self._back.facts, SYSTEM), *guard_refusals(facts, guard, self._at))

    def _done(self) -> Sequence[RollbackDecision]:
        return self._tx.session.exec(
            select(RollbackDecision).where(
                RollbackDecision.model_id == key_of(self._back.model),
                RollbackDecision.environment == self._environment,
                RollbackDecision.outcome == Outcome.DONE,
            )
        ).all()

    def _known(self, run: Run) -> bool:
        query = select(RollbackDecision.id).where(
            RollbackDecision.model_id == key_of(self._back.model),
            RollbackDecision.environment == self._environment,
            RollbackDecision.key == self._key(run),
        )
        return self._tx.session.exec(query).first() is not None

    def _key(self, run: Run) -> str:
        said = "\n".join((run.condition.clause, run.monitor, self._current.version, *run.chunks))
        return hashlib.sha256(said.encode()).hexdigest()

    def _row(self, run: Run, outcome: Outcome) -> RollbackDecision:
        row = RollbackDecision(
            number=next_number(self._tx.session, "RB"),
            model_id=key_of(self._back.model),
            environment=self._environment,
            key=self._key(run),
            version_id=key_of(self._current),
            former_version_id=self._back.former.id if self._back.former else None,
            outcome=outcome,
            clause=run.condition.clause,
            policy_version_id=self._policy.id,
            said=run.said[:1000],
            chunks=_lines(run.chunks),
            needed=run.condition.chunks,
            at=self._at,
        )
        self._tx.session.add(row)
        self._tx.session.flush()
        return row

    def _record(self, row: RollbackDecision, run: Run) -> None:
        self._tx.session.add(row)
        self._tx.session.flush()
        self._ledger.record(
            self._tx,
            Event.ROLLBACK_DECIDED,
            entity=Entity("model", self._back.model.number),
            actor=SYSTEM,
            at=self._at,
            payload={
                "decision": row.number,
                "outcome": row.outcome.value,
                "clause": row.clause,
                "policy": self._policy.digest,
                "environment": self._environment,
                "from": self._current.version,
                "to": self._back.facts.former or "",
                "found": row.said,
                "chunks": list(run.chunks[-50:]),
                "needed": row.needed,
                "against": row.against.splitlines(),
                "incident": row.incident,
                "alert": row.alert,
            },
        )


def _lines(chunks: Sequence[str], most: int = 4000) -> str:
    """The newest chunks, one a line; where there are very many, the oldest are left out."""
    kept: list[str] = []
    for chunk in reversed(chunks):
        if sum(len(one) + 1 for one in kept) + len(chunk) > most:
            break
        kept.append(chunk)
    return "\n".join(reversed(kept))


def _restricted_by(session: Session, model: Model, former: ModelVersion | None, at: datetime) -> tuple[str, ...]:
    """The changes whose restrictions bind this version now."""
    if former is None:
        return ()
    bounds = restrictions(session, model.number, at=at)
    return tuple(bound.change for bound in bounds if bound.version == former.version)
